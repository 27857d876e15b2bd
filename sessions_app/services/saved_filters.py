"""Filters that people keep under a name, for themselves or for their colleagues.

Those of members are of a workspace, those of staff of the installation.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import IntegrityError, transaction

from accounts.models import Membership
from accounts.rights import Right
from accounts.services import audit, workspaces
from accounts.services.audit import Action
from accounts.services.callers import Caller
from sessions_app.models import SavedFilter
from sessions_app.services.selections import Selection

MOST: Final = 30


class NotSaved(Exception):
    """The filter cannot be kept under this name; the text says why."""


def save(
    selection: Selection,
    *,
    name: str,
    is_shared: bool,
    membership: Membership | None,
    caller: Caller,
) -> SavedFilter:
    """Keeps the caller's filter in their workspace, or in the installation where they act as staff.

    Raises NotAllowed or NotSaved.
    """
    workspace = membership.workspace if membership else None
    if is_shared or workspace is None:
        workspaces.permit(Right.SHARE_FILTERS, caller=caller, workspace=workspace)
    assert caller.user is not None, "filters are somebody's"
    if SavedFilter.objects.filter(workspace=workspace, owner=caller.user).count() >= MOST:
        raise NotSaved(f"You keep {MOST} filters already. Delete one first.")
    with _one_of_its_name(name):
        saved = SavedFilter.objects.create(
            workspace=workspace,
            owner=caller.user,
            name=name,
            query=selection.query,
            is_shared=is_shared,
        )
        _record(Action.FILTER_SAVED, saved, caller, shared=is_shared)
    return saved


def rename(saved: SavedFilter, *, name: str, caller: Caller) -> None:
    """Raises NotAllowed or NotSaved."""
    _require(saved, caller)
    with _one_of_its_name(name):
        SavedFilter.objects.filter(pk=saved.pk).update(name=name)
        _record(Action.FILTER_RENAMED, saved, caller, name_before=saved.name, name_after=name)


def delete(saved: SavedFilter, *, caller: Caller) -> None:
    """Raises NotAllowed."""
    _require(saved, caller)
    with transaction.atomic():
        SavedFilter.objects.filter(pk=saved.pk).delete()
        _record(Action.FILTER_DELETED, saved, caller)


@contextmanager
def _one_of_its_name(name: str) -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise NotSaved(f"There is a filter called “{name}” already.") from error


def _require(saved: SavedFilter, caller: Caller) -> None:
    """One's own; a shared one also by whoever may share, so that none outlives its owner's stay."""
    if caller.user is None or caller.user.pk != saved.owner_id:
        workspaces.permit(Right.SHARE_FILTERS, caller=caller, workspace=saved.workspace)


def _record(action: Action, saved: SavedFilter, caller: Caller, **details: audit.Detail) -> None:
    audit.record(action, caller=caller, workspace=saved.workspace, obj=saved, details=details)
