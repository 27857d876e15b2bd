"""The form of a filter of sessions: what stands in the address, validated and in words."""

import re
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django import forms
from django.db.models import QuerySet

from accounts.forms import WorkspaceField
from accounts.models import ProviderKey, User, Workspace
from accounts.models.user import ids_in
from liveavatar_web.selects import PlainSelect
from sessions_app import endings
from sessions_app.lifecycle import EndReason, State
from sessions_app.models import Avatar, Widget
from sessions_app.services.selections import OPEN_ONES, SHORTEST_SEARCH, VISITORS, Selection

_HEX: Final = re.compile(r"[0-9a-f]+")


class IdField(forms.ChoiceField):
    """One of the things listed, by public id; another id stays, for what is listed no more."""

    widget = PlainSelect

    def valid_value(self, value: Any) -> bool:
        if super().valid_value(value):
            return True
        try:
            UUID(str(value))
        except ValueError:
            return False
        assert isinstance(self.choices, list)
        self.choices = [*self.choices, (str(value), f"No longer listed ({str(value)[:8]})")]
        return True


class SelectionForm(forms.Form):
    """Which sessions to show; whoever sees none but their own is not asked whose."""

    q = forms.CharField(required=False, max_length=36, label="Id, here or at LiveAvatar")
    state = forms.ChoiceField(
        required=False,
        choices=[
            ("", "All"),
            (OPEN_ONES, "Running"),
            (State.ENDED.value, "Ended"),
            (State.FAILED.value, "Failed"),
        ],
    )
    who = IdField(required=False, label="Who")
    widget = IdField(required=False, label="Widget")
    origin = forms.CharField(required=False, max_length=255, label="Site")
    avatar = IdField(required=False, label="Avatar")
    key = IdField(required=False, label="Key")
    reason = forms.ChoiceField(
        required=False,
        label="How it ended",
        widget=PlainSelect,
        choices=[
            ("", "Any way"),
            *((each.value, endings.ENDINGS[each].title) for each in EndReason),
        ],
    )
    least = forms.DecimalField(
        required=False, min_value=0, max_digits=12, decimal_places=4, label="Credits from"
    )
    most = forms.DecimalField(
        required=False, min_value=0, max_digits=12, decimal_places=4, label="Credits to"
    )
    since = forms.DateField(
        required=False, label="From", widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        required=False, label="To", widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(
        self, *args: Any, workspace: Workspace | None, everybodys: bool, **kwargs: Any
    ) -> None:
        """`everybodys` where the rows to choose from are not one person's own.

        Without a workspace only what is asked for already is offered: there may be too many.
        """
        super().__init__(*args, **kwargs)
        self.within = workspace
        widgets = self._of_workspace("widget", Widget.objects.all(), "workspace")
        keys = self._of_workspace("key", ProviderKey.objects.all(), "workspace")
        avatars = Avatar.objects.order_by("name", "id").values_list("public_id", "name")
        widgets = widgets.order_by("name", "id").only("public_id", "name", "deleted_at")
        keys = keys.order_by("name", "id").only("public_id", "name", "last4")
        self._offer("widget", "Any", [(each.public_id, _name_of(each)) for each in widgets])
        self._offer(
            "key", "Any", [(each.public_id, f"{each.name} · …{each.last4}") for each in keys]
        )
        self._offer("avatar", "Any", avatars)
        if not everybodys:
            del self.fields["who"]
            return
        people = self._of_workspace("who", User.objects.all(), "memberships__workspace")
        people = people.order_by("email")
        strangers = (VISITORS, "Visitors of widgets")
        self._offer("who", "Anybody", [strangers, *((each.public_id, each) for each in people)])

    def _of_workspace(self, name: str, rows: QuerySet[Any], field: str) -> QuerySet[Any]:
        if self.within is not None:
            return rows.filter(**{field: self.within})
        asked = ids_in(self.data.get(name, ""))
        return rows.filter(public_id__in=asked) if asked else rows.none()

    def _offer(self, name: str, nothing: str, choices: Iterable[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, IdField)
        field.choices = [("", nothing), *((str(value), str(words)) for value, words in choices)]

    def clean_q(self) -> str:
        text: str = self.cleaned_data["q"].lower()
        digits = text.replace("-", "")
        if text and not (SHORTEST_SEARCH <= len(digits) <= 32 and _HEX.fullmatch(digits)):
            raise forms.ValidationError(
                f"An id has 32 digits from 0 to f. Write its first {SHORTEST_SEARCH} or more."
            )
        return digits

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for lower, upper in (("least", "most"), ("since", "until")):
            first, last = given.get(lower), given.get(upper)
            if first is not None and last is not None and first > last:
                self.add_error(upper, "This ends before it begins.")
        return given

    def selection(self) -> Selection:
        return Selection(**self.cleaned_data)

    def words(self, name: str, value: str) -> str:
        """What an asked value is called."""
        choices = dict(getattr(self.fields[name], "choices", ()))
        return str(choices.get(value, value))


class EverywhereForm(SelectionForm):
    """Which sessions of the installation to show; what a workspace has, once one is named."""

    workspace = WorkspaceField()

    def __init__(self, data: Any) -> None:
        super().__init__(data, workspace=WorkspaceField.found(data), everybodys=True)
        for name in ("widget", "key"):
            if self.within is None and not data.get(name):
                del self.fields[name]

    def words(self, name: str, value: str) -> str:
        if name == "workspace" and self.within is not None:
            return self.within.name
        return super().words(name, value)


class FilterNameForm(forms.Form):
    name = forms.CharField(max_length=60, label="Name")


class SaveFilterForm(FilterNameForm):
    """A name for the filter that the list shows, whose `query` came with the page."""

    is_shared = forms.BooleanField(required=False, label="Show it to colleagues too")
    query = forms.CharField(required=False, max_length=1_000, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        try:
            given["selection"] = Selection.of(given.pop("query", ""))
        except (ValueError, ArithmeticError):
            self.add_error("query", "This is not a filter.")
        return given


def _name_of(widget: Widget) -> str:
    return f"{widget.name} (deleted)" if widget.deleted_at else widget.name
