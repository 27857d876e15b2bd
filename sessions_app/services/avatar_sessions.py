"""What people do with sessions: ask for one, ask for its room, end it."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User, Workspace
from accounts.rights import Right
from accounts.services import audit, workspaces
from accounts.services.audit import Action
from accounts.services.callers import Caller
from liveavatar_web import bell
from liveavatar_web.compiled import Compiled
from liveavatar_web.vault import Secret
from sessions_app.lifecycle import EndReason, Event, State
from sessions_app.models import AvatarSession
from sessions_app.services import acceptance, budgets, moves
from sessions_app.services.acceptance import NotStartable, Wish
from sessions_app.services.limits import QuotaReached

MODEL_NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$"
LOWEST_TEMPERATURE: Final = Decimal("0.6")
HIGHEST_TEMPERATURE: Final = Decimal("1.2")

_NEVER_STARTED: Final = {
    EndReason.NOT_STARTED_IN_TIME,
    EndReason.KEY_GONE,
    EndReason.CONTEXT_GONE,
    EndReason.WIDGET_OFF,
    EndReason.WORKSPACE_CLOSED,
    EndReason.MEMBER_GONE,
    EndReason.NO_PLACE,
}


_ASKED_BY: Final = Compiled(
    lambda user, session: AvatarSession.objects.asked_by(User(pk=user)).filter(public_id=session),
    user=int,
    session=UUID,
)


class NotLive(Exception):
    """The session has no room: it has not started yet, or it is over."""


def own(user: User, public_id: UUID) -> AvatarSession | None:
    """The session by this id, if it is this person's; what its page asks for all the time."""
    session = _ASKED_BY.first(user=user.pk, session=public_id)
    if session is not None:
        session.requested_by = user
    return session


def request(
    *,
    caller: Caller,
    workspace: Workspace,
    wish: Wish,
    idempotency_key: str,
    now: datetime,
) -> AvatarSession:
    """Asks for a session: reserves its slot and minutes, and has a worker start it.

    The same person with the same key gets the same session. Raises NotAllowed, NotStartable or
    QuotaReached, each after writing the refusal down.
    """
    assert caller.user is not None
    workspaces.require(Right.START_SESSIONS, caller=caller, workspace=workspace)
    earlier = AvatarSession.objects.filter(
        requested_by=caller.user, idempotency_key=idempotency_key
    )
    try:
        with transaction.atomic():
            return acceptance.accept(
                caller=caller,
                workspace=workspace,
                wish=wish,
                idempotency_key=idempotency_key,
                now=now,
            )
    except IntegrityError:
        if existing := earlier.first():
            return existing
        raise
    except (NotStartable, QuotaReached) as refusal:
        if existing := earlier.first():
            return existing  # it took the last place, or the rest of the month
        audit.refusal(
            Action.SESSION_START_REFUSED,
            caller=caller,
            workspace=workspace,
            details={"reason": str(refusal)},
        )
        if isinstance(refusal, QuotaReached) and refusal.code in budgets.CODES:
            budgets.exhausted(workspace, now=now)
        raise


def again(
    session: AvatarSession, *, caller: Caller, idempotency_key: str, now: datetime
) -> AvatarSession:
    """A new session with the same settings."""
    return request(
        caller=caller,
        workspace=session.workspace,
        wish=wish_again(session),
        idempotency_key=idempotency_key,
        now=now,
    )


def wish_again(session: AvatarSession) -> Wish:
    """The same settings, as far as they may be wished for today."""
    longest = session.workspace.session_limit_seconds
    return replace(wish_of(session), max_seconds=min(session.max_seconds, longest))


def wish_of(session: AvatarSession) -> Wish:
    return Wish(
        avatar=session.avatar,
        provider_key=session.provider_key,
        context=session.context.lasting if session.context else None,
        voice=session.voice,
        model=session.model,
        temperature=session.temperature,
        is_sandbox=session.is_sandbox,
        max_seconds=session.max_seconds,
    )


def stop_by(session: AvatarSession, *, caller: Caller, now: datetime) -> None:
    """A person ends a session: their own, or anybody's with the right to. Raises NotAllowed."""
    if _is_asker(caller, session):
        return request_stop(session, caller=caller, reason=EndReason.PERSON, now=now)
    workspaces.permit(Right.STOP_ANY_SESSION, caller=caller, workspace=session.workspace)
    request_stop(session, caller=caller, reason=EndReason.ADMIN, now=now)


def request_stop(
    session: AvatarSession, *, caller: Caller, reason: EndReason, now: datetime
) -> None:
    """Ends a session; one that is ending or over stays as it is.

    Where no worker has begun yet it is over at once, else a worker stops it in the cloud.
    """
    event = Event.GIVEN_UP if reason in _NEVER_STARTED else Event.STOP_ASKED
    with transaction.atomic():
        moved = moves.move(
            session,
            event,
            cause=reason,
            now=now,
            caller=caller,
            end_reason=reason,
            stop_requested_at=now,
            due_at=now,
            attempts=0,
        )
        if moved and session.state == State.STOPPING:
            bell.ring("sessions_app.stop_session", queue="live", session_id=session.pk)


def room(session: AvatarSession, *, caller: Caller) -> tuple[Secret, Secret]:
    """The room's address and its token, for the person who asked for the session; audited.

    Raises NotLive while there is no room, also for anybody else.
    """
    if session.state != State.LIVE or not _is_asker(caller, session):
        raise NotLive
    url, token = session.room_url.open(), session.room_token.open()
    with transaction.atomic():
        audit.record(
            Action.SESSION_ROOM_GIVEN, caller=caller, workspace=session.workspace, obj=session
        )
    return url, token


def _is_asker(caller: Caller, session: AvatarSession) -> bool:
    if session.widget_id is None:
        return caller.user is not None and caller.user.pk == session.requested_by_id
    return bool(caller.holder) and caller.holder == session.visit.holder
