"""The waiting line: sessions asked for while every place was taken, in the order they came.

A row waits in it like any other row: with a lease that its page renews, and a last moment. Whoever
frees a place rings `advance`, and the sweep does so too, so that neither a lost bell nor a restart
leaves anybody waiting beside a free place.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from accounts.models import Workspace
from accounts.services.callers import Caller
from liveavatar_web import bell, watch
from sessions_app.lifecycle import EndReason, Event
from sessions_app.models import AvatarSession, Meter
from sessions_app.models.avatar_session import AvatarSessionQuerySet
from sessions_app.services import budgets, limits, moves, one_offs, reservations, tallies
from sessions_app.services.limits import Need, QuotaReached, Stranger

_LINE: Final = Caller.system("line")


def ahead(workspace: Workspace, stranger: Stranger | None) -> AvatarSessionQuerySet:
    """Those who wait already for what a start of theirs would take."""
    same = Q(waits_for="installation") | Q(waits_for="concurrency", workspace=workspace)
    if stranger is not None:
        same |= Q(waits_for="widget_places", widget=stranger.widget)
    return AvatarSession.objects.waiting().filter(same)


def has_room(workspace: Workspace, stranger: Stranger | None) -> bool:
    """Whether the line is short enough for another one; a visitor waits once at a time.

    A widget's visitors are counted by themselves, so that they cannot crowd out anybody else. Call
    it inside the transaction that joins the line: until its end nobody else joins it.
    """
    _lock(limits.of_widget(stranger.widget) if stranger else limits.of_workspace(workspace))
    waiting = AvatarSession.objects.waiting().filter(
        workspace=workspace, widget=stranger.widget if stranger else None
    )
    if stranger is not None and waiting.filter(visit__visitor=stranger.visitor).exists():
        return False
    return waiting.count() < settings.MAX_WAITING_IN_LINE


def _lock(subject: str) -> None:
    """Two who join at once are counted one after the other."""
    places, _ = Meter.objects.get_or_create(subject=subject, period=limits.SLOTS)
    Meter.objects.filter(pk=places.pk).update(held_slots=F("held_slots"))


def sweep() -> None:
    if AvatarSession.objects.waiting().exists():
        bell.ring("sessions_app.advance_line", queue="live")


def advance(*, now: datetime) -> None:
    """Lets in as many as there are places for, first come first served; tells the rest theirs.

    Whoever waits for a place of their own workspace or widget holds up nobody of another one.
    """
    full: set[tuple[str, int | None]] = set()
    waiting = AvatarSession.objects.waiting().order_by("id")
    for session in waiting.select_related("workspace", "widget", "visit", "context"):
        if full & set(_lines_of(session)):
            continue
        try:
            with transaction.atomic():
                admitted = _admit(session, now)
        except QuotaReached as refusal:
            if not refusal.may_wait:
                _turn_away(session, refusal, now)
                continue
            AvatarSession.objects.waiting().filter(pk=session.pk).update(waits_for=refusal.code)
            full.add(_line_of(session, refusal.code))
        else:
            if admitted and session.widget_id is not None:
                tallies.add(session.widget_id, tallies.STARTED, 1, now=now)
    _tell_places()


def _admit(session: AvatarSession, now: datetime) -> bool:
    """False where somebody else moved it, or nobody waits any more. Raises QuotaReached."""
    # The row is locked before the meters, as everywhere.
    there = AvatarSession.objects.waiting().filter(pk=session.pk, lease_until__gt=now)
    if not there.update(version=F("version") + 1):
        return False
    stranger = None
    if session.widget is not None:
        stranger = Stranger(session.widget, session.visit.visitor, session.origin)
    period = _hold(session, stranger, now)
    moves.move(
        session,
        Event.ADMITTED,
        cause="admitted",
        now=now,
        caller=_LINE,
        requested_at=now,
        due_at=one_offs.start_at(session.context, now=now),
        reserved_period=period,
        waits_for="",
        place=None,
        extension_seconds=session.extension_seconds,
    )
    bell.ring("sessions_app.start_session", queue="live", session_id=session.pk)
    return True


def _hold(session: AvatarSession, stranger: Stranger | None, now: datetime) -> str:
    """Takes what the session may use, without its extension where only that is too much."""
    try:
        with transaction.atomic():
            return reservations.hold(
                workspace=session.workspace,
                need=Need.of_session(session),
                now=now,
                stranger=stranger,
            )
    except QuotaReached as refusal:
        if not session.extension_seconds or refusal.code not in budgets.CODES:
            raise
    session.extension_seconds = 0
    return _hold(session, stranger, now)


def _turn_away(session: AvatarSession, refusal: QuotaReached, now: datetime) -> None:
    """What it would use was used up by others meanwhile: waiting longer cannot help."""
    with transaction.atomic():
        moves.move(
            session,
            Event.TURNED_AWAY,
            cause=EndReason.USED_UP,
            text=str(refusal),
            now=now,
            caller=_LINE,
            last_error=refusal.code,
        )


def wait_until(asked_at: datetime) -> datetime:
    return asked_at + timedelta(seconds=settings.WAIT_SECONDS)


def _lines_of(session: AvatarSession) -> list[tuple[str, int | None]]:
    codes = ["installation", "concurrency"]
    if session.widget_id is not None:
        codes.append("widget_places")
    return [_line_of(session, code) for code in codes]


def _line_of(session: AvatarSession, code: str) -> tuple[str, int | None]:
    """Who waits for the same place: everybody, a workspace or a widget."""
    match code:
        case "concurrency":
            return code, session.workspace_id
        case "widget_places":
            return code, session.widget_id
        case _:
            return "installation", None


def _tell_places() -> None:
    """Each in a statement of its own, so that two who do this at once never wait for each other."""
    before: Counter[tuple[str, int | None]] = Counter()
    for session in AvatarSession.objects.waiting().order_by("id"):
        mine = _line_of(session, session.waits_for)
        for each in _lines_of(session):
            before[each] += 1
        if session.place == before[mine]:
            continue
        rows = AvatarSession.objects.waiting().filter(pk=session.pk)
        if rows.update(place=before[mine], version=F("version") + 1):
            watch.nudge(("session", session.public_id))
