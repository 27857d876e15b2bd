"""Workspaces, and what their members may do."""

from dataclasses import asdict, dataclass, fields
from typing import Final, NoReturn, Self

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F

from accounts.models import Membership, User, Workspace
from accounts.rights import STAFF_RIGHTS, Right, Role
from accounts.services import audit, changes
from accounts.services.audit import Action
from accounts.services.callers import Caller
from liveavatar_web.compiled import Compiled

_OPEN: Final = Compiled(
    lambda user, workspace: Membership.objects.open().filter(user=user, workspace=workspace),
    user=int,
    workspace=int,
)
_MEMBERSHIPS: Final = Compiled(
    lambda user: (
        Membership.objects.annotate_second_step()
        .filter(user=user)
        .select_related("workspace")
        .order_by("created_at", "id")
    ),
    user=int,
)


class NotAllowed(PermissionDenied):
    """Somebody asked for what their role in the workspace does not allow."""

    def __init__(self, right: Right, *, as_staff: bool = False) -> None:
        whose = "Your permissions do" if as_staff else "Your role in this workspace does"
        super().__init__(f"{whose} not let you {right.value}.")
        self.right = right


class MayNotCreate(PermissionDenied):
    """Further workspaces are made by the staff of this installation alone."""


class NoSecondStep(Exception):
    """Nobody asks others for what they have not set up themselves."""


def create_personal(user: User, caller: Caller) -> Workspace:
    """The workspace that everybody gets with their account, with them as its owner."""
    name = f"{user.name}'s workspace" if user.name else "My workspace"
    return _create(name[:120], user, caller)


def may_create(user: User) -> bool:
    """Each workspace has minutes of its own every month, so not everybody makes more of them."""
    return user.is_staff or settings.CREATE_WORKSPACES == "everybody"


def create(*, caller: Caller, name: str) -> Workspace:
    """A further workspace, with the caller as its owner. Raises MayNotCreate."""
    if caller.user is None or not may_create(caller.user):
        audit.refusal(Action.WORKSPACE_CREATION_REFUSED, caller=caller)
        raise MayNotCreate("Ask the people who run this installation for another workspace.")
    return _create(name, caller.user, caller)


def rename(workspace: Workspace, *, name: str, caller: Caller) -> None:
    """Raises NotAllowed."""
    require(Right.RENAME_WORKSPACE, caller=caller, workspace=workspace)
    with transaction.atomic():
        audit.hold(workspace)
        before, workspace.name = workspace.name, name
        Workspace.objects.filter(pk=workspace.pk).update(name=name)
        audit.record(
            Action.WORKSPACE_RENAMED,
            caller=caller,
            workspace=workspace,
            obj=workspace,
            details={"name_before": before, "name_after": name},
        )
        changes.announce(workspace.pk)


def require_second_step(workspace: Workspace, *, required: bool, caller: Caller) -> None:
    """Whether members need a second step at sign-in. Raises NotAllowed or NoSecondStep."""
    require(Right.REQUIRE_SECOND_STEP, caller=caller, workspace=workspace)
    own = Membership.objects.with_second_step().filter(workspace=workspace, user=caller.user)
    if required and not own.exists():
        raise NoSecondStep("Set it up for yourself first, under your account.")
    with transaction.atomic():
        audit.hold(workspace)
        rows = Workspace.objects.filter(pk=workspace.pk).exclude(require_mfa=required)
        if rows.update(require_mfa=required):
            audit.record(
                Action.WORKSPACE_SECOND_STEP_REQUIRED,
                caller=caller,
                workspace=workspace,
                obj=workspace,
                details={"required": required},
            )
            changes.announce(workspace.pk)


def memberships_of(user: User) -> list[Membership]:
    """Where this person belongs, the oldest first, each with its workspace."""
    memberships = _MEMBERSHIPS.rows(user=user.pk)
    for membership in memberships:
        membership.user = user
    return memberships


def of(user: User) -> Membership | None:
    """The oldest of their memberships: where a person works who has chosen no other workspace."""
    return next(iter(memberships_of(user)), None)


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many days each is kept; for ever where None. Of transcripts 0 is never at all."""

    transcript_days: int | None = None
    session_days: int | None = None
    address_days: int | None = None
    audit_days: int | None = None

    @classmethod
    def of(cls, workspace: Workspace) -> Self:
        return cls(**{each.name: getattr(workspace, each.name) for each in fields(cls)})


def set_retention(workspace: Workspace, *, kept: Retention, caller: Caller) -> None:
    """Raises NotAllowed."""
    require(Right.SET_RETENTION, caller=caller, workspace=workspace)
    with transaction.atomic():
        audit.hold(workspace)
        before, after = asdict(Retention.of(workspace)), asdict(kept)
        Workspace.objects.filter(pk=workspace.pk).update(**after, version=F("version") + 1)
        audit.record(
            Action.RETENTION_CHANGED,
            caller=caller,
            workspace=workspace,
            obj=workspace,
            details={
                name: f"{_words(before[name])} → {_words(days)}"
                for name, days in after.items()
                if days != before[name]
            },
        )


def _words(days: int | None) -> str:
    return "for ever" if days is None else f"{days} days"


def require(right: Right, *, caller: Caller, workspace: Workspace) -> Membership:
    """Returns the membership that gives the caller the right, as it was read.

    Raises NotAllowed, once the refusal is written down, where there is none. Call it before opening
    a transaction (see `audit.refusal`).
    """
    if caller.user is not None:
        for membership in _OPEN.rows(user=caller.user.pk, workspace=workspace.pk):
            if membership.may(right):
                return membership
    _refuse(right, caller, workspace)


def permit(right: Right, *, caller: Caller, workspace: Workspace | None) -> None:
    """As `require`, for what staff of the installation may do in every workspace too.

    `workspace` is None for what concerns all of them, which is for staff alone.
    """
    if workspace is not None and not caller.as_staff:
        require(right, caller=caller, workspace=workspace)
    elif not _staff_may(right, caller):
        _refuse(right, caller, workspace)


def _staff_may(right: Right, caller: Caller) -> bool:
    user, permission = caller.user, STAFF_RIGHTS.get(right)
    if user is None or permission is None or not (caller.as_staff and user.is_staff):
        return False
    return not permission or user.has_perm(permission)


def _refuse(right: Right, caller: Caller, workspace: Workspace | None) -> NoReturn:
    audit.refusal(
        Action.PERMISSION_REFUSED,
        caller=caller,
        workspace=workspace,
        obj=workspace,
        details={"right": right.value},
    )
    raise NotAllowed(right, as_staff=caller.as_staff)


def _create(name: str, owner: User, caller: Caller) -> Workspace:
    with transaction.atomic():
        workspace = Workspace.objects.create(name=name)
        Membership.objects.create(workspace=workspace, user=owner, role=Role.OWNER)
        audit.record(Action.WORKSPACE_CREATED, caller=caller, workspace=workspace, obj=workspace)
        User.objects.filter(pk=owner.pk).update(is_settled=True)
    return workspace
