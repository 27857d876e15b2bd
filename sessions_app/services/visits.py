"""What a stranger does at a widget: come in, start one conversation, return to it, judge it.

Everything that is asked here was signed by us or is refused, and every refusal is counted at the
widget, for its owner and for the circuit breaker.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.services import audit
from accounts.services.audit import Action
from accounts.services.callers import Caller
from sessions_app import origins
from sessions_app.lifecycle import OPEN, State
from sessions_app.models import AvatarSession, Visit, Widget
from sessions_app.services import (
    acceptance,
    budgets,
    challenges,
    leases,
    line,
    reservations,
    tallies,
)
from sessions_app.services.acceptance import NotStartable, Wish
from sessions_app.services.limits import Need, QuotaReached, Stranger
from sessions_app.services.tickets import Grant, Ticket

_WIDGETS: Final = Widget.objects.select_related("workspace", "avatar", "context", "provider_key")
# What gives way by itself soon; every other limit is used up for the day or the month.
_PLACES: Final = frozenset({"widget_places", "concurrency"})


class TurnedAway(Exception):
    """A stranger may not come in. `reason` is for the owner; all strangers hear the same words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NoPlace(Exception):
    """A limit is reached; `for_now` says that a place becomes free as others leave."""

    def __init__(self, *, for_now: bool) -> None:
        super().__init__("a limit of the widget, or of its workspace, is reached")
        self.for_now = for_now


@dataclass(frozen=True, slots=True)
class Started:
    """A visitor's session with the one token that brings a reloaded page back to it."""

    session: AvatarSession
    resume: str


def widget_for(public_id: UUID, *, origin: str | None, now: datetime) -> Widget:
    """The widget, if it lets in whoever comes from `origin`. Raises TurnedAway."""
    widget = _WIDGETS.filter(public_id=public_id, deleted_at__isnull=True).first()
    if widget is None:
        raise TurnedAway("unknown")
    if not widget.admits:
        raise turned_away(widget, "off", now=now)
    if origin is None or not origins.matches(origin, widget.origins):
        raise turned_away(widget, "origin", now=now)
    return widget


def turned_away(widget: Widget, reason: str, *, now: datetime) -> TurnedAway:
    """Counts the refusal at its widget; to be raised."""
    tallies.refused(widget, reason, now=now)
    return TurnedAway(reason)


def issue(
    grant: Grant, *, holder: str, visitor: str, now: datetime
) -> tuple[Ticket, dict[str, Any]]:
    """A ticket for the page that holds this key, and its challenge.

    Raises TurnedAway, and NoPlace where a start would be refused now.
    """
    widget = widget_for(grant.widget_id, origin=grant.origin, now=now)
    stranger = Stranger(widget, visitor, grant.origin)
    try:
        reservations.check(
            workspace=widget.workspace,
            need=Need.of(widget.max_seconds, is_sandbox=widget.is_sandbox),
            now=now,
            stranger=stranger,
        )
    except QuotaReached as error:
        if not error.may_wait or not line.has_room(widget.workspace, stranger):
            raise _no_place(widget, error, now=now) from error
    longest = settings.WAIT_SECONDS + widget.max_seconds
    ticket = Ticket.issue(grant, holder=holder, longest_seconds=longest, now=now)
    tallies.add(widget.pk, tallies.TICKETS, 1, now=now)
    challenge = challenges.make(
        widget, ticket_id=ticket.id, expires_at=ticket.start_before, now=now
    )
    return ticket, challenge


