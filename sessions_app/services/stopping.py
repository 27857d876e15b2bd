"""Stops sessions in the cloud and reads what they cost.

Stopping is repeat-safe: 200, 204 and 404 all mean that it does not run. A doubtful id, whose start
may yet take effect, is stopped again until the cloud shows it ended, or knows nothing of it and its
token has run out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Claim
from accounts.models.due_work import soon
from accounts.services.callers import Caller
from liveavatar import SessionEntry, errors
from liveavatar_web import cloud
from sessions_app.lifecycle import OVER, Event, State
from sessions_app.models import AvatarSession, CloudSession
from sessions_app.services import moves, reservations, tallies

log = structlog.get_logger(__name__)

_WORKER: Final = Caller.system("worker")
_BILL_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Bill:
    """What one cloud session cost: seconds, and the vendor's credits where it says them.

    An end reason of the vendor's may be any text; we keep as much as a column holds.
    """

    seconds: int = 0
    credits: Decimal | None = None
    vendor_end_reason: str = ""

    @classmethod
    def of(cls, entry: SessionEntry) -> "Bill":
        seconds = max(0, entry.duration or 0)
        return cls(seconds, entry.credits_consumed, (entry.end_reason or "")[:64])


def stop(*, pk: int) -> None:
    """Stops the session if that is due; safe to call any number of times."""
    now = timezone.now()
    claim = AvatarSession.objects.filter(state=State.STOPPING).claim(
        pk=pk, now=now, seconds=settings.CLAIM_SECONDS
    )
    if claim is None:
        return None
    session = AvatarSession.objects.select_related("workspace").get(pk=pk)
    running = session.cloud_sessions.filter(state=CloudSession.State.RUNNING).first()
    entry: SessionEntry | None = None
    if running is not None:
        try:
            _stop_remote(running.remote_id)
            entry = _look_up(running.remote_id)
        except (errors.LiveAvatarError, cloud.NotConfigured) as error:
            return _try_later(session, claim, error)
        if not (entry and entry.is_ended) and session.attempts < _BILL_TRIES:
            AvatarSession.objects.record(claim, due_at=timezone.now() + soon(1))
            return None
    with transaction.atomic():
        # One that is still shown as running stays unsettled, and is doubted with the move.
        if running is not None and (entry is None or entry.is_ended):
            close(running, bill=Bill.of(entry) if entry else _estimate(running), now=now)
        moves.move(
            session,
            Event.STOPPED,
            claim=claim,
            cause=session.end_reason,
            now=timezone.now(),
            vendor_end_reason=Bill.of(entry).vendor_end_reason if entry else "",
            caller=_WORKER,
        )


def stop_cloud_session(*, pk: int) -> None:
    """Stops a doubtful id, and strikes it off the list once it cannot run any more."""
    now = timezone.now()
    claim = CloudSession.objects.filter(state=CloudSession.State.DOUBTFUL).claim(
        pk=pk, now=now, seconds=settings.CLAIM_SECONDS
    )
    if claim is None:
        return
    doubtful = CloudSession.objects.select_related("avatar_session__workspace").get(pk=pk)
    try:
        _stop_remote(doubtful.remote_id)
        entry = _look_up(doubtful.remote_id)
    except (errors.LiveAvatarError, cloud.NotConfigured) as error:
        later = timezone.now() + soon(doubtful.attempts)
        CloudSession.objects.record(claim, due_at=later, last_error=type(error).__name__)
        return
    # One that the cloud still shows as running is stopped for as long as it does.
    over = entry.is_ended if entry is not None else now > doubtful.doubt_until
    with transaction.atomic():
        if not over:
            # Every look counted as an attempt: a failure to come must not wait for minutes.
            later = timezone.now() + timedelta(seconds=settings.SWEEP_SECONDS)
            CloudSession.objects.record(claim, due_at=later, attempts=0)
            return
        close(doubtful, bill=Bill.of(entry) if entry else _estimate(doubtful), now=timezone.now())


def close(cloud_session: CloudSession, *, bill: Bill, now: datetime) -> None:
    """Strikes a cloud session off: it runs no more. What it cost reaches its session's bill.

    Call it inside a transaction.
    """
    session = cloud_session.avatar_session
    # Locked first, for a session that is ending at this moment may have summed its bills up.
    AvatarSession.objects.filter(pk=session.pk).update(version=F("version") + 1)
    struck = CloudSession.objects.unsettled().filter(pk=cloud_session.pk)
    # One that was struck off before, and found running, has a bill already.
    before = struck.values_list("billed_seconds", flat=True).first() or 0
    if not struck.update(
        state=CloudSession.State.OVER,
        over_at=now,
        due_at=None,
        claim_token=None,
        claimed_until=None,
        billed_seconds=bill.seconds,
        credits=bill.credits,
        version=F("version") + 1,
    ):
        return
    late = AvatarSession.objects.filter(pk=session.pk, state__in=OVER)
    if late.update(**moves.totals(session)):
        reservations.add_used(session, bill.seconds - before)
        tallies.count_seconds(session, bill.seconds - before, now=now)


def close_unstarted(cloud_session: CloudSession, *, now: datetime) -> None:
    """Strikes off an id whose start is known not to have happened."""
    close(cloud_session, bill=Bill(), now=now)


def _stop_remote(remote_id: str) -> None:
    try:
        cloud.client().sessions.stop(remote_id)
    except errors.NotFound:
        log.info("session.already_gone", remote_id=remote_id)


def _look_up(remote_id: str) -> SessionEntry | None:
    try:
        return cloud.client().sessions.get(remote_id)
    except errors.NotFound:
        return None


def _estimate(cloud_session: CloudSession) -> Bill:
    """Where the cloud keeps no record to read: what it billed before, or else our own clock.

    By that an id has run only if it is the one with which its session went live.
    """
    session = cloud_session.avatar_session
    if cloud_session.billed_seconds:
        return Bill(cloud_session.billed_seconds, cloud_session.credits)
    if session.remote_id != cloud_session.remote_id:
        return Bill()
    return Bill(seconds=session.duration_seconds)


def _try_later(session: AvatarSession, claim: Claim, error: Exception) -> None:
    log.warning("session.stop_failed", session=str(session.public_id), error=str(error))
    AvatarSession.objects.record(
        claim,
        due_at=timezone.now() + soon(session.attempts),
        last_error=type(error).__name__,
        last_error_message=str(error),
    )
