"""Lines of a conversation, as the page heard them in the room: best effort, kept once each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from accounts.models import Workspace
from accounts.rights import Right
from accounts.services import audit, workspaces
from accounts.services.audit import Action
from accounts.services.callers import Caller
from sessions_app.models import AvatarSession, SessionEvent
from sessions_app.models.session_event import SessionEventQuerySet

LONGEST_LINE: Final = 4_000
# More than two people can say; it bounds what a page can make us keep.
LINES_A_SECOND: Final = 2
# A page that lost us for a while brings what it heard; later, nobody changes what was said.
_LAST_WORDS: Final = timedelta(minutes=5)
_BATCH: Final = 5_000


@dataclass(frozen=True, slots=True)
class Line:
    """`key` is the page's own name for the line: sent again, it is stored once."""

    key: str
    is_user: bool
    text: str
    at: datetime


def store(session: AvatarSession, *, lines: Iterable[Line], now: datetime) -> int:
    """Keeps the lines that are new; returns how many of those given are stored now.

    None are, where the workspace stores no transcripts, or the session is long over. The page's
    clock is believed within the session's own span only.
    """
    if session.workspace.transcript_days == 0:
        return 0
    if session.ended_at is not None and now > session.ended_at + _LAST_WORDS:
        return 0
    given = list(lines)
    kept = session.events.exclude(page_key=None).count()
    room_left = LINES_A_SECOND * session.reserved_seconds - kept
    latest = (session.ended_at or now) + timedelta(seconds=1)
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


def read(session: AvatarSession, *, caller: Caller, reason: str) -> SessionEventQuerySet:
    """The lines, to be shown once; audited with the reason. Raises NotAllowed."""
    return _hand_out(Action.TRANSCRIPT_READ, session, caller, reason=reason)


def download(
    session: AvatarSession, *, caller: Caller, kind: str, reason: str = ""
) -> SessionEventQuerySet:
    """The lines, for a file of that kind; audited. One's own need no reason. Raises NotAllowed."""
    return _hand_out(Action.TRANSCRIPT_DOWNLOADED, session, caller, format=kind, reason=reason)


def delete(session: AvatarSession, *, caller: Caller) -> int:
    """Deletes what was said, for good; returns how many lines that were. Raises NotAllowed."""
    if not _is_asker(session, caller):
        workspaces.require(Right.DELETE_TRANSCRIPTS, caller=caller, workspace=session.workspace)
    with transaction.atomic():
        deleted, _ = session.events.lines().delete()
        audit.record(
            Action.TRANSCRIPT_DELETED,
            caller=caller,
            workspace=session.workspace,
            obj=session,
            details={"lines": deleted},
        )
    return deleted


def purge(workspace: Workspace, *, before: datetime) -> int:
    """Deletes the lines that are older than `before`; returns how many those were."""
    purged = 0
    old = SessionEvent.objects.lines().filter(avatar_session__workspace=workspace, at__lt=before)
    while batch := list(old.order_by().values_list("pk", flat=True)[:_BATCH]):
        purged += SessionEvent.objects.filter(pk__in=batch).delete()[0]
    return purged


def _hand_out(
    action: Action, session: AvatarSession, caller: Caller, **details: audit.Detail
) -> SessionEventQuerySet:
    if not _is_asker(session, caller):
        assert details["reason"], "what others said is read for a reason"
        workspaces.permit(Right.READ_TRANSCRIPTS, caller=caller, workspace=session.workspace)
    with transaction.atomic():
        audit.record(
            action,
            caller=caller,
            workspace=session.workspace,
            obj=session,
            details={name: value for name, value in details.items() if value},
        )
    return session.events.lines()


def _is_asker(session: AvatarSession, caller: Caller) -> bool:
    return caller.user is not None and session.requested_by_id == caller.user.pk
