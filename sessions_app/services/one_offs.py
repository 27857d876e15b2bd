"""Contexts for one session only: what was said before goes along with whoever goes on talking.

A one-off is mirrored and deleted in the cloud like any other context. Its words are erased here in
the transaction that ends its session, or that starts it without them.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F

from accounts.services import audit
from accounts.services.audit import Action
from accounts.services.callers import Caller
from liveavatar_web import bell
from sessions_app.lifecycle import State
from sessions_app.models import AvatarSession, Context, SessionEvent
from sessions_app.services import contexts

MIRRORED_WITHIN: Final = timedelta(seconds=10)
LONGEST_PROMPT: Final = 20_000
MOST_CHARACTERS: Final = 6_000
_MOST_LINES: Final = 200
_HANDED_ON: Final = (
    "The conversation goes on after an earlier one, which ended with the lines below. "
    "Go on from there, in the same language, without greeting again.\n"
)
_WHO: Final = {SessionEvent.Kind.USER_LINE: "Person", SessionEvent.Kind.AVATAR_LINE: "You"}
_UNDERWAY: Final = {Context.State.PENDING, Context.State.PUSHING, Context.State.UNCERTAIN}


def make(predecessor: AvatarSession, *, caller: Caller, now: datetime) -> Context | None:
    """The predecessor's prompt and its last lines, for the session that goes on after it.

    None where nothing was said, or the workspace keeps no transcripts. Call it inside the
    transaction that writes that session down.
    """
    assert caller.user is not None
    source = predecessor.context.lasting if predecessor.context else None
    prompt = _prompt_of(predecessor, source)
    lines = _last_lines(predecessor, room=LONGEST_PROMPT - len(prompt) - len(_HANDED_ON) - 2)
    if not lines:
        return None
    context = Context.objects.create(
        workspace=predecessor.workspace,
        name=f"{source.name[:69] if source else 'Conversation'}, continued",
        prompt="\n\n".join(filter(None, [prompt, _HANDED_ON + lines])),
        is_one_off=True,
        source=source,
        created_by=caller.user,
        created_at=now,
        updated_at=now,
        due_at=now,
    )
    audit.record(
        Action.CONTEXT_CREATED,
        caller=caller,
        workspace=predecessor.workspace,
        obj=context,
        details={"number": 1},
    )
    contexts.ring(context)
    return context


def start_at(context: Context | None, *, now: datetime) -> datetime:
    """When a session with this context starts: at once, or after the wait for its one-off."""
    waits = is_missing(context) and context is not None and context.state in _UNDERWAY
    return now + MIRRORED_WITHIN if waits else now


def is_missing(context: Context | None) -> bool:
    """Whether it is a one-off that the cloud does not hold."""
    return context is not None and context.is_one_off and not context.remote_context_id


def wake(context: Context, *, now: datetime) -> None:
    """The one-off is mirrored, or never will be: whoever waits for it starts now."""
    waiting = AvatarSession.objects.filter(
        context=context, state=State.REQUESTED, attempts=0, due_at__gt=now
    )
    for pk in list(waiting.values_list("pk", flat=True)):
        with transaction.atomic():
            if waiting.filter(pk=pk).update(due_at=now, version=F("version") + 1):
                bell.ring("sessions_app.start_session", queue="live", session_id=pk)


def leave_behind(session: AvatarSession, *, caller: Caller, now: datetime) -> None:
    """The one-off did not reach the cloud in time: starts with what it was made from.

    Call it inside the transaction that claims the session.
    """
    one_off = session.context
    assert one_off is not None
    session.context = one_off.source
    session.context_number = one_off.source.mirrored_number if one_off.source else None
    session.save(update_fields=["context", "context_number"])
    SessionEvent.objects.create(
        avatar_session=session,
        at=now,
        kind=SessionEvent.Kind.NOTICE,
        state=session.state,
        cause="left_behind",
    )
    discard(one_off, caller=caller, now=now)


def discard(context: Context | None, *, caller: Caller, now: datetime) -> None:
    """Erases a one-off here, and has it deleted in the cloud; leaves every other context alone."""
    if context is None or not context.is_one_off:
        return
    if contexts.remove(context, caller=caller, now=now):
        contexts.ring(context)


def _prompt_of(session: AvatarSession, source: Context | None) -> str:
    """What the session was told, which an edit since then has not changed."""
    if source is None:
        return ""
    version = source.versions.filter(number=session.context_number or 0).first()
    return version.prompt if version else source.prompt


def _last_lines(session: AvatarSession, *, room: int) -> str:
    """The newest lines for which there is room, whole ones only, oldest first."""
    if session.workspace.transcript_days == 0:
        return ""
    room = min(room, MOST_CHARACTERS)
    said: list[str] = []
    for line in session.events.lines().order_by("-at", "-id")[:_MOST_LINES]:
        words = f"{_WHO[SessionEvent.Kind(line.kind)]}: {' '.join(line.text.split())}"
        room -= len(words) + 1
        if room < 0:
            break
        said.append(words)
    return "\n".join(reversed(said))
