"""Counts what happens to sessions, for Prometheus: in the process where it happens, once committed.

Each process counts its own, and they are added up where they are read. What a process has counted
since it was last asked dies with it: these are for rates, while totals are read from the rows.
"""

from typing import Final

from django.db import transaction
from prometheus_client import Counter, Histogram

from sessions_app.lifecycle import OVER, EndReason, State
from sessions_app.models import AvatarSession

requested: Final = Counter(
    "liveavatar_sessions_requested_total",
    "Sessions that were asked for and taken on, those that wait in line included",
    ["by"],
)
started: Final = Counter("liveavatar_sessions_started_total", "Sessions that became live")
over: Final = Counter(
    "liveavatar_sessions_over_total",
    "Sessions that ended or failed, by the reason",
    ["state", "reason"],
)
start_seconds: Final = Histogram(
    "liveavatar_session_start_seconds",
    "From the request, or from the end of waiting in line, until the session was live",
    buckets=(0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 3, 5, 8, 13, 20, 30, 60),
)

# From the beginning, since a rate needs to see a counter before it first grows.
for _by in ("member", "visitor"):
    requested.labels(_by)
for _state in OVER:
    for _reason in EndReason:
        over.labels(_state.value, _reason.value)


def accepted(session: AvatarSession) -> None:
    by = "visitor" if session.widget_id else "member"
    transaction.on_commit(lambda: requested.labels(by).inc(), robust=True)


def moved(session: AvatarSession) -> None:
    """The session has just come to the state that it is in."""
    state, reason = State(session.state), session.end_reason
    if state == State.LIVE and session.started_at is not None:
        took = (session.started_at - session.requested_at).total_seconds()
        transaction.on_commit(lambda: _went_live(took), robust=True)
    elif state in OVER:
        transaction.on_commit(lambda: over.labels(state.value, reason).inc(), robust=True)


def _went_live(took: float) -> None:
    started.inc()
    start_seconds.observe(took)
