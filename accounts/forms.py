"""Forms say what may come in; they validate and never save."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from accounts.rights import Role
from accounts.services.workspaces import Retention


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
