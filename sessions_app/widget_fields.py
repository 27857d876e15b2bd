"""The fields of a widget's form that people type in ways of their own."""

import re
import string
from typing import Any, Final

from django import forms

from sessions_app import origins

_MOST_ORIGINS: Final = 50  # they all go into one header, which servers cut at 8 kB
_HEX: Final = re.compile(r"[0-9a-f]{3}|[0-9a-f]{6}")

# By `KeyboardEvent.code`: the same place on every keyboard.
TALK_KEYS: Final = [
    ("Space", "Space bar"),
    ("", "None: only the button"),
    ("ControlRight", "Right Control"),
    ("Backquote", "The key below Escape"),
    *((f"Key{letter}", letter) for letter in string.ascii_uppercase),
]


class OriginsField(forms.CharField):
    """Sites, one a line, each in the form that browsers write it; every bad line is named."""

    def __init__(self, **kwargs: Any) -> None:
        area = forms.Textarea(
            attrs={
                "rows": 3,
                "placeholder": "https://www.example.com",
                "spellcheck": "false",
                "autocapitalize": "off",
            }
        )
        super().__init__(required=False, widget=area, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        lines = [line for line in str(super().clean(value)).splitlines() if line.strip()]
        found, problems = [], []
        for line in lines:
            try:
                found.append(origins.parse(line))
            except ValueError as error:
                problems.append(str(error))
        if problems:
            raise forms.ValidationError(problems)
        if len(set(found)) > _MOST_ORIGINS:
            raise forms.ValidationError(f"A widget has {_MOST_ORIGINS} sites at the most.")
        return list(dict.fromkeys(found))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class ColourField(forms.CharField):
    """A colour as `#rrggbb`; three digits, capitals and a forgotten # are understood."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}
        super().__init__(max_length=12, widget=forms.TextInput(attrs=attrs), **kwargs)

    def to_python(self, value: Any) -> str:
        typed = str(super().to_python(value) or "").lower()
        digits = typed.removeprefix("#")
        if not _HEX.fullmatch(digits):
            return typed
        return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if not _HEX.fullmatch(value.removeprefix("#")):
            raise forms.ValidationError("Write a colour as #rrggbb, such as #3b3fd8.")