def start(
    ticket: Ticket,
    *,
    solution: str,
    language: str,
    caller: Caller,
    visitor: str,
    now: datetime,
) -> Started:
    """The one conversation of this ticket; asked again, the same one.

    Raises TurnedAway, NoPlace, and NotStartable where the widget's own choices cannot be started.
    """
    widget = widget_for(ticket.widget_id, origin=ticket.origin, now=now)
    if ticket.start_before <= now:
        raise turned_away(widget, "ticket", now=now)
    if not challenges.is_solved(solution, ticket_id=ticket.id):
        raise turned_away(widget, "challenge", now=now)
    if earlier := Visit.objects.filter(ticket_id=ticket.id).first():
        return _once_more(earlier, ticket)
    stranger = Stranger(widget, visitor, ticket.origin)
    try:
        return _begin(ticket, stranger, language, caller, now)
    except (IntegrityError, QuotaReached, NotStartable) as error:
        # The other of two equal requests was a moment faster, and took the last place perhaps.
        if earlier := Visit.objects.filter(ticket_id=ticket.id).first():
            return _once_more(earlier, ticket)
        if isinstance(error, QuotaReached):
            raise _no_place(widget, error, now=now) from error
        if isinstance(error, NotStartable):
            tallies.refused(widget, "not_startable", now=now)
        raise


def resume(token: str, *, holder: str, caller: Caller, now: datetime) -> tuple[Ticket, Started]:
    """Gives the conversation to another key: the same visitor's page, loaded anew. Once per token.

    Raises TurnedAway.
    """
    held = Visit.objects.filter(resume_digest=_digest(token))
    visits = held.select_related("avatar_session__widget", "avatar_session__workspace")
    visit = visits.filter(avatar_session__state__in=OPEN).first()
    if visit is None:
        raise TurnedAway("resume")
    session, fresh = visit.avatar_session, _new_token()
    widget = session.widget
    assert widget is not None
    with transaction.atomic():
        # Without a join: PostgreSQL would not look again at what it waited for.
        if not held.update(holder=holder, resume_digest=_digest(fresh)):
            raise TurnedAway("resume")
        leases.renew(session, now=now)
        audit.record(
            Action.SESSION_RESUMED, caller=caller, workspace=session.workspace, obj=session
        )
    ticket = Ticket.issue(
        Grant(widget.public_id, session.origin),
        holder=holder,
        longest_seconds=settings.WAIT_SECONDS + session.max_seconds,
        now=now,
        ticket_id=visit.ticket_id,
    )
    return ticket, Started(session, fresh)


def judge(visit: Visit, *, rating: str, comment: str) -> None:
    """What the visitor thought of it; said again, the later one counts."""
    Visit.objects.filter(pk=visit.pk).update(rating=rating, comment=comment)


def _begin(
    ticket: Ticket, stranger: Stranger, language: str, caller: Caller, now: datetime
) -> Started:
    widget, token = stranger.widget, _new_token()
    with transaction.atomic():
        session = acceptance.accept(
            caller=caller,
            workspace=widget.workspace,
            wish=_wish(widget),
            idempotency_key=str(ticket.id),
            now=now,
            stranger=stranger,
        )
        Visit.objects.create(
            avatar_session=session,
            ticket_id=ticket.id,
            holder=ticket.holder,
            resume_digest=_digest(token),
            visitor=stranger.visitor,
            language=language,
        )
    # Not within: the transaction locked the workspace last, and a tally comes before it.
    if session.state != State.WAITING:
        tallies.add(widget.pk, tallies.STARTED, 1, now=now)
    return Started(session, token)


def _once_more(visit: Visit, ticket: Ticket) -> Started:
    """The answer to the start was lost on its way; its resume token with it."""
    token = _new_token()
    held = Visit.objects.filter(pk=visit.pk, holder=ticket.holder)
    if not held.update(resume_digest=_digest(token)):
        raise TurnedAway("ticket")
    return Started(visit.avatar_session, token)


def _wish(widget: Widget) -> Wish:
    return Wish(
        avatar=widget.avatar,
        provider_key=widget.provider_key,
        context=widget.context,
        voice=widget.voice,
        model=widget.model,
        temperature=widget.temperature,
        is_sandbox=widget.is_sandbox,
        max_seconds=widget.max_seconds,
    )


def _no_place(widget: Widget, error: QuotaReached, *, now: datetime) -> NoPlace:
    tallies.refused(widget, error.code, now=now)
    if error.code in budgets.CODES:
        budgets.exhausted(widget.workspace, now=now)
    return NoPlace(for_now=error.code in _PLACES)


def _new_token() -> str:
    return secrets.token_urlsafe(32)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
