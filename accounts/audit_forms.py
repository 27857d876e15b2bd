"""What is asked of the audit trail."""

from collections.abc import Mapping
from typing import Any

from django import forms

from accounts.actions import Action
from accounts.models import Workspace
from accounts.models.user import ids_in
from accounts.services.trail import EventFilter
from liveavatar_web.selects import PlainSelect


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
