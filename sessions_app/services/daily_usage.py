"""Adds up by day what sessions cost, so that no page has to count them.

A session that is over is marked as uncounted in the update that ends it, or that adds a late bill.
The sweep counts it and takes the mark away in one transaction: a crash counts nothing twice, and
what a session was counted with stands in its row, so that a later bill adds the difference alone.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.db.models import DecimalField, F, Sum, Value
from django.db.models.functions import Coalesce

from accounts.models import Workspace
from liveavatar_web import days
from sessions_app.lifecycle import State
from sessions_app.models import AvatarSession, DailyUsage
from sessions_app.services.selections import Selection

BATCH: Final = 500
_BATCHES: Final = 10
_NOTHING: Final = Value(Decimal(0), DecimalField(max_digits=12, decimal_places=4))
# What is told of a session when it is counted.
_READ: Final = (
    *("workspace_id", "widget_id", "requested_at", "state"),
    *("billed_seconds", "credits", "counted_seconds", "counted_credits"),
)

# A workspace, a day, and the widget that it was at.
_Key = tuple[int, date, int | None]


@dataclass(slots=True)
class _Addition:
    """What some sessions add to one row."""

    sessions: int = 0
    failed: int = 0
    billed_seconds: int = 0
    credits: Decimal = Decimal(0)

    def take(self, session: AvatarSession) -> None:
        """All of it, or of one that was counted before, what a late bill has changed."""
        if session.counted_seconds is None:
            self.sessions += 1
            self.failed += session.state == State.FAILED
        self.billed_seconds += (session.billed_seconds or 0) - (session.counted_seconds or 0)
        self.credits += (session.credits or Decimal(0)) - session.counted_credits


@dataclass(frozen=True, slots=True)
class Day:
    """One day (UTC) of a workspace, its widgets and members together."""

    day: date
    sessions: int = 0
    failed: int = 0
    billed_seconds: int = 0
    credits: Decimal = Decimal(0)


def sweep() -> None:
    """Counts what ended since the last pass; no more than leaves others their turn."""
    for _ in range(_BATCHES):
        if count() < BATCH:
            return


def count() -> int:
    """Counts some of what is uncounted; returns how many sessions those were."""
    with transaction.atomic():
        uncounted = AvatarSession.objects.filter(is_uncounted=True).order_by("pk").only(*_READ)
        # Locked, so that no bill comes in between; what somebody is at is counted next time.
        sessions = list(uncounted.select_for_update(skip_locked=True)[:BATCH])
        additions: defaultdict[_Key, _Addition] = defaultdict(_Addition)
        for session in sessions:
            key = (session.workspace_id, days.of(session.requested_at), session.widget_id)
            additions[key].take(session)
        # In one order, so that two who count never wait for each other.
        for key in sorted(additions, key=str):
            _add(key, additions[key])
        AvatarSession.objects.filter(pk__in=[session.pk for session in sessions]).update(
            is_uncounted=False,
            counted_seconds=Coalesce(F("billed_seconds"), 0),
            counted_credits=Coalesce(F("credits"), _NOTHING),
        )
    return len(sessions)


def last_days(workspace: Workspace, *, number: int, now: datetime) -> list[Day]:
    """The last so many days, newest first, those on which nobody talked among them."""
    today = days.of(now)
    rows = DailyUsage.objects.filter(workspace=workspace, day__gt=today - timedelta(days=number))
    sums = (
        rows.order_by()
        .values_list("day")
        .annotate(Sum("sessions"), Sum("failed"), Sum("billed_seconds"), Sum("credits"))
    )
    found = {day: Day(day, *figures) for day, *figures in sums}
    dates = (today - timedelta(days=ago) for ago in range(number))
    return [found.get(day, Day(day)) for day in dates]


def about(selection: Selection, *, workspace: Workspace | None) -> int | None:
    """How many sessions a filter finds that are over, in one workspace or in all.

    None where that would have to be counted.
    """
    if selection.asked.keys() - {"workspace", "widget", "since", "until"}:
        return None
    rows = DailyUsage.objects.all()
    if workspace is not None:
        rows = rows.filter(workspace=workspace)
    if selection.workspace:
        rows = rows.filter(workspace__public_id=selection.workspace)
    if selection.widget:
        rows = rows.filter(widget__public_id=selection.widget)
    if selection.since:
        rows = rows.filter(day__gte=selection.since)
    if selection.until:
        rows = rows.filter(day__lte=selection.until)
    total: int = rows.aggregate(total=Coalesce(Sum("sessions"), 0))["total"]
    return total


def _add(key: _Key, addition: _Addition) -> None:
    workspace_id, day, widget_id = key
    at: dict[str, Any] = {"workspace_id": workspace_id, "day": day, "widget_id": widget_id}
    row, _ = DailyUsage.objects.select_for_update().get_or_create(**at)
    row.sessions += addition.sessions
    row.failed += addition.failed
    row.billed_seconds += addition.billed_seconds
    row.credits += addition.credits
    row.save()
