"""How long starts take, by day (UTC): counted from the rows every few minutes, read from few."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django.db.models import F

from sessions_app.models import AvatarSession, StartDay

# More starts of one day than this are judged by an even sample of them.
MOST_SAMPLED: Final = 20_000
# A page may tell of the picture a while after the start.
_TOLD_WITHIN: Final = timedelta(hours=1)
# Days that nobody counted are counted later, so many at the most.
_DAYS_MISSED: Final = timedelta(days=7)

_FIELDS: Final = (
    *("clicked_at", "requested_at", "started_at", "told_at", "joined_at", "first_frame_at"),
    "cloud_ms",
)


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of the start; `measure` gives its milliseconds for a row of _FIELDS, where known."""

    name: str
    label: str
    measure: Callable[[Any], float | None]


def _between(begin: datetime | None, end: datetime | None) -> float | None:
    return (end - begin) / timedelta(milliseconds=1) if begin and end else None


def _beside_the_calls(row: Any, begin: datetime | None, end: datetime | None) -> float | None:
    whole = _between(begin, end)
    return None if whole is None or row.cloud_ms is None else whole - row.cloud_ms


LEGS: Final = (
    Leg("whole", "Click to picture", lambda row: _between(row.clicked_at, row.first_frame_at)),
    Leg(
        "added",
        "Click to told, LiveAvatar aside",
        lambda row: _beside_the_calls(row, row.clicked_at, row.told_at),
    ),
    Leg(
        "ours",
        "Accepted to live, LiveAvatar aside",
        lambda row: _beside_the_calls(row, row.requested_at, row.started_at),
    ),
    Leg("cloud", "Two calls of LiveAvatar", lambda row: row.cloud_ms),
    Leg("told", "Live to told", lambda row: _between(row.started_at, row.told_at)),
    Leg("joined", "Told to joined", lambda row: _between(row.told_at, row.joined_at)),
    Leg("picture", "Joined to picture", lambda row: _between(row.joined_at, row.first_frame_at)),
)


def count(*, now: datetime) -> None:
    """Counts today anew, and each day before it that may not have been counted to its end."""
    last = StartDay.objects.values_list("day", flat=True).first()
    today = now.astimezone(UTC).date()
    day = min((now - _TOLD_WITHIN).astimezone(UTC).date(), last or today)
    day = max(day, today - _DAYS_MISSED)
    while day <= today:
        StartDay.objects.update_or_create(day=day, defaults=_counted(day, now))
        day += timedelta(days=1)


def _counted(day: date, now: datetime) -> dict[str, Any]:
    begin = datetime.combine(day, datetime.min.time(), UTC)
    starts = AvatarSession.objects.filter(
        requested_at__gte=begin,
        requested_at__lt=begin + timedelta(days=1),
        started_at__isnull=False,
    )
    started = starts.count()
    every = math.ceil(started / MOST_SAMPLED)
    if every > 1:
        starts = starts.alias(turn=F("id") % every).filter(turn=0)
    rows = list(starts.order_by().values_list(*_FIELDS, named=True))
    return {
        "started": started,
        "sampled": len(rows),
        "legs": {leg.name: _spread(leg, rows) for leg in LEGS},
        "counted_at": now,
    }


def _spread(leg: Leg, rows: list[Any]) -> dict[str, int | None]:
    measured = sorted(ms for row in rows if (ms := leg.measure(row)) is not None)
    return {"count": len(measured), "p50": _rank(measured, 0.5), "p95": _rank(measured, 0.95)}


def _rank(measured: list[float], share: float) -> int | None:
    """The nearest rank: of all that were measured, this share was no longer."""
    return round(measured[math.ceil(share * len(measured)) - 1]) if measured else None
