"""What the page noticed in the room, written into the session's timeline.

The steps of its start are told together, to `start_timeline`.
"""

from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.services import changes
from sessions_app.models import AvatarSession, SessionEvent
from sessions_app.services import leases

# What a page may report, in words for the timeline.
EVENTS: Final = {
    "disconnected": "The page lost the room",
    "reconnected": "The page found the room again",
    "no_picture": "No picture came in time",
    "silent": "The avatar said nothing for 5 seconds after joining",
    "frozen": "The avatar's picture and sound stopped arriving",
    "mic_denied": "The browser refused the microphone",
    "mic_missing": "No microphone was found",
    "autoplay_blocked": "The browser held the sound back until a click",
    "extended": "The person made it longer",
    "taken_over": "Another tab took the room over",
    "left_behind": "What was said before did not reach LiveAvatar in time; it starts without it",
}
FROM_PAGES: Final = frozenset(EVENTS) - {"extended", "left_behind"}
# A page that reports more than this is not one of ours.
MOST_REPORTS: Final = 500
# After these a worker looks whether the session still runs.
_DOUBTFUL: Final = {"disconnected", "frozen"}


def report(session: AvatarSession, *, event: str, detail: str, now: datetime) -> None:
    """Notes one of EVENTS; a page that is cut off makes a worker look whether it still runs."""
    if session.events.filter(kind=SessionEvent.Kind.NOTICE).count() >= MOST_REPORTS:
        return
    with transaction.atomic():
        SessionEvent.objects.create(
            avatar_session=session,
            at=now,
            kind=SessionEvent.Kind.NOTICE,
            state=session.state,
            cause=event,
            text=detail,
        )
        if event in _DOUBTFUL:
            leases.look_now(session, now=now)
        changes.announce(session.workspace_id)
