"""The life of an avatar session, as data: which states there are, and who moves each one next.

    waiting ──> requested ──> starting ──> live ──> stopping ──> ended
       │            │           │  ^        │          ^
       │            │           v  │        └──────────┤
       │            │        uncertain ────────────────┤
       └────────────┴──> failed <┴─────────────────────┘

Pure: no Django, no clock, no input or output. The database holds the same rules as constraints.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class State(StrEnum):
    WAITING = "waiting"
    REQUESTED = "requested"
    STARTING = "starting"
    UNCERTAIN = "uncertain"
    LIVE = "live"
    STOPPING = "stopping"
    ENDED = "ended"
    FAILED = "failed"


class Mover(StrEnum):
    """Who moves a row next."""

    LINE = "the line, when a place is free; the sweep, when it has waited too long"
    WORKER = "a worker, when `due_at` comes or the claim of a dead one runs out"
    SWEEP = "the sweep, at `due_at`, at the limit, or when the lease runs out"
    NOBODY = "nobody: the session is over"


@dataclass(frozen=True, slots=True)
class Stage:
    """One state: what a person calls it, who moves it on, and where it may go."""

    label: str
    mover: Mover
    next: frozenset[State]
    holds_slot: bool


LIFECYCLE: Final[dict[State, Stage]] = {
    State.WAITING: Stage(
        label="waiting for a place",
        mover=Mover.LINE,
        next=frozenset({State.REQUESTED, State.FAILED, State.ENDED}),
        holds_slot=False,
    ),
    State.REQUESTED: Stage(
        label="waiting to start",
        mover=Mover.WORKER,
        next=frozenset({State.STARTING, State.FAILED, State.ENDED}),
        holds_slot=True,
    ),
    State.STARTING: Stage(
        label="starting",
        mover=Mover.WORKER,
        next=frozenset(
            {
                State.STARTING,
                State.REQUESTED,
                State.LIVE,
                State.UNCERTAIN,
                State.FAILED,
                State.STOPPING,
            }
        ),
        holds_slot=True,
    ),
    State.UNCERTAIN: Stage(
        label="checking what happened",
        mover=Mover.WORKER,
        next=frozenset({State.STARTING, State.STOPPING, State.FAILED}),
        holds_slot=True,
    ),
    State.LIVE: Stage(
        label="live",
        mover=Mover.SWEEP,
        next=frozenset({State.STOPPING, State.ENDED}),
        holds_slot=True,
    ),
    State.STOPPING: Stage(
        label="ending",
        mover=Mover.WORKER,
        next=frozenset({State.STOPPING, State.ENDED, State.FAILED}),
        holds_slot=True,
    ),
    State.ENDED: Stage(label="ended", mover=Mover.NOBODY, next=frozenset(), holds_slot=False),
    State.FAILED: Stage(label="failed", mover=Mover.NOBODY, next=frozenset(), holds_slot=False),
}

OVER: Final = frozenset(state for state, stage in LIFECYCLE.items() if stage.mover == Mover.NOBODY)
OPEN: Final = frozenset(LIFECYCLE) - OVER
# Rows that no cloud call of ours has started yet, or whose start is not known to have worked.
BEFORE_LIVE: Final = frozenset({State.REQUESTED, State.STARTING, State.UNCERTAIN})


class EndReason(StrEnum):
    """Why a session is over, in our words; the vendor's own word is kept beside it."""

    PERSON = "person"
    ADMIN = "admin"
    ABANDONED = "abandoned"
    LIMIT = "limit"
    KEY_GONE = "key_gone"
    WIDGET_OFF = "widget_off"
    REFUSED = "refused"
    NO_CREDITS = "no_credits"
    CONCURRENCY = "concurrency"
    CLOUD = "cloud"
    CLOUD_UNREACHABLE = "cloud_unreachable"
    NOT_STARTED_IN_TIME = "not_started_in_time"
    NO_PLACE = "no_place"
    USED_UP = "used_up"


def may_move(source: State, target: State) -> bool:
    return target in LIFECYCLE[source].next


def sources_of(target: State) -> frozenset[State]:
    """Every state from which a row may move to `target`: the `where` of a conditional update."""
    return frozenset(state for state, stage in LIFECYCLE.items() if target in stage.next)
