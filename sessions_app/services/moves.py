"""The one way a session changes state: a conditional update, what it held, its timeline, its audit.

Rows are locked in one order, so that no two transactions wait for each other: the session, its
cloud sessions, the meters, the widget's tallies, its one-off context, the chain of audit events
(`audit.record`), people, the workspace (`changes.announce`).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models import F, Sum

from accounts.models import Claim
from accounts.services import audit, changes
from accounts.services.audit import Action
from accounts.services.callers import Caller
from liveavatar_web import bell, returning, watch
from sessions_app.lifecycle import OVER, Event, State, outcomes
from sessions_app.models import AvatarSession, CloudSession, SessionEvent
from sessions_app.services import counts, one_offs, reservations, tallies

log = structlog.get_logger(__name__)

_ACTIONS: Final = {
    State.LIVE: Action.SESSION_LIVE,
    State.UNCERTAIN: Action.SESSION_UNCERTAIN,
    State.STOPPING: Action.SESSION_STOPPING,
    State.ENDED: Action.SESSION_ENDED,
    State.FAILED: Action.SESSION_FAILED,
}


def move(
    session: AvatarSession,
    event: Event,
    *,
    cause: str,
    now: datetime,
    caller: Caller,
    claim: Claim | None = None,
    text: str = "",
    **fields: Any,
) -> bool:
    """Moves the row to where `event` leads from its state; call it inside a transaction.

    `claim` asks that the row is still held by it. False means that the event leads nowhere, since
    somebody else moved the row first, and nothing was written. A row that is over gives back what
    it held and bears what it cost, and whatever may still run for it in the cloud is doubted.
    """
    was_waiting = session.state == State.WAITING
    # The likely one first, and all twice: between two of these updates the row may have moved from
    # the one's states to the other's.
    likely = sorted(outcomes(event).items(), key=lambda outcome: session.state not in outcome[1])
    if not any(
        _update(session, sources, to, cause=cause, now=now, claim=claim, **fields)
        for to, sources in likely * 2
    ):
        return False
    to = State(session.state)
    if to in OVER:
        if session.reserved_period:
            reservations.settle(session)
        tallies.count_seconds(session, session.billed_seconds or 0, now=now)
        doubt(session, now=now)
        one_offs.discard(session.context, caller=caller, now=now)
    if to in _ACTIONS:
        _audit(session, to, cause=cause, caller=caller)
    if was_waiting or (to in OVER and AvatarSession.objects.waiting().exists()):
        bell.ring("sessions_app.advance_line", queue="live")
    counts.moved(session)
    tell(session, cause=cause, now=now, text=text)
    return True


def _update(
    session: AvatarSession,
    sources: Iterable[State],
    to: State,
    *,
    cause: str,
    now: datetime,
    claim: Claim | None,
    **fields: Any,
) -> bool:
    rows = AvatarSession.objects.filter(pk=session.pk, state__in=sources)
    if claim is not None:
        rows = rows.filter(claim_token=claim.token)
    fields = {"claim_token": None, "claimed_until": None, **fields}
    if to != State.LIVE:
        fields |= {"room_url": None, "room_token": None}
    if to in OVER:
        fields |= {"ended_at": now, "due_at": None, "end_reason": cause}
    updated = returning.update(rows, state=to, version=F("version") + 1, **fields)
    if updated and to in OVER:
        # The update has locked the row, so no bill can come in between the sum and the commit.
        updated = returning.update(AvatarSession.objects.filter(pk=session.pk), **totals(session))
    for fresh in updated:
        returning.refresh(session, fresh)
    return bool(updated)


def totals(session: AvatarSession) -> dict[str, Any]:
    """What its cloud sessions cost together, as far as their bills have come in.

    To be counted anew; see `daily_usage`.
    """
    sums = session.cloud_sessions.aggregate(seconds=Sum("billed_seconds"), credits=Sum("credits"))
    return {
        "billed_seconds": sums["seconds"] or 0,
        "credits": sums["credits"],
        "is_uncounted": True,
    }


def doubt(session: AvatarSession, *, now: datetime) -> None:
    """Puts the row's cloud sessions that may be running on the list of those to be stopped."""
    unsettled = session.cloud_sessions.unsettled()
    for cloud_session in unsettled.exclude(state=CloudSession.State.DOUBTFUL):
        doubt_one(cloud_session, now=now)


def doubt_one(cloud_session: CloudSession, *, now: datetime) -> None:
    unsettled = CloudSession.objects.unsettled().filter(pk=cloud_session.pk)
    if unsettled.update(state=CloudSession.State.DOUBTFUL, due_at=now, version=F("version") + 1):
        _ring_for(cloud_session)


def reopen(cloud_session: CloudSession, *, now: datetime) -> None:
    """Puts one that was struck off, and runs all the same, back on the list of those to stop."""
    over = CloudSession.objects.filter(pk=cloud_session.pk, state=CloudSession.State.OVER)
    if over.update(
        state=CloudSession.State.DOUBTFUL,
        due_at=now,
        over_at=None,
        attempts=0,
        version=F("version") + 1,
    ):
        _ring_for(cloud_session)


def tell(
    session: AvatarSession, *, cause: str, now: datetime, text: str = "", in_lists: bool = True
) -> None:
    """Writes the timeline and the log, and wakes whoever watches; last in its transaction.

    A step that the workspace's lists do not show is told to those alone who watch the session.
    """
    told = {"session": str(session.public_id), "state": session.state, "cause": cause}
    transaction.on_commit(lambda: log.info("session.moved", **told), robust=True)
    SessionEvent.objects.create(
        avatar_session=session,
        at=now,
        kind=SessionEvent.Kind.MOVED,
        state=session.state,
        cause=cause,
        text=text,
    )
    if in_lists:
        changes.announce(session.workspace_id, ("session", session.public_id))
    else:
        watch.nudge(("session", session.public_id))


def _ring_for(cloud_session: CloudSession) -> None:
    bell.ring("sessions_app.stop_cloud_session", queue="live", cloud_session_id=cloud_session.pk)


def _audit(session: AvatarSession, to: State, *, cause: str, caller: Caller) -> None:
    details: dict[str, audit.Detail] = {"cause": cause, "remote_id": session.remote_id}
    if to in OVER:
        cost = None if session.credits is None else str(session.credits)
        details |= {"seconds": session.billed_seconds, "credits": cost}
    audit.record(
        _ACTIONS[to], caller=caller, workspace=session.workspace, obj=session, details=details
    )
