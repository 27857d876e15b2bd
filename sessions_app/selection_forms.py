"""The form of a filter of sessions: what stands in the address, validated and in words."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID

from django import forms
from django.db.models import QuerySet

from accounts.audit_forms import WorkspaceField
from accounts.models import ProviderKey, User, Workspace
from accounts.models.user import ids_in
from liveavatar_web.compiled import Compiled
from liveavatar_web.selects import PlainSelect
from sessions_app import endings
from sessions_app.lifecycle import EndReason, State
from sessions_app.models import Avatar, Widget
from sessions_app.services.selections import OPEN_ONES, SHORTEST_SEARCH, VISITORS, Selection

_HEX: Final = re.compile(r"[0-9a-f]+")


class IdField(forms.ChoiceField):
    """One of some things, by public id; another id stays, for what is listed no more.

    `things` are rows of a public id and of what `words` are made; `within` is the lookup by which
    they belong to a workspace, if they do. They are asked for when somebody looks at the field.
    """

    widget = PlainSelect

    def __init__(
        self,
        things: QuerySet[Any, Any],
        words: Callable[..., str] = str,
        *,
        within: str | None = None,
        others: Sequence[tuple[str, str]],
        label: str,
    ) -> None:
        super().__init__(required=False, label=label)
        self._words, self._others = words, others
        self._all: Compiled[Any] = Compiled(lambda: things)
        self._asked: Compiled[Any] = Compiled(
            lambda wanted: things.filter(public_id=wanted), wanted=UUID
        )
        self._owned: Compiled[Any] | None = None
        if within is not None:
            self._owned = Compiled(lambda pk: things.filter(**{within: pk}), pk=int)

    def offer(self, workspace: Workspace | None, asked: str) -> None:
        """What the workspace has; without one only what is asked for: there may be too many."""
        self.choices = cache(lambda: self._offered(workspace, asked))

    def valid_value(self, value: Any) -> bool:
        return any(value == other for other, _ in self._others) or bool(ids_in(value))

    def _offered(self, workspace: Workspace | None, asked: str) -> list[tuple[str, str]]:
        if self._owned is None:
            rows = self._all.rows()
        elif workspace is not None:
            rows = self._owned.rows(pk=workspace.pk)
        else:
            rows = [row for each in ids_in(asked) for row in self._asked.rows(wanted=each)]
        choices = [(str(public_id), self._words(*rest)) for public_id, *rest in rows]
        if ids_in(asked) and all(value != asked for value, _ in choices):
            choices.append((asked, f"No longer listed ({asked[:8]})"))
        return [*self._others, *choices]


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
    who = IdField(
        User.objects.order_by("email").values_list("public_id", "email"),
        within="memberships__workspace",
        others=[("", "Anybody"), (VISITORS, "Visitors of widgets")],
        label="Who",
    )
    widget = IdField(
        Widget.objects.order_by("name", "id").values_list("public_id", "name", "deleted_at"),
        lambda name, deleted_at: f"{name} (deleted)" if deleted_at else name,
        within="workspace",
        others=[("", "Any")],
        label="Widget",
    )
    origin = forms.CharField(required=False, max_length=255, label="Site")
    avatar = IdField(
        Avatar.objects.order_by("name", "id").values_list("public_id", "name"),
        others=[("", "Any")],
        label="Avatar",
    )
    key = IdField(
        ProviderKey.objects.order_by("name", "id").values_list("public_id", "name", "last4"),
        lambda name, last4: f"{name} · …{last4}",
        within="workspace",
        others=[("", "Any")],
        label="Key",
    )
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
        """`everybodys` where the rows to choose from are not one person's own."""
        super().__init__(*args, **kwargs)
        self.within = workspace
        if not everybodys:
            del self.fields["who"]
        for name, field in self.fields.items():
            if isinstance(field, IdField):
                field.offer(workspace, self.data.get(name, ""))

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
