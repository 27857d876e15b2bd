"""Slots, seconds and starts, reserved before anything is billed and settled when it is over.

Each decision is one conditional update on a `Meter`, so that of many starts at once as many pass as
there is room for, and none where the meter cannot be read. Meters are always locked in the order of
`_limits`, so that two transactions can never wait for each other; a stranger's own come first, so
that one who is turned away has not held up anybody else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db.models import F

from accounts.models import Workspace
from sessions_app.lifecycle import State
from sessions_app.models import AvatarSession, Meter, Widget

# The period of meters that count places, which are given back; others are used up for good.
SLOTS: Final = ""


class QuotaReached(Exception):
    """A limit is used up. `code` says which one; the text says it to a person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody at a widget; `visitor` is the day's keyed hash of their address."""

    widget: Widget
    visitor: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class _Limit:
    """The most that one meter may come to: slots, or a period's seconds and starts."""

    subject: str
    period: str
    code: str
    most: int
    starts: int | None = None


def hold(
    *, workspace: Workspace, seconds: int, now: datetime, stranger: Stranger | None = None
) -> str:
    """Takes a slot and `seconds` of every period, within a transaction; returns the month.

    Raises QuotaReached, upon which the transaction must be rolled back.
    """
    day, month = periods(now)
    for limit in _limits(workspace, stranger, day, month):
        Meter.objects.get_or_create(subject=limit.subject, period=limit.period)
        rows = Meter.objects.filter(subject=limit.subject, period=limit.period)
        if limit.period == SLOTS:
            took = rows.filter(held_slots__lt=limit.most).update(held_slots=F("held_slots") + 1)
        else:
            if limit.starts is not None:
                rows = rows.filter(starts__lt=limit.starts)
            took = rows.filter(held_seconds__lte=limit.most - seconds - F("used_seconds")).update(
                held_seconds=F("held_seconds") + seconds, starts=F("starts") + 1
            )
        if not took:
            raise QuotaReached(limit.code, _words(limit, seconds))
    return month


def check(*, workspace: Workspace, seconds: int, now: datetime, stranger: Stranger) -> None:
    """Whether `hold` would pass now, without holding anything. Raises QuotaReached."""
    limits = list(_limits(workspace, stranger, *periods(now)))
    subjects = {limit.subject for limit in limits}
    meters = {
        (meter.subject, meter.period): meter for meter in Meter.objects.filter(subject__in=subjects)
    }
    for limit in limits:
        meter = meters.get((limit.subject, limit.period), Meter())
        if limit.period == SLOTS:
            fits = meter.held_slots < limit.most
        else:
            fits = meter.held_seconds + meter.used_seconds + seconds <= limit.most
            fits = fits and (limit.starts is None or meter.starts < limit.starts)
        if not fits:
            raise QuotaReached(limit.code, _words(limit, seconds))


def settle(session: AvatarSession, *, used_seconds: int) -> None:
    """Gives the slots and the reserved seconds back, and counts those used.

    Call it once, in the transaction that moves the session to a state where it holds no slot. A
    start that failed before anything was billed does not count as one.
    """
    undone = 1 if session.state == State.FAILED and not used_seconds else 0
    for subject, period in _meters(session):
        rows = Meter.objects.filter(subject=subject, period=period)
        if period == SLOTS:
            rows.update(held_slots=F("held_slots") - 1)
        else:
            rows.update(
                held_seconds=F("held_seconds") - session.max_seconds,
                used_seconds=F("used_seconds") + used_seconds,
                starts=F("starts") - undone,
            )


def add_used(session: AvatarSession, seconds: int) -> None:
    """Counts seconds that came to light after the session was settled."""
    for subject, period in _meters(session):
        if period != SLOTS:
            Meter.objects.filter(subject=subject, period=period).update(
                used_seconds=F("used_seconds") + seconds
            )


def forget_visitors(*, now: datetime) -> int:
    """Deletes what strangers used on days that are over, once nothing of it is held."""
    yesterday, _ = periods(now - timedelta(days=1))
    over = Meter.objects.filter(subject__startswith="visitor:", period__lt=yesterday)
    deleted, _ = over.filter(held_seconds=0).delete()
    return deleted


def month_of(workspace: Workspace, now: datetime) -> Meter:
    """What this workspace holds and has used this month; an unsaved zero if it never did."""
    key = {"subject": _of_workspace(workspace), "period": periods(now)[1]}
    return Meter.objects.filter(**key).first() or Meter(**key)


def periods(now: datetime) -> tuple[str, str]:
    """The day and the month (UTC) that a start at `now` counts to."""
    utc = now.astimezone(UTC)
    return f"{utc:%Y-%m-%d}", f"{utc:%Y-%m}"


def of_widget(widget: Widget) -> str:
    """The subject of a widget's meters."""
    return f"widget:{widget.public_id}"


def _of_workspace(workspace: Workspace) -> str:
    return f"workspace:{workspace.public_id}"


def _of_visitor(stranger: Stranger) -> str:
    return f"visitor:{stranger.widget.public_id}:{stranger.visitor}"


def _limits(
    workspace: Workspace, stranger: Stranger | None, day: str, month: str
) -> Iterator[_Limit]:
    if stranger is not None:
        widget, theirs, its = stranger.widget, _of_visitor(stranger), of_widget(stranger.widget)
        yield _Limit(
            theirs,
            day,
            "visitor_day",
            60 * widget.visitor_daily_minutes,
            widget.visitor_daily_starts,
        )
        yield _Limit(its, SLOTS, "widget_places", widget.max_visitors)
        yield _Limit(its, day, "widget_day", 60 * widget.daily_minutes, widget.daily_starts)
        yield _Limit(its, month, "widget_month", 60 * widget.monthly_minutes, widget.monthly_starts)
    its = _of_workspace(workspace)
    yield _Limit(its, SLOTS, "concurrency", workspace.concurrency_limit)
    yield _Limit(its, month, "monthly_minutes", workspace.monthly_limit_seconds)


def _meters(session: AvatarSession) -> Iterator[tuple[str, str]]:
    """Where the session's reservation was written, in the order of `_limits`."""
    day, _ = periods(session.requested_at)
    month = session.reserved_period
    if session.widget is not None:
        stranger = Stranger(session.widget, session.visit.visitor)
        yield _of_visitor(stranger), day
        yield of_widget(session.widget), SLOTS
        yield of_widget(session.widget), day
        yield of_widget(session.widget), month
    yield _of_workspace(session.workspace), SLOTS
    yield _of_workspace(session.workspace), month


def _words(limit: _Limit, seconds: int) -> str:
    match limit.code:
        case "concurrency":
            return _no_slot(limit.most)
        case "monthly_minutes":
            meter = Meter.objects.filter(subject=limit.subject, period=limit.period).first()
            return _no_minutes(meter or Meter(), limit.most, seconds)
        case "widget_places":
            return "Every place of this widget is taken now."
        case "visitor_day":
            return "This visitor has used up what one visitor may use in a day."
        case _:
            return "This widget has used up what it may use in this period."


def _no_slot(slots: int) -> str:
    if slots == 0:
        return "This workspace may not start sessions. Ask whoever runs this installation."
    talking = "1 session is" if slots == 1 else f"{slots} sessions are"
    return f"{talking} running already, as many as this workspace may have. End one and try again."


def _no_minutes(meter: Meter, limit: int, seconds: int) -> str:
    left = max(0, limit - meter.used_seconds - meter.held_seconds) // 60
    return (
        f"This month has {left} of {limit // 60} minutes left, and this session asks for "
        f"{-(-seconds // 60)}. Choose a shorter session, or ask for a higher limit."
    )
