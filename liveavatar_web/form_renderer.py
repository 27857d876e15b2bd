"""How forms write their fields: inputs at once, where Django renders three templates for each."""

from typing import Any, Final

from django.forms.renderers import DjangoTemplates
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils.html import escape
from django.utils.safestring import SafeString

_INPUTS: Final = frozenset(
    f"django/forms/widgets/{kind}.html"
    for kind in ("text", "number", "date", "email", "url", "password", "hidden", "checkbox")
)


class PlainRenderer(DjangoTemplates):
    """Django's; what it writes is the same to a browser."""

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> SafeString:
        if template_name in _INPUTS:
            return _input(context["widget"])
        return SafeString(super().render(template_name, context, request))


def _input(widget: dict[str, Any]) -> SafeString:
    value = "" if widget["value"] is None else f' value="{escape(widget["value"])}"'
    kind, name, attrs = widget["type"], escape(widget["name"]), flatatt(widget["attrs"])
    return SafeString(f'<input type="{kind}" name="{name}"{value}{attrs}>')
