"""A select for lists of choices that may be long."""

from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.html import escape
from django.utils.safestring import SafeString


class PlainSelect(forms.Select):
    """Looks as `forms.Select` does without groups; Django renders a template for each choice."""

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: BaseRenderer | None = None,  # noqa: ARG002 (as Django calls it)
    ) -> SafeString:
        chosen = self.format_value(value)
        options = "".join(
            f'<option value="{escape(each)}"{" selected" if str(each) in chosen else ""}>'
            f"{escape(words)}</option>"
            for each, words in self.choices
        )
        tag = flatatt(self.build_attrs(self.attrs, attrs))
        return SafeString(f'<select name="{escape(name)}"{tag}>{options}</select>')
