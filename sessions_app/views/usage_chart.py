"""What a workspace has used in thirty days, as the dashboard shows it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from accounts.models import Workspace
from sessions_app.services import daily_usage
from sessions_app.views import bars


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(bars.Day):
    sessions: int
    failed: int
    credits: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage(bars.Chart[Day]):
    sessions: int
    credits: Decimal


def of(workspace: Workspace, *, now: datetime) -> Usage:
    found = daily_usage.last_days(workspace, number=bars.DAYS, now=now)
    busiest = max(bars.minutes(day.billed_seconds) for day in found)
    return Usage(
        days=[_day(day, ago, busiest) for ago, day in enumerate(found)],
        sessions=sum(day.sessions for day in found),
        minutes=bars.minutes(sum(day.billed_seconds for day in found)),
        credits=sum((day.credits for day in found), Decimal(0)),
        busiest=busiest,
    )


def _day(usage: daily_usage.Day, ago: int, busiest: int) -> Day:
    minutes = bars.minutes(usage.billed_seconds)
    return Day(
        day=usage.day,
        sessions=usage.sessions,
        failed=usage.failed,
        minutes=minutes,
        credits=usage.credits,
        bar=bars.bar(minutes, most=busiest, ago=ago),
    )
