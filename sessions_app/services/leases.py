"""Keeps a live session alive while somebody is there, and finds out when the cloud ended it.

The page renews the lease; the worker speaks to the cloud. Nobody there, no keep-alive.
"""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import Greatest, Least
from django.utils import timezone

from accounts.models import Claim
from accounts.models.due_work import soon
from accounts.services.callers import Caller
from liveavatar import SessionEntry, errors
from liveavatar_web import bell, cloud
from sessions_app.lifecycle import OPEN, EndReason, Event
from sessions_app.models import AvatarSession, CloudSession
from sessions_app.services import moves, stopping

log = structlog.get_logger(__name__)

_WORKER: Final = Caller.system("worker")
_VENDOR_REASONS: Final = {
    "MAX_DURATION_REACHED": EndReason.LIMIT,
    "NO_CREDITS": EndReason.NO_CREDITS,
    "IDLE_TIMEOUT": EndReason.ABANDONED,
    "ZOMBIE_SESSION_REAP": EndReason.ABANDONED,
}


def renew(session: AvatarSession, *, page: UUID | None = None, now: datetime) -> None:
    """Somebody is there: the session may go on for another lease. Moves nothing that is over.

    A page that has said goodbye is not there any more, in whatever order its words arrive; loaded
    anew, it is another page.
    """
    held = _held_by_a_page_of(session)
    if page is not None:
        held = held.exclude(gone_page=page)
    held.update(lease_until=now + timedelta(seconds=settings.LEASE_SECONDS))


def cut_short(session: AvatarSession, *, page: UUID | None = None, now: datetime) -> None:
    """The page said goodbye: a short while is left, in which a reload can renew the lease."""
    soon = now + timedelta(seconds=settings.GOODBYE_SECONDS)
    held = _held_by_a_page_of(session)
    held.update(lease_until=Least("lease_until", soon), gone_page=page)


def of_one_that_goes_live(*, now: datetime) -> Case:
    """A whole lease, or what a page that said goodbye in the meantime has left of it."""
    whole = now + timedelta(seconds=settings.LEASE_SECONDS)
    return Case(
        When(gone_page__isnull=True, then=Greatest("lease_until", whole)),
        default=F("lease_until"),
    )


def _held_by_a_page_of(session: AvatarSession) -> QuerySet[AvatarSession]:
    """Whoever is there waits for its successor too, also in a page that has yet to learn of it."""
    held = Q(pk=session.pk) | Q(predecessor=session)
    return AvatarSession.objects.filter(held, state__in=OPEN)


def look_now(session: AvatarSession, *, now: datetime) -> None:
    """The page lost the room: ask the cloud at once whether the session still runs."""
    with transaction.atomic():
        if AvatarSession.objects.live().filter(pk=session.pk).update(due_at=now):
            bell.ring("sessions_app.keep_session", queue="live", session_id=session.pk)


def keep(*, pk: int) -> None:
    """Keeps a live session that is due; safe to call any number of times."""
    now = timezone.now()
    claim = AvatarSession.objects.live().claim(pk=pk, now=now, seconds=settings.CLAIM_SECONDS)
    if claim is None:
        return None
    session = AvatarSession.objects.select_related("workspace").get(pk=pk)
    try:
        entry = cloud.client().sessions.get(session.remote_id)
        if entry.is_ended:
            return _ended_there(session, claim, entry)
        cloud.client().sessions.keep_alive(session.remote_id)
    except errors.NotFound:
        return _gone_there(session, claim)
    except (errors.LiveAvatarError, cloud.NotConfigured) as error:
        log.warning("session.keep_alive_failed", session=str(session.public_id), error=str(error))
        AvatarSession.objects.record(
            claim,
            due_at=timezone.now() + soon(session.attempts),
            last_error=type(error).__name__,
        )
        return None
    after: dict[str, Any] = {"last_error": ""} if session.last_error else {}
    due_at = now + timedelta(seconds=settings.KEEP_ALIVE_SECONDS)
    AvatarSession.objects.record(claim, due_at=due_at, attempts=0, **after)


def _ended_there(session: AvatarSession, claim: Claim, entry: SessionEntry) -> None:
    bill = stopping.Bill.of(entry)
    with transaction.atomic():
        for running in session.cloud_sessions.filter(state=CloudSession.State.RUNNING):
            stopping.close(running, bill=bill, now=timezone.now())
        moves.move(
            session,
            Event.ENDED_THERE,
            claim=claim,
            cause=_VENDOR_REASONS.get(bill.vendor_end_reason, EndReason.CLOUD),
            now=timezone.now(),
            vendor_end_reason=bill.vendor_end_reason,
            caller=_WORKER,
        )


def _gone_there(session: AvatarSession, claim: Claim) -> None:
    """The cloud does not know it: stop it all the same, since that may be a passing fault."""
    now = timezone.now()
    with transaction.atomic():
        if moves.move(
            session,
            Event.GONE_THERE,
            claim=claim,
            cause=EndReason.CLOUD,
            now=now,
            caller=_WORKER,
            end_reason=EndReason.CLOUD,
            due_at=now,
            attempts=0,
        ):
            bell.ring("sessions_app.stop_session", queue="live", session_id=session.pk)
