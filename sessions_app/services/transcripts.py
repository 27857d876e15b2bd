"""Lines of a conversation, as the page heard them in the room: best effort, kept once each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sessions_app.models import AvatarSession, SessionEvent

LONGEST_LINE = 4_000
# More than two people can say; it bounds what a page can make us keep.
LINES_A_SECOND = 2


@dataclass(frozen=True, slots=True)
class Line:
    """`key` is the page's own name for the line: sent again, it is stored once."""

    key: str
    is_user: bool
    text: str
    at: datetime


def store(session: AvatarSession, *, lines: Iterable[Line], now: datetime) -> int:
    """Keeps the lines that are new; returns how many of those given are stored now.

    The page's clock is believed within the session's own span only.
    """
    given = list(lines)
    room_left = LINES_A_SECOND * session.max_seconds - session.events.exclude(page_key=None).count()
    latest = now + timedelta(seconds=1)
    rows = [
        SessionEvent(
            avatar_session=session,
            at=min(max(line.at, session.requested_at), latest),
            kind=SessionEvent.Kind.USER_LINE if line.is_user else SessionEvent.Kind.AVATAR_LINE,
            text=line.text[:LONGEST_LINE],
            page_key=line.key,
        )
        for line in given
    ]
    SessionEvent.objects.bulk_create(rows[: max(0, room_left)], ignore_conflicts=True)
    return session.events.filter(page_key__in=[line.key for line in given]).count()
