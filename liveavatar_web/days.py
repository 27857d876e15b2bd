"""Days as filters and roll-ups mean them: in UTC, from midnight to midnight."""

from datetime import UTC, date, datetime, time


def begins(day: date) -> datetime:
    """Its first moment."""
    return datetime.combine(day, time.min, UTC)


def ends(day: date) -> datetime:
    """Its last moment, to the microsecond that our databases keep."""
    return datetime.combine(day, time.max, UTC)


def of(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
