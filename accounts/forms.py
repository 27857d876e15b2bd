"""Forms say what may come in; they validate and never save."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final

from django import forms
from django.core.validators import RegexValidator

from accounts.actions import Action
from accounts.models import Workspace
from accounts.models.user import ids_in
from accounts.rights import Role
from accounts.services.trail import EventFilter
from accounts.services.workspaces import Retention
from liveavatar_web.selects import PlainSelect
from liveavatar_web.vault import Secret

# A key has been pasted into the wrong field now and then, and a name is shown to everybody.
_LOOKS_LIKE_A_KEY: Final = re.compile(r"\bsk-[A-Za-z0-9_-]{12,}")
_KEY: Final = re.compile(r"[\x21-\x7e]{12,400}")


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=[(role.value, role.value) for role in Role])


class InvitationForm(forms.Form):
    email = forms.EmailField(label="E-mail address")

    def __init__(self, *args: Any, roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(role.value, role.value.capitalize()) for role in roles]
        self.fields["role"] = forms.ChoiceField(choices=choices, initial=Role.MEMBER.value)


class RetentionForm(forms.Form):
    """How long a workspace keeps transcripts, sessions, visitors' addresses and its audit trail."""

    KEEP, DAYS, NEVER = "keep", "days", "never"

    choice = forms.ChoiceField(
        label="Transcripts",
        choices=[
            (KEEP, "Keep them until somebody deletes them"),
            (DAYS, "Keep them for some days"),
            (NEVER, "Never store them"),
        ],
        widget=forms.RadioSelect,
    )
    days = forms.IntegerField(label="Days", min_value=1, max_value=3650, required=False, initial=30)
    session_days = forms.IntegerField(
        label="Days for which finished conversations are kept",
        min_value=30,
        max_value=3650,
        required=False,
        help_text="Then each goes with its timeline, ratings and transcript. Sums of minutes and "
        "credits stay, and so does the audit trail. Empty: for ever.",
    )
    address_days = forms.IntegerField(
        label="Days for which visitors' addresses are kept",
        min_value=1,
        max_value=3650,
        required=False,
        help_text="Of people at your widgets, in the audit trail. Empty: for ever.",
    )
    audit_days = forms.IntegerField(
        label="Days for which the audit trail is kept",
        min_value=30,
        max_value=3650,
        required=False,
        help_text="Then events go, the oldest first, with the addresses behind them. What stays "
        "can still be verified. Empty: for ever.",
    )

    @classmethod
    def of(cls, kept: Retention) -> dict[str, Any]:
        """What the form shows of the setting."""
        days = kept.transcript_days
        choice = cls.KEEP if days is None else cls.DAYS if days else cls.NEVER
        return {**asdict(kept), "choice": choice, "days": days or 30}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("choice") == self.DAYS and not given.get("days") and "days" not in self.errors:
            self.add_error("days", "Say for how many days.")
        return given

    @property
    def retention(self) -> Retention:
        given = self.cleaned_data
        lines = {self.KEEP: None, self.NEVER: 0}.get(given["choice"], given["days"])
        others = {name: given[name] for name in ("session_days", "address_days", "audit_days")}
        return Retention(lines, **others)


class SearchForm(forms.Form):
    text = forms.CharField(label="Find", max_length=200, required=False)


class SuspensionForm(forms.Form):
    reason = forms.CharField(
        max_length=200, help_text="Its members read this, on every page of the workspace."
    )


class AcknowledgementForm(forms.Form):
    """Why what verification found need not ring any more; `seen` is what the page showed of it."""

    reason = forms.CharField(
        min_length=5,
        max_length=300,
        label="What is it, and what was done about it?",
        help_text="It stays in the installation's audit trail, so name nobody in it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)


class DeletionForm(forms.Form):
    """Asks whoever deletes a workspace to write its name: no click goes astray that far."""

    name = forms.CharField(
        label="Write its name to confirm",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._expected = name
        self.fields["name"].help_text = f"It is called “{name}”."

    def clean_name(self) -> str:
        return _the_same(self.cleaned_data["name"], self._expected, "This is another name.")


class ErasureForm(forms.Form):
    """Asks whoever erases their account for the address that is about to be forgotten."""

    email = forms.CharField(
        label="Write your e-mail address to confirm",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._expected = email

    def clean_email(self) -> str:
        given = self.cleaned_data["email"].lower()
        return _the_same(given, self._expected, "This is another address.")


def _the_same(given: str, expected: str, otherwise: str) -> str:
    if given.strip() != expected.strip():
        raise forms.ValidationError(otherwise)
    return given


class WorkspaceNameForm(forms.Form):
    name = forms.CharField(
        max_length=120,
        help_text="Everybody sees it who is in the workspace or is invited to it.",
        validators=[RegexValidator(r"[\r\n]", "Write it on one line.", inverse_match=True)],
    )


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


class WorkspaceField(forms.CharField):
    """A workspace by its id, which may outlive it, its name, or a piece that no other's has.

    Its clean value is the id, as text.
    """

    def __init__(self) -> None:
        super().__init__(required=False, max_length=120, label="Workspace")

    @staticmethod
    def found(data: Mapping[str, Any]) -> Workspace | None:
        """The one that is asked for, where there is one and it is clear which."""
        meant = Workspace.objects.meant_by(data.get("workspace", "").strip())
        return meant[0] if len(meant) == 1 else None

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        if not text or ids_in(text):
            return text
        meant = Workspace.objects.meant_by(text)
        if not meant:
            raise forms.ValidationError("There is no such workspace.")
        if len(meant) > 1:
            raise forms.ValidationError("Several are called so. Write the id, from its page.")
        return str(meant[0].public_id)


class AuditFilterForm(forms.Form):
    found: Workspace | None = None

    action = forms.ChoiceField(
        required=False,
        choices=[("", "Anything"), *((action.value, action.value) for action in Action)],
        widget=PlainSelect,
    )
    actor = forms.CharField(required=False, max_length=160, label="Who")
    object = forms.CharField(required=False, max_length=200, label="What")
    refused = forms.BooleanField(required=False, label="Refused only")
    since = forms.DateField(
        required=False, label="From", widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        required=False, label="To", widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and since > until:
            self.add_error("until", "This ends before it begins.")
        return given

    def wanted(self) -> EventFilter:
        return EventFilter(**self.cleaned_data)


class EverywhereAuditForm(AuditFilterForm):
    """Of the whole installation's trail; `found` is the workspace asked for, if it is there yet."""

    workspace = WorkspaceField()

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.found = WorkspaceField.found(data)
