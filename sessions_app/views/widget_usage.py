"""What a widget has used, as its page shows it: figures against limits, and thirty days as bars."""

from dataclasses import dataclass
from datetime import datetime

from sessions_app import refusals
from sessions_app.models import Meter, Widget
from sessions_app.services import limits, tallies
from sessions_app.services.tallies import DayUsage
from sessions_app.views import bars


@dataclass(frozen=True, slots=True)
class Gauge:
    name: str
    used: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(bars.Day):
    started: int
    refusals: list[tuple[int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage(bars.Chart[Day]):
    gauges: list[Gauge]
    started: int


def of(widget: Widget, *, now: datetime) -> Usage:
    days = tallies.usage(widget, days=bars.DAYS, now=now)
    busiest = max(bars.minutes(day.seconds) for day in days)
    return Usage(
        gauges=_gauges(widget, now),
        days=[_day(day, ago, busiest) for ago, day in enumerate(days)],
        minutes=bars.minutes(sum(day.seconds for day in days)),
        started=sum(day.started for day in days),
        busiest=busiest,
    )


def minutes_today(widgets: list[Widget], *, now: datetime) -> dict[str, int]:
    """Minutes used or held today by the subject of each meter; one query for all."""
    subjects = [limits.of_widget(widget) for widget in widgets]
    today, _ = limits.periods(now)
    rows = Meter.objects.filter(subject__in=subjects, period=today)
    return {meter.subject: bars.minutes(meter.used_seconds + meter.held_seconds) for meter in rows}


def _gauges(widget: Widget, now: datetime) -> list[Gauge]:
    used = tallies.used(widget, now=now)
    return [
        Gauge("Visitors now", used.visitors_now, widget.max_visitors),
        Gauge("Conversations today", used.today_starts, widget.daily_starts),
        Gauge("Minutes today", bars.minutes(used.today_seconds), widget.daily_minutes),
        Gauge("Conversations this month", used.month_starts, widget.monthly_starts),
        Gauge("Minutes this month", bars.minutes(used.month_seconds), widget.monthly_minutes),
    ]


def _day(usage: DayUsage, ago: int, busiest: int) -> Day:
    minutes = bars.minutes(usage.seconds)
    return Day(
        day=usage.day,
        started=usage.started,
        minutes=minutes,
        refusals=refusals.told(usage.refused),
        bar=bars.bar(minutes, most=busiest, ago=ago),
    )
