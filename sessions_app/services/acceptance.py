"""Takes a session on: whether what was wished for can be started, what it may use, its row."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.db import transaction

from accounts.models import ProviderKey, Workspace
from accounts.services import audit, closures
from accounts.services.audit import Action
from accounts.services.callers import Caller
from liveavatar_web import bell
from sessions_app.lifecycle import State
from sessions_app.models import Avatar, AvatarSession, Context
from sessions_app.services import (
    budgets,
    counts,
    extensions,
    line,
    moves,
    one_offs,
    reservations,
)
from sessions_app.services.limits import Need, QuotaReached, Stranger

_LINE_IS_FULL: Final = (
    "Every place is taken, and as many wait for one as may. Try again in a few minutes."
)


@dataclass(frozen=True, slots=True)
class Wish:
    """The session somebody asks for, as chosen: already of the right types and in range."""

    avatar: Avatar
    provider_key: ProviderKey
    context: Context | None = None
    voice: str = "alloy"
    model: str = "gpt-realtime"
    temperature: Decimal = Decimal("0.8")
    is_sandbox: bool = False
    max_seconds: int = 300
    predecessor: AvatarSession | None = None


class NotStartable(Exception):
    """What was chosen cannot be started; `field` names the choice, the text says why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def accept(
    *,
    caller: Caller,
    workspace: Workspace,
    wish: Wish,
    idempotency_key: str,
    now: datetime,
    stranger: Stranger | None = None,
) -> AvatarSession:
    """Reserves what the session may use, and writes it down; call it inside a transaction.

    Rights are the caller's to check. Raises NotStartable or QuotaReached.
    """
    check(wish, workspace)
    extension = 0
    if stranger is None:
        extension = extensions.of_wish(
            workspace, max_seconds=wish.max_seconds, is_sandbox=wish.is_sandbox
        )
    try:
        period, waits_for = _place(workspace, _need(wish, extension), stranger, now)
    except QuotaReached as refusal:
        if not extension or refusal.code not in budgets.CODES:
            raise
        extension = 0
        period, waits_for = _place(workspace, _need(wish, extension), stranger, now)
    context, context_number = _context(wish, caller, now)
    session = AvatarSession.objects.create(
        workspace=workspace,
        requested_by=caller.user,
        widget=stranger.widget if stranger else None,
        origin=stranger.origin if stranger else "",
        idempotency_key=idempotency_key,
        predecessor=wish.predecessor,
        avatar=wish.avatar,
        context=context,
        context_number=context_number,
        provider_key=wish.provider_key,
        voice=wish.voice,
        model=wish.model,
        temperature=wish.temperature,
        is_sandbox=wish.is_sandbox,
        max_seconds=wish.max_seconds,
        extension_seconds=extension,
        state=State.WAITING if waits_for else State.REQUESTED,
        reserved_period=period,
        waits_for=waits_for,
        requested_at=now,
        lease_until=now + timedelta(seconds=settings.LEASE_SECONDS),
        due_at=line.wait_until(now) if waits_for else one_offs.start_at(context, now=now),
    )
    audit.record(
        Action.SESSION_REQUESTED,
        caller=caller,
        workspace=workspace,
        obj=session,
        details=_told(wish, stranger),
    )
    if waits_for:
        bell.ring("sessions_app.advance_line", queue="live")
    else:
        bell.ring("sessions_app.start_session", queue="live", session_id=session.pk)
    counts.accepted(session)
    moves.tell(session, cause="waits" if waits_for else "requested", now=now)
    return session


def _context(wish: Wish, caller: Caller, now: datetime) -> tuple[Context | None, int | None]:
    """What the avatar is told, and which version of it; what was said before goes along."""
    if wish.predecessor is not None:
        one_off = one_offs.make(wish.predecessor, caller=caller, now=now)
        if one_off is not None:
            return one_off, wish.predecessor.context_number
    return wish.context, wish.context.mirrored_number if wish.context else None


def _place(
    workspace: Workspace, need: Need, stranger: Stranger | None, now: datetime
) -> tuple[str, str]:
    """The month in which a place was taken; or what it waits for, at the end of the line.

    Nobody overtakes those who wait already. Raises QuotaReached where waiting cannot help, or the
    line is as long as it may be.
    """
    ahead = line.ahead(workspace, stranger).values_list("waits_for", flat=True).first()
    try:
        if ahead is None:
            with transaction.atomic():
                period = reservations.hold(
                    workspace=workspace, need=need, now=now, stranger=stranger
                )
            return period, ""
        refusal = QuotaReached(ahead, _LINE_IS_FULL, may_wait=True)
    except QuotaReached as error:
        refusal = error
    if not refusal.may_wait or not line.has_room(workspace, stranger):
        raise refusal
    return "", refusal.code


def _need(wish: Wish, extension: int) -> Need:
    return Need.of(wish.max_seconds + extension, is_sandbox=wish.is_sandbox)


def check(wish: Wish, workspace: Workspace) -> None:
    """Whether this can be started here and now. Raises NotStartable."""
    longest = workspace.session_limit_seconds
    if workspace.is_closed:
        raise NotStartable("workspace", closures.why_closed(workspace))
    if wish.provider_key.workspace_id != workspace.pk or not (
        ProviderKey.objects.usable().filter(pk=wish.provider_key.pk).exists()
    ):
        raise NotStartable("provider_key", "This key is not ready. Choose another one.")
    if wish.context is not None and not (
        Context.objects.usable().filter(pk=wish.context.pk, workspace=workspace).exists()
    ):
        raise NotStartable("context", "This context has not reached the cloud yet.")
    if not Avatar.objects.usable().filter(pk=wish.avatar.pk).exists():
        raise NotStartable("avatar", "This avatar cannot be used now. Choose another one.")
    if wish.is_sandbox:
        longest = min(longest, settings.SANDBOX_MAX_SECONDS)
        if not wish.avatar.is_sandbox:
            raise NotStartable("avatar", "The sandbox plays its own avatars only. Choose one.")
    if wish.max_seconds > longest:
        raise NotStartable("max_minutes", f"A session may last {_span(longest)} here at the most.")


def _told(wish: Wish, stranger: Stranger | None) -> dict[str, audit.Detail]:
    told: dict[str, audit.Detail] = {
        "avatar": wish.avatar.name,
        "context": wish.context.name if wish.context else "",
        "provider_key": wish.provider_key.name,
        "voice": wish.voice,
        "model": wish.model,
        "temperature": float(wish.temperature),
        "is_sandbox": wish.is_sandbox,
        "max_seconds": wish.max_seconds,
    }
    if wish.predecessor is not None:
        told["predecessor"] = str(wish.predecessor.public_id)
    if stranger is not None:
        told |= {"widget": stranger.widget.name, "origin": stranger.origin}
    return told


def _span(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} minutes" if minutes > 1 and not rest else f"{seconds} seconds"
