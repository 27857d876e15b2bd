"""A session's timeline in words, for people who read what happened."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sessions_app import endings
from sessions_app.lifecycle import LIFECYCLE, OVER, State
from sessions_app.models import AvatarSession, SessionEvent
from sessions_app.services import reports, start_timeline

_STEPS: Final = {
    "requested": "Asked for",
    "waits": "Every place was taken: it waits in line",
    "admitted": "A place was free",
    "claimed": "A worker took it",
    "minted": "LiveAvatar gave it an id; nothing is billed yet",
    "started": "Started in the cloud; billing begins",
    "answer_lost": "The answer to the start was lost; that id is being stopped",
}
# What the page times and the session's own row keeps.
_PAGES_STEPS: Final = {
    "joined": "The page joined the room",
    "first_frame": "The first picture arrived",
    "first_sound": "The first sound arrived",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline; `after_seconds` counts from the request."""

    at: datetime
    after_seconds: float
    label: str
    detail: str
    kind: str


def of(session: AvatarSession) -> list[Entry]:
    kinds = [SessionEvent.Kind.MOVED, SessionEvent.Kind.NOTICE]
    entries = [
        _entry(session, event.at, _label(event), event.kind, detail=event.text)
        for event in session.events.filter(kind__in=kinds)
    ]
    entries += [
        _entry(session, at, _PAGES_STEPS[name], SessionEvent.Kind.NOTICE)
        for name, at in start_timeline.times(session).items()
        if name in _PAGES_STEPS
    ]
    return sorted(entries, key=lambda entry: entry.at)


def _entry(
    session: AvatarSession, at: datetime, label: str, kind: str, *, detail: str = ""
) -> Entry:
    after_seconds = max(0.0, (at - session.requested_at).total_seconds())
    return Entry(at, after_seconds, label, detail, kind)


def _label(event: SessionEvent) -> str:
    if event.kind == SessionEvent.Kind.NOTICE:
        return reports.EVENTS.get(event.cause, event.cause)
    if event.cause in _STEPS:
        return _STEPS[event.cause]
    state = State(event.state)
    name = LIFECYCLE[state].label.capitalize()
    if state in OVER or state == State.STOPPING:
        ending = endings.of(event.cause)
        return f"{name}: {ending.title}" if ending else name
    return name
