"""Going on in a new session where the old one can last no longer: same settings, a new bill."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from accounts.services.callers import Caller
from sessions_app.lifecycle import EndReason, State
from sessions_app.models import AvatarSession
from sessions_app.services import avatar_sessions

# The page warns a minute before the limit; its clock, and the way here, may take some of it.
LAST_MINUTE: Final = timedelta(seconds=75)
# Whoever was surprised by the end may go on for as long as they remember what was said.
AFTERWARDS: Final = timedelta(minutes=5)
_CUT_OFF: Final = frozenset({EndReason.LIMIT, EndReason.CLOUD})


class NotContinuable(Exception):
    """There is nothing to take over from: it may go on, can be made longer, or is long over."""


def request(session: AvatarSession, *, caller: Caller, now: datetime) -> AvatarSession:
    """Asks for the session that goes on after this one; asked again, it is the same one.

    It starts beside this one where two places are free, and waits in line where none is. Raises
    NotContinuable, and what `avatar_sessions.request` raises.
    """
    if successor := AvatarSession.objects.filter(predecessor=session).first():
        return successor
    if not may_follow(session, now=now):
        raise NotContinuable("This conversation cannot go on in a new one.")
    return avatar_sessions.request(
        caller=caller,
        workspace=session.workspace,
        wish=replace(avatar_sessions.wish_again(session), predecessor=session),
        idempotency_key=f"after:{session.public_id}",
        now=now,
    )


def may_follow(session: AvatarSession, *, now: datetime) -> bool:
    """Whether it is in its last minute with nothing left to extend it, or was cut off just now.

    Members only: whether strangers may go on at a widget's cost is its owner's to decide.
    """
    if session.widget_id is not None:
        return False
    if session.state == State.LIVE:
        assert session.limit_at is not None
        return not session.extension_left and session.limit_at <= now + LAST_MINUTE
    ended_at = session.ended_at or now
    return session.end_reason in _CUT_OFF and ended_at > now - AFTERWARDS


def finish(session: AvatarSession, *, caller: Caller, now: datetime) -> None:
    """The person goes on in the successor: ends this one. Without a successor it is an end."""
    has_gone_on = AvatarSession.objects.filter(predecessor=session).exists()
    reason = EndReason.CONTINUED if has_gone_on else EndReason.PERSON
    avatar_sessions.request_stop(session, caller=caller, reason=reason, now=now)
