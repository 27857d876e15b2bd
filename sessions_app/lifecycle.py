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
    WORKER = "a worker, when it is due, or the claim of a dead one runs out"
    SWEEP = "the sweep, when it is due, at the limit, or when the lease runs out"
    NOBODY = "nobody: the session is over"


class Event(StrEnum):
    """What happens to a session, and moves it on."""

    ADMITTED = "a place was free"
    TURNED_AWAY = "what it would use was used up while it waited"
    CLAIMED = "a worker took it"
    MINTED = "the cloud gave an id"
    STARTED = "the cloud started it"
    ANSWER_LOST = "the answer to the start was lost"
    PUT_OFF = "the cloud refused for now"
    REFUSED = "the cloud refused, or trying again cannot help"
    STOP_ASKED = "somebody wants it to end, or it may not go on"
    GIVEN_UP = "it never began, and shall not begin any more"
    ENDED_THERE = "the cloud ended it"
    GONE_THERE = "the cloud knows nothing of it"
    STOPPED = "the cloud has stopped it"


TRANSITIONS: Final[dict[Event, dict[State, State]]] = {
    Event.ADMITTED: {State.WAITING: State.REQUESTED},
    Event.TURNED_AWAY: {State.WAITING: State.FAILED},
    Event.CLAIMED: {
        State.REQUESTED: State.STARTING,
        State.STARTING: State.STARTING,
        State.UNCERTAIN: State.STARTING,
    },
    Event.MINTED: {State.STARTING: State.STARTING},
    Event.STARTED: {State.STARTING: State.LIVE},
    Event.ANSWER_LOST: {State.STARTING: State.UNCERTAIN},
    Event.PUT_OFF: {State.STARTING: State.REQUESTED},
    Event.REFUSED: {State.STARTING: State.FAILED},
    Event.STOP_ASKED: {
        State.WAITING: State.ENDED,
        State.REQUESTED: State.ENDED,
        State.STARTING: State.STOPPING,
        State.UNCERTAIN: State.STOPPING,
        State.LIVE: State.STOPPING,
    },
    Event.GIVEN_UP: {
        State.WAITING: State.FAILED,
        State.REQUESTED: State.FAILED,
        State.STARTING: State.STOPPING,
        State.UNCERTAIN: State.STOPPING,
        State.LIVE: State.STOPPING,
    },
    Event.ENDED_THERE: {State.LIVE: State.ENDED},
    Event.GONE_THERE: {State.LIVE: State.STOPPING},
    Event.STOPPED: {State.STOPPING: State.ENDED},
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One state: what a person calls it, who moves it on, and whether it holds a place."""

    label: str
    mover: Mover
    holds_slot: bool


LIFECYCLE: Final[dict[State, Stage]] = {
    State.WAITING: Stage("waiting for a place", Mover.LINE, holds_slot=False),
    State.REQUESTED: Stage("waiting to start", Mover.WORKER, holds_slot=True),
    State.STARTING: Stage("starting", Mover.WORKER, holds_slot=True),
    State.UNCERTAIN: Stage("checking what happened", Mover.WORKER, holds_slot=True),
    State.LIVE: Stage("live", Mover.SWEEP, holds_slot=True),
    State.STOPPING: Stage("ending", Mover.WORKER, holds_slot=True),
    State.ENDED: Stage("ended", Mover.NOBODY, holds_slot=False),
    State.FAILED: Stage("failed", Mover.NOBODY, holds_slot=False),
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
    CONTINUED = "continued"
    KEY_GONE = "key_gone"
    CONTEXT_GONE = "context_gone"
    WIDGET_OFF = "widget_off"
    WORKSPACE_CLOSED = "workspace_closed"
    MEMBER_GONE = "member_gone"
    REFUSED = "refused"
    NO_CREDITS = "no_credits"
    CONCURRENCY = "concurrency"
    CLOUD = "cloud"
    CLOUD_UNREACHABLE = "cloud_unreachable"
    NOT_STARTED_IN_TIME = "not_started_in_time"
    NO_PLACE = "no_place"
    USED_UP = "used_up"


def outcomes(event: Event) -> dict[State, frozenset[State]]:
    """Where an event leads, and from which states: the `where` of its conditional updates."""
    moves = TRANSITIONS[event]
    return {
        target: frozenset(source for source, led in moves.items() if led == target)
        for target in moves.values()
    }
