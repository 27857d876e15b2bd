"""Starts a session in the cloud: claim the row, call with no transaction open, record the outcome.

Minting is free and yields the remote id, which is written down before the start that bills. When
the answer to a start is lost the room's token is lost with it, and the start may take effect late:
that id is doubted (stopped until it is seen ended) and a fresh one minted, at most twice more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Claim, ProviderKey
from accounts.models.due_work import soon
from accounts.services.callers import Caller
from liveavatar import LiteSession, MintedSession, OpenAIRealtime, StartedSession, errors
from liveavatar_web import bell, cloud
from liveavatar_web.fields import SealedField
from liveavatar_web.vault import Secret
from sessions_app.lifecycle import TRANSITIONS, EndReason, Event, State
from sessions_app.models import AvatarSession, CloudSession
from sessions_app.services import leases, moves, one_offs, room_hosts, stopping
from sessions_app.services.start_timeline import Stopwatch

log = structlog.get_logger(__name__)

MOST_MINTS: Final = 3
_STARTABLE: Final = list(TRANSITIONS[Event.CLAIMED])
_WORKER: Final = Caller.system("worker")


@dataclass(frozen=True, slots=True)
class _Failure:
    reason: EndReason
    message: str
    code: str
    retryable: bool = False
    wait_seconds: float | None = None


def start(*, pk: int) -> None:
    """Starts the session if it is due and nobody else is at it; safe to call again."""
    claimed = _claim(pk, timezone.now())
    if claimed is None:
        return None
    session, claim = claimed
    if not _is_first(session):
        for doubtful in session.cloud_sessions.filter(state=CloudSession.State.DOUBTFUL):
            stopping.stop_cloud_session(pk=doubtful.pk)
    failure = _why_not(session)
    if failure is not None:
        return _fail(session, claim, failure)
    calling = Stopwatch()
    try:
        with calling:
            minted, seconds = _mint(session)
    except (errors.LiveAvatarError, cloud.NotConfigured) as error:
        return _fail(session, claim, _failure_of(error))
    cloud_session = _write_down(session, claim, minted)
    if cloud_session is None:
        return None  # somebody stopped it meanwhile; nothing was started
    try:
        with calling:
            started = cloud.client().session(minted.session_token).start()
    except errors.LiveAvatarError as error:
        return _start_failed(session, claim, cloud_session, error)
    cloud_ms = calling.milliseconds if _is_first(session) else None
    _go_live(session, claim, cloud_session, started, seconds, cloud_ms)


def _claim(pk: int, now: datetime) -> tuple[AvatarSession, Claim] | None:
    with transaction.atomic():
        claim = AvatarSession.objects.filter(state__in=_STARTABLE, lease_until__gt=now).claim(
            pk=pk,
            now=now,
            seconds=settings.CLAIM_SECONDS,
            state=State.STARTING,
            claimed_at=Coalesce("claimed_at", now),
        )
        if claim is None:
            return None
        session = AvatarSession.objects.select_related(
            "workspace", "provider_key", "avatar", "context__source"
        ).get(pk=pk)
        if one_offs.is_missing(session.context):
            one_offs.leave_behind(session, caller=_WORKER, now=now)
        if not _is_first(session):
            moves.doubt(session, now=now)  # those of a worker that died under an earlier claim
        moves.tell(session, cause="claimed", now=now)
        return session, claim


def _is_first(session: AvatarSession) -> bool:
    """Whether nothing can have been minted for it before this attempt; most starts are such."""
    return session.attempts == 1


def _why_not(session: AvatarSession) -> _Failure | None:
    """What has changed since the session was asked for."""
    if session.provider_key.state != ProviderKey.State.READY:
        return _Failure(EndReason.KEY_GONE, "", "key_gone")
    if session.context is not None and session.context.deleted_at is not None:
        return _Failure(EndReason.CONTEXT_GONE, "", "context_gone")
    if session.workspace.is_closed:
        return _Failure(EndReason.WORKSPACE_CLOSED, "", "workspace_closed")
    if not _is_first(session) and session.cloud_sessions.count() >= MOST_MINTS:
        return _Failure(EndReason.CLOUD_UNREACHABLE, session.last_error_message, "too_many_tries")
    return None


def _mint(session: AvatarSession) -> tuple[MintedSession, int]:
    """A session of the cloud's, and how many seconds it may last.

    Where the plan does not allow the extension it is minted without.
    """
    mint = cloud.client().sessions.mint
    try:
        return mint(_configuration(session, session.reserved_seconds)), session.reserved_seconds
    except errors.DurationTooLong:
        if not session.extension_seconds:
            raise
    return mint(_configuration(session, session.max_seconds)), session.max_seconds


def _configuration(session: AvatarSession, seconds: int) -> LiteSession:
    return LiteSession(
        avatar_id=session.avatar.remote_id,
        openai=OpenAIRealtime(
            secret_id=session.provider_key.remote_secret_id,
            context_id=session.context.remote_context_id if session.context else None,
            voice=session.voice,
            model=session.model,
            temperature=float(session.temperature),
        ),
        is_sandbox=session.is_sandbox,
        max_session_duration=seconds,
    )


def _write_down(session: AvatarSession, claim: Claim, minted: MintedSession) -> CloudSession | None:
    """Remembers the id before it can cost anything; None when the claim is lost."""
    now = timezone.now()
    still_startable = timedelta(
        seconds=settings.SESSION_TOKEN_SECONDS + settings.CLOUD_CALL_DEADLINE
    )
    with transaction.atomic():
        held = AvatarSession.objects.filter(state=State.STARTING).record(
            claim, keep=True, remote_id=minted.session_id, minted_at=now
        )
        if not held:
            return None
        session.remote_id, session.minted_at = minted.session_id, now
        moves.tell(session, cause="minted", now=now, in_lists=False)
        return CloudSession.objects.create(
            avatar_session=session,
            remote_id=minted.session_id,
            minted_at=now,
            doubt_until=now + still_startable,
        )


def _go_live(
    session: AvatarSession,
    claim: Claim,
    cloud_session: CloudSession,
    started: StartedSession,
    minted_seconds: int,
    cloud_ms: int | None,
) -> None:
    now = timezone.now()
    longest = min(minted_seconds, started.max_session_duration or minted_seconds)
    seconds = min(session.max_seconds, longest)
    with transaction.atomic():
        live = moves.move(
            session,
            Event.STARTED,
            claim=claim,
            cause="started",
            now=now,
            caller=_WORKER,
            started_at=now,
            limit_at=now + timedelta(seconds=seconds),
            extend_until=now + timedelta(seconds=longest) if longest > seconds else None,
            due_at=now + timedelta(seconds=settings.KEEP_ALIVE_SECONDS),
            lease_until=leases.of_one_that_goes_live(now=now),
            attempts=0,
            cloud_ms=cloud_ms,
            room_url=SealedField.seal_for(session, "room_url", Secret(started.url)),
            room_token=SealedField.seal_for(session, "room_token", Secret(started.client_token)),
        )
        if live:
            CloudSession.objects.filter(pk=cloud_session.pk).update(
                state=CloudSession.State.RUNNING
            )
        else:
            moves.doubt_one(cloud_session, now=now)
    room_hosts.remember(started.url)


def _start_failed(
    session: AvatarSession,
    claim: Claim,
    cloud_session: CloudSession,
    error: errors.LiveAvatarError,
) -> None:
    now = timezone.now()
    log.warning("session.start_failed", session=str(session.public_id), error=str(error))
    with transaction.atomic():
        if not error.may_have_happened:
            stopping.close_unstarted(cloud_session, now=now)
            return _fail(session, claim, _failure_of(error))
        moves.doubt_one(cloud_session, now=now)
        if moves.move(
            session,
            Event.ANSWER_LOST,
            claim=claim,
            cause="answer_lost",
            now=now,
            caller=_WORKER,
            due_at=now,
            last_error=type(error).__name__,
            last_error_message=error.message,
        ):
            bell.ring("sessions_app.start_session", queue="live", session_id=session.pk)


def _fail(session: AvatarSession, claim: Claim, failure: _Failure) -> None:
    """Tries again later where that can help and somebody still waits; else the session failed."""
    now = timezone.now()
    give_up_at = session.requested_at + timedelta(seconds=settings.START_WITHIN_SECONDS)
    wait = soon(session.attempts - 1)
    if failure.wait_seconds is not None:
        wait = timedelta(seconds=failure.wait_seconds)
    what = {"last_error": failure.code, "last_error_message": failure.message}
    may_mint = session.cloud_sessions.count() < MOST_MINTS
    with transaction.atomic():
        if failure.retryable and may_mint and now + wait < give_up_at:
            moves.move(
                session,
                Event.PUT_OFF,
                claim=claim,
                cause=failure.reason,
                text=failure.message,
                now=now,
                caller=_WORKER,
                due_at=now + wait,
                **what,
            )
            return
        moves.move(
            session,
            Event.REFUSED,
            claim=claim,
            cause=failure.reason,
            text=failure.message,
            now=now,
            caller=_WORKER,
            **what,
        )


def _failure_of(error: Exception) -> _Failure:
    if not isinstance(error, errors.LiveAvatarError):
        return _Failure(EndReason.REFUSED, str(error), "not_configured")
    match error:
        case errors.NoCredits():
            reason = EndReason.NO_CREDITS
        case errors.ConcurrencyReached():
            reason = EndReason.CONCURRENCY
        case errors.NeverSent() | errors.OutcomeUnknown() | errors.ServerFault():
            reason = EndReason.CLOUD_UNREACHABLE
        case errors.RateLimited():
            reason = EndReason.CLOUD_UNREACHABLE
        case _:
            reason = EndReason.REFUSED
    return _Failure(reason, error.message, type(error).__name__, error.retryable, error.retry_after)
