"""What a widget has used, as its page shows it: figures against limits, and thirty days as bars."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sessions_app import refusals
from sessions_app.models import Meter, Widget
from sessions_app.services import limits, tallies
from sessions_app.services.tallies import DayUsage

DAYS: Final = 30
# The chart's own units; it grows with the page.
_STEP: Final = 20
_HEIGHT: Final = 100


@dataclass(frozen=True, slots=True)
class Gauge:
    name: str
    used: int
    limit: int


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the table, and its bar in the chart."""

    day: date
    started: int
    minutes: int
    refusals: list[tuple[int, str]]
    left: int
    top: int
    height: int


@dataclass(frozen=True, slots=True)
class Usage:
    gauges: list[Gauge]
    days: list[Day]  # newest first
    minutes: int
    started: int
    busiest: int  # minutes
    width: int = DAYS * _STEP
    height: int = _HEIGHT

    @property
    def first_day(self) -> date:
        return self.days[-1].day


def of(widget: Widget, *, now: datetime) -> Usage:
    days = tallies.usage(widget, days=DAYS, now=now)
    busiest = max(_minutes(day.seconds) for day in days)
    return Usage(
        gauges=_gauges(widget, now),
        days=[_day(day, DAYS - 1 - ago, busiest) for ago, day in enumerate(days)],
        minutes=_minutes(sum(day.seconds for day in days)),
        started=sum(day.started for day in days),
        busiest=busiest,
    )


def minutes_today(widgets: list[Widget], *, now: datetime) -> dict[str, int]:
    """Minutes used or held today by the subject of each meter; one query for all."""
    subjects = [limits.of_widget(widget) for widget in widgets]
    today, _ = limits.periods(now)
    rows = Meter.objects.filter(subject__in=subjects, period=today)
    return {meter.subject: _minutes(meter.used_seconds + meter.held_seconds) for meter in rows}


def _gauges(widget: Widget, now: datetime) -> list[Gauge]:
    used = tallies.used(widget, now=now)
    return [
        Gauge("Visitors now", used.visitors_now, widget.max_visitors),
        Gauge("Conversations today", used.today_starts, widget.daily_starts),
        Gauge("Minutes today", _minutes(used.today_seconds), widget.daily_minutes),
        Gauge("Conversations this month", used.month_starts, widget.monthly_starts),
        Gauge("Minutes this month", _minutes(used.month_seconds), widget.monthly_minutes),
    ]


def _day(usage: DayUsage, place: int, busiest: int) -> Day:
    minutes = _minutes(usage.seconds)
    height = max(2, round(_HEIGHT * minutes / busiest)) if minutes else 0
    return Day(
        day=usage.day,
        started=usage.started,
        minutes=minutes,
        refusals=refusals.told(usage.refused),
        left=place * _STEP + 2,
        top=_HEIGHT - height,
        height=height,
    )


def _minutes(seconds: int) -> int:
    """Begun minutes, as they are billed."""
    return -(-seconds // 60)
