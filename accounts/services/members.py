"""Who belongs to a workspace: roles given and taken, people who go, ownership handed over.

Changes of one workspace's members take turns: each locks its row first, and looks again at what it
was decided by. Whoever may start nothing any more has their conversations ended by the sweep, which
is rung for at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Membership, User
from accounts.rights import RIGHTS, Right, Role
from accounts.services import audit, changes, workspaces
from accounts.services.audit import Action
from accounts.services.callers import Caller
from liveavatar_web import bell

MAY_START: Final = [role.value for role, rights in RIGHTS.items() if Right.START_SESSIONS in rights]


class TooMuch(PermissionDenied):
    """Nobody gives or takes a role with more rights than their own; owners are made by owners."""


class LastOwner(Exception):
    """The workspace would be left without an owner."""


class Overtaken(Exception):
    """Somebody else changed these members meanwhile; nothing was done."""


def may_give(giver: Membership | None, role: Role) -> bool:
    """Whether they may give this role, or take it away: ownership is only ever handed over."""
    return (
        giver is not None
        and giver.may(Right.MANAGE_MEMBERS)
        and role != Role.OWNER
        and RIGHTS[role] <= RIGHTS[Role(giver.role)]
    )


def change_role(member: Membership, *, role: Role, caller: Caller) -> None:
    """Raises NotAllowed, TooMuch or Overtaken."""
    giver = _require_over(member, [Role(member.role), role], caller)
    if member.role == role:
        return
    with _unchanged(member, giver):
        Membership.objects.filter(pk=member.pk).update(role=role)
        _record(
            Action.MEMBER_ROLE_CHANGED,
            member,
            caller,
            role_before=member.role,
            role_after=role.value,
        )
        _end_what_may_not_run()


def remove(member: Membership, *, caller: Caller) -> None:
    """Takes somebody out of the workspace. Raises NotAllowed, TooMuch or Overtaken."""
    giver = _require_over(member, [Role(member.role)], caller)
    with _unchanged(member, giver):
        _take_out(Action.MEMBER_REMOVED, member, caller)


def leave(member: Membership, *, caller: Caller) -> None:
    """The caller goes by themselves. Raises LastOwner or Overtaken."""
    assert caller.user == member.user, "people leave by themselves; others are removed"
    with _unchanged(member):
        owners = Membership.objects.filter(
            workspace=member.workspace_id, role=Role.OWNER, user__is_active=True
        )
        if member.role == Role.OWNER and not owners.exclude(pk=member.pk).exists():
            raise LastOwner("Hand the workspace over first, or delete it: it has no other owner.")
        _take_out(Action.MEMBER_LEFT, member, caller)


def hand_over(member: Membership, *, caller: Caller) -> None:
    """Makes somebody the owner in the caller's place, who stays as an administrator.

    Raises NotAllowed or Overtaken.
    """
    owner = workspaces.require(Right.HAND_OVER, caller=caller, workspace=member.workspace)
    with _unchanged(member, owner):
        if not member.user.is_active:
            raise Overtaken("This account is switched off, and cannot own a workspace.")
        if owner.pk == member.pk:
            return
        Membership.objects.filter(pk=owner.pk).update(role=Role.ADMIN)
        Membership.objects.filter(pk=member.pk).update(role=Role.OWNER)
        _record(Action.OWNERSHIP_HANDED_OVER, member, caller, role_before=member.role)


def _require_over(member: Membership, roles: list[Role], caller: Caller) -> Membership:
    """The caller's own membership, read once: who loses it from here on is overtaken."""
    workspace = member.workspace
    giver = workspaces.require(Right.MANAGE_MEMBERS, caller=caller, workspace=workspace)
    if not all(may_give(giver, role) for role in roles):
        audit.refusal(
            Action.PERMISSION_REFUSED,
            caller=caller,
            workspace=workspace,
            obj=member.user,
            details={"right": Right.MANAGE_MEMBERS.value},
        )
        raise TooMuch("Your own role does not reach that far.")
    return giver


@contextmanager
def _unchanged(*members: Membership) -> Iterator[None]:
    """A transaction in which these still are what they were when it was decided by them."""
    with transaction.atomic():
        # Unlike elsewhere it comes first: its lock makes such changes take turns.
        audit.hold(members[0].workspace)
        changes.announce(members[0].workspace_id)
        for member in members:
            if not Membership.objects.filter(pk=member.pk, role=member.role).exists():
                raise Overtaken("Somebody else changed this meanwhile. Look again.")
        yield


def _take_out(action: Action, member: Membership, caller: Caller) -> None:
    _record(action, member, caller, role_before=member.role)
    # Who has been in a workspace does not get another one for signing in.
    User.objects.filter(pk=member.user_id).update(is_settled=True)
    Membership.objects.filter(pk=member.pk).delete()
    _end_what_may_not_run()


def _end_what_may_not_run() -> None:
    bell.ring("sessions_app.sweep", queue="sweep")


def _record(action: Action, member: Membership, caller: Caller, **details: audit.Detail) -> None:
    audit.record(
        action, caller=caller, workspace=member.workspace, obj=member.user, details=details
    )
