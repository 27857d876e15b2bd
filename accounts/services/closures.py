"""Closing a workspace: staff suspend it, its owner has it deleted after a time to think.

In a closed workspace nothing starts, and whatever runs is ended: the sweep finds it, and is rung
for at once. What a deletion takes away, and when, is in `sessions_app.services.removals`.
"""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F

from accounts.models import Workspace
from accounts.rights import Right
from accounts.services import audit, changes, workspaces
from accounts.services.audit import Action
from accounts.services.callers import Caller
from liveavatar_web import bell

SUSPENDED: Final = "This workspace is suspended by whoever runs this installation."
LEAVING: Final = "This workspace is about to be deleted. Its owner can still keep it."


class NotStaff(Exception):
    """Only staff who may change workspaces suspend one, or let it go on."""


def why_closed(workspace: Workspace) -> str:
    """The reason to tell its members; empty while it is open."""
    if workspace.suspended_at is not None:
        return f"{SUSPENDED} {workspace.suspension_reason}".strip()
    return LEAVING if workspace.delete_after is not None else ""


def suspend(workspace: Workspace, *, caller: Caller, reason: str, now: datetime) -> None:
    """Ends all that runs in it and lets nothing start, until it is lifted. Raises NotStaff."""
    _require_staff(caller)
    with transaction.atomic():
        audit.hold(workspace)
        rows = Workspace.objects.filter(pk=workspace.pk, suspended_at__isnull=True)
        if rows.update(suspended_at=now, suspension_reason=reason, version=F("version") + 1):
            _record(Action.WORKSPACE_SUSPENDED, workspace, caller, reason=reason)
            _end_what_runs()


def lift(workspace: Workspace, *, caller: Caller) -> None:
    """Lets a suspended workspace go on. Raises NotStaff."""
    _require_staff(caller)
    with transaction.atomic():
        audit.hold(workspace)
        rows = Workspace.objects.filter(pk=workspace.pk, suspended_at__isnull=False)
        if rows.update(suspended_at=None, suspension_reason="", version=F("version") + 1):
            _record(Action.WORKSPACE_RESUMED, workspace, caller)


def ask_deletion(workspace: Workspace, *, caller: Caller, now: datetime) -> None:
    """Closes the workspace now; it is deleted once WORKSPACE_GRACE_DAYS are over.

    Raises NotAllowed.
    """
    workspaces.require(Right.DELETE_WORKSPACE, caller=caller, workspace=workspace)
    delete_after = now + timedelta(days=settings.WORKSPACE_GRACE_DAYS)
    with transaction.atomic():
        audit.hold(workspace)
        rows = Workspace.objects.filter(pk=workspace.pk, delete_after__isnull=True)
        if rows.update(delete_after=delete_after, version=F("version") + 1):
            days: int = settings.WORKSPACE_GRACE_DAYS
            _record(Action.WORKSPACE_DELETION_ASKED, workspace, caller, days=days)
            _end_what_runs()


def give_up(workspace: Workspace, *, caller: Caller, now: datetime) -> None:
    """Closes a workspace in which nobody is left, to be deleted at once; within a transaction."""
    audit.hold(workspace)
    rows = Workspace.objects.filter(pk=workspace.pk)
    rows.update(delete_after=now, version=F("version") + 1)
    _record(Action.WORKSPACE_DELETION_ASKED, workspace, caller, days=0)
    _end_what_runs()


def keep(workspace: Workspace, *, caller: Caller, now: datetime) -> bool:
    """Takes a deletion back while that is possible; False once it has begun. Raises NotAllowed."""
    workspaces.require(Right.DELETE_WORKSPACE, caller=caller, workspace=workspace)
    with transaction.atomic():
        audit.hold(workspace)
        rows = Workspace.objects.filter(pk=workspace.pk, delete_after__gt=now)
        if not rows.update(delete_after=None, version=F("version") + 1):
            return False
        _record(Action.WORKSPACE_DELETION_TAKEN_BACK, workspace, caller)
    return True


def _require_staff(caller: Caller) -> None:
    user = caller.user
    if user is None or not (user.is_staff and user.has_perm("accounts.change_workspace")):
        raise NotStaff


def _end_what_runs() -> None:
    bell.ring("sessions_app.sweep", queue="sweep")


def _record(action: Action, workspace: Workspace, caller: Caller, **details: audit.Detail) -> None:
    audit.record(action, caller=caller, workspace=workspace, obj=workspace, details=details)
    changes.announce(workspace.pk)
