"""Forms of OpenAI keys."""

import re
from typing import Any, Final

from django import forms

from liveavatar_web.vault import Secret

# A key has been pasted into the wrong field now and then, and a name is shown to everybody.
_LOOKS_LIKE_A_KEY: Final = re.compile(r"\bsk-[A-Za-z0-9_-]{12,}")
_KEY: Final = re.compile(r"[\x21-\x7e]{12,400}")


class KeyNameForm(forms.Form):
    name = forms.CharField(
        max_length=80,
        help_text="For you and your colleagues, for example “Talks in the showroom”.",
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if _LOOKS_LIKE_A_KEY.search(name):
            raise forms.ValidationError("This looks like a key. Give it a name instead.")
        return name


class NewKeyForm(KeyNameForm):
    value = forms.CharField(
        label="OpenAI key",
        help_text="It is sealed at once and never shown again, here or anywhere.",
        # Not rendered back after an error, and not offered by the browser again.
        widget=forms.PasswordInput(
            render_value=False, attrs={"autocomplete": "off", "spellcheck": "false"}
        ),
    )

    def clean_value(self) -> Secret:
        value: str = self.cleaned_data["value"]
        if not _KEY.fullmatch(value):
            raise forms.ValidationError("This is not a whole key. Copy it again, in full.")
        return Secret(value)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        value = cleaned.get("value")
        if value and value.reveal() in cleaned.get("name", ""):
            self.add_error("name", "This is the key itself. Give it a name instead.")
        return cleaned
