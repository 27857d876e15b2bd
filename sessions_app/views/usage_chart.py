"""What a workspace has used in thirty days, as the dashboard shows it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from accounts.models import Workspace
from sessions_app.services import daily_usage
from sessions_app.views import bars
from sessions_app.views.bars import Bar

DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the table, and its bar in the chart."""

    day: date
    sessions: int
    failed: int
    minutes: int
    credits: Decimal
    bar: Bar


@dataclass(frozen=True, slots=True)
class Usage:
    days: list[Day]  # newest first
    sessions: int
    minutes: int
    credits: Decimal
    busiest: int  # minutes
    width: int = DAYS * bars.STEP
    height: int = bars.HEIGHT

    @property
    def first_day(self) -> date:
        return self.days[-1].day


def of(workspace: Workspace, *, now: datetime) -> Usage:
    found = daily_usage.last_days(workspace, number=DAYS, now=now)
    busiest = max(bars.minutes(day.billed_seconds) for day in found)
    return Usage(
        days=[_day(day, DAYS - 1 - ago, busiest) for ago, day in enumerate(found)],
        sessions=sum(day.sessions for day in found),
        minutes=bars.minutes(sum(day.billed_seconds for day in found)),
        credits=sum((day.credits for day in found), Decimal(0)),
        busiest=busiest,
    )


def _day(usage: daily_usage.Day, place: int, busiest: int) -> Day:
    minutes = bars.minutes(usage.billed_seconds)
    return Day(
        day=usage.day,
        sessions=usage.sessions,
        failed=usage.failed,
        minutes=minutes,
        credits=usage.credits,
        bar=bars.bar(minutes, most=busiest, place=place),
    )
