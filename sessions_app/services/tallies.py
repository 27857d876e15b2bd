"""Counts what happens at a widget, by the hour: for its owner, and for the circuit breaker."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from django.db.models import F, Sum
from django.db.models.functions import TruncDate

from sessions_app.models import AvatarSession, Meter, Widget, WidgetTally
from sessions_app.services import limits

TICKETS: Final = "tickets"
STARTED: Final = "started"
SECONDS: Final = "seconds"
_REFUSED: Final = "refused:"
# Of whoever gets no further than the frame's document, and so takes nothing from anybody.
AT_THE_DOOR: Final = (f"{_REFUSED}origin", f"{_REFUSED}off")


@dataclass(frozen=True, slots=True)
class DayUsage:
    """One day (UTC) at a widget; `refused` counts by reason."""

    day: date
    started: int = 0
    seconds: int = 0
    refused: dict[str, int] = field(default_factory=dict)

    @property
    def refusals(self) -> int:
        return sum(self.refused.values())


@dataclass(frozen=True, slots=True)
class Used:
    """What a widget has used or holds now, to be read against its limits."""

    visitors_now: int
    today_starts: int
    today_seconds: int
    month_starts: int
    month_seconds: int


def refused(widget: Widget, reason: str, *, now: datetime) -> None:
    """Counts a stranger who was turned away; `reason` is a short code such as `origin`."""
    add(widget.pk, f"{_REFUSED}{reason}", 1, now=now)


def count_seconds(session: AvatarSession, seconds: int, *, now: datetime) -> None:
    """What a conversation cost its widget; nothing for one of a member."""
    if session.widget_id is not None and seconds:
        add(session.widget_id, SECONDS, seconds, now=now)


def add(widget_id: int, kind: str, count: int, *, now: datetime) -> None:
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    rows = WidgetTally.objects.filter(widget_id=widget_id, hour=hour, kind=kind)
    if not rows.update(count=F("count") + count):
        WidgetTally.objects.get_or_create(widget_id=widget_id, hour=hour, kind=kind)
        rows.update(count=F("count") + count)


def usage(widget: Widget, *, days: int, now: datetime) -> list[DayUsage]:
    """The last `days` days, newest first, those without any event among them."""
    today = now.astimezone(UTC).date()
    first = today - timedelta(days=days - 1)
    start = datetime.combine(first, datetime.min.time(), UTC)
    rows = (
        widget.tallies.filter(hour__gte=start)
        .annotate(day=TruncDate("hour", tzinfo=UTC))
        .values_list("day", "kind")
        .annotate(total=Sum("count"))
        .order_by()
    )
    by_day: defaultdict[date, dict[str, int]] = defaultdict(dict)
    for day, kind, total in rows:
        by_day[day][kind] = total
    return [_day(today - timedelta(days=ago), by_day) for ago in range(days)]


def _day(day: date, by_day: defaultdict[date, dict[str, int]]) -> DayUsage:
    counts = by_day[day]
    return DayUsage(
        day=day,
        started=counts.get(STARTED, 0),
        seconds=counts.get(SECONDS, 0),
        refused={
            kind.removeprefix(_REFUSED): count
            for kind, count in sorted(counts.items())
            if kind.startswith(_REFUSED)
        },
    )


def used(widget: Widget, *, now: datetime) -> Used:
    """Held seconds count as used: they may be."""
    day, month = limits.periods(now)
    found = {
        meter.period: meter for meter in Meter.objects.filter(subject=limits.of_widget(widget))
    }
    slots, today, this_month = (found.get(period, Meter()) for period in ("", day, month))
    return Used(
        visitors_now=slots.held_slots,
        today_starts=today.starts,
        today_seconds=today.used_seconds + today.held_seconds,
        month_starts=this_month.starts,
        month_seconds=this_month.used_seconds + this_month.held_seconds,
    )
