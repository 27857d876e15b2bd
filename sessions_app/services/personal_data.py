"""What is held about a person: handed out whole, and erased while the trail still verifies."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Model, Q, QuerySet

from accounts.models import (
    AuditEvent,
    AuditPersonalData,
    ProviderKey,
    User,
    Workspace,
    WorkspaceInvitation,
)
from accounts.rights import Role
from accounts.services import audit, closures, people
from accounts.services.audit import Action
from accounts.services.callers import Caller
from liveavatar_web import bell
from sessions_app.models import AvatarSession, Context, SavedFilter, SessionEvent, Widget

Record = Mapping[str, Any]


class OwnsSharedWorkspaces(Exception):
    """Others work in workspaces that would be left without an owner: `names` says which."""

    def __init__(self, names: list[str]) -> None:
        super().__init__("Hand over or delete first: " + ", ".join(names))
        self.names = names


def export(user: User, *, caller: Caller, reason: str = "") -> Iterator[Record]:
    """Every record about a person, one after another, each with its `kind`; audited.

    Values of keys and tokens are nobody's to read, and not among them. Staff need a reason: what
    was said is among the records, so each workspace in which that was sees it. Raises NotYours.
    """
    workspaces: list[Workspace] = []
    if caller.user != user:
        people.require(caller, user)
        assert reason, "what others said is read for a reason"
        workspaces = list(_workspaces_of(user))
    with transaction.atomic():
        audit.hold(None, *workspaces)
        for workspace in [*workspaces, None]:
            audit.record(
                Action.USER_DATA_EXPORTED,
                caller=caller,
                workspace=workspace,
                obj=user,
                details={"reason": reason} if reason else {},
            )
    return _records(user)


def erase(user: User, *, caller: Caller, now: datetime) -> None:
    """Makes the account nobody's: what identifies a person goes, what was done stays.

    Live sessions end, what was said in their sessions is deleted, and so are workspaces in which
    nobody else works. Raises OwnsSharedWorkspaces; NotYours for staff who may not.
    """
    if caller.user != user:
        people.require(caller, user)
    with transaction.atomic():
        mine = Workspace.objects.filter(memberships__user=user)
        audit.hold(None, *mine)
        # Read only now: whoever comes into a workspace, or is handed one, holds its trail too.
        alone, shared = owned_alone(user)
        if shared:
            raise OwnsSharedWorkspaces([workspace.name for workspace in shared])
        memberships = list(user.memberships.select_related("workspace"))
        for workspace in alone:
            closures.give_up(workspace, caller=caller, now=now)
        for membership in memberships:
            audit.record(
                Action.USER_ERASED, caller=caller, workspace=membership.workspace, obj=user
            )
        audit.record(Action.USER_ERASED, caller=caller, obj=user)
        _forget(user)
        bell.ring("sessions_app.sweep", queue="sweep")


def owned_alone(user: User) -> tuple[list[Workspace], list[Workspace]]:
    """Workspaces whose only owner this is: those without another member, and the rest."""
    owned = user.memberships.filter(role=Role.OWNER.value).select_related("workspace")
    alone, shared = [], []
    for workspace in (membership.workspace for membership in owned):
        others = workspace.memberships.exclude(user=user)
        if not others.exists():
            alone.append(workspace)
        elif not others.filter(role=Role.OWNER.value).exists():
            shared.append(workspace)
    return alone, shared


def _workspaces_of(user: User) -> QuerySet[Workspace]:
    """Where they are a member, or have talked."""
    talked = AvatarSession.objects.filter(requested_by=user).order_by()
    member = user.memberships.values("workspace")
    return Workspace.objects.filter(Q(pk__in=talked.values("workspace")) | Q(pk__in=member))


def _forget(user: User) -> None:
    SessionEvent.objects.lines().filter(avatar_session__requested_by=user).delete()
    AuditPersonalData.objects.of_person(user).delete()
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user).delete()
    WorkspaceInvitation.objects.filter(email__iexact=user.email).delete()
    SavedFilter.objects.filter(owner=user).delete()
    for device in UserSession.objects.filter(user=user):
        device.end()
    user.memberships.all().delete()
    user.email = f"erased-{user.public_id}@invalid"
    user.name = ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save()
    user.groups.clear()
    user.user_permissions.clear()


def _records(user: User) -> Iterator[Record]:
    yield {
        "kind": "account",
        **_fields(user, "public_id", "email", "name", "date_joined", "last_login", "is_staff"),
    }
    for address in EmailAddress.objects.filter(user=user):
        yield {"kind": "email_address", **_fields(address, "email", "verified", "primary")}
    for step in Authenticator.objects.filter(user=user):
        yield {"kind": "second_step", **_fields(step, "type", "created_at", "last_used_at")}
    for account in SocialAccount.objects.filter(user=user):
        yield {"kind": "single_sign_on", **_fields(account, "uid", "date_joined", "last_login")}
    for device in UserSession.objects.filter(user=user):
        yield {"kind": "device", **_fields(device, "ip", "user_agent", "created_at")}
    for invitation in WorkspaceInvitation.objects.filter(email__iexact=user.email):
        yield {"kind": "invitation", **_fields(invitation, "email", "role", "created_at")}
    for membership in user.memberships.select_related("workspace"):
        yield {
            "kind": "membership",
            "workspace": membership.workspace.name,
            **_fields(membership, "role", "created_at"),
        }
    yield from _made(user)
    yield from _sessions(user)
    yield from _trail(user)


def _made(user: User) -> Iterator[Record]:
    """Keys, contexts and widgets that they made: names and times, and the texts they wrote."""
    what = ("public_id", "name", "created_at")
    for key in _each(ProviderKey.objects.filter(created_by=user)):
        yield {"kind": "provider_key", **_fields(key, *what, "last4", "state")}
    for context in _each(Context.objects.filter(created_by=user)):
        yield {"kind": "context", **_fields(context, *what, "prompt", "opening_text")}
    for widget in _each(Widget.objects.filter(created_by=user)):
        yield {"kind": "widget", **_fields(widget, *what)}
    for saved in _each(SavedFilter.objects.filter(owner=user)):
        yield {"kind": "saved_filter", **_fields(saved, *what, "query")}


def _sessions(user: User) -> Iterator[Record]:
    of_session = (
        "public_id", "requested_at", "started_at", "ended_at", "state", "end_reason",
        "voice", "model", "billed_seconds", "credits",
    )  # fmt: skip
    sessions = AvatarSession.objects.filter(requested_by=user).select_related("avatar")
    for session in _each(sessions):
        yield {"kind": "session", "avatar": session.avatar.name, **_fields(session, *of_session)}
        for line in session.events.lines().iterator():
            said = {"session": session.public_id, **_fields(line, "at", "text")}
            yield {"kind": line.kind, **said}


def _trail(user: User) -> Iterator[Record]:
    about = Q(actor_id=user.public_id) | Q(object_id=user.public_id)
    for event in _each(AuditEvent.objects.filter(about)):
        yield {
            "kind": "audit_event",
            **_fields(event, "public_id", "at", "action", "refused", "workspace_label", "details"),
        }
    for personal in _each(AuditPersonalData.objects.of_person(user)):
        yield {
            "kind": "audit_personal_data",
            **_fields(personal, "event_id", "at", "address", "agent", "email"),
        }


def _each(rows: QuerySet[Any]) -> Iterable[Any]:
    return rows.order_by("id").iterator(chunk_size=500)


def _fields(row: Model, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
