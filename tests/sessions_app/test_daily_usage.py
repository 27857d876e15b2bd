"""What sessions cost is added up by day: each of them once, whatever happens meanwhile."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from accounts.models import User, Workspace
from sessions_app.lifecycle import State
from sessions_app.models import AvatarSession, CloudSession, DailyUsage, Widget
from sessions_app.services import daily_usage, stopping
from sessions_app.services.acceptance import Wish
from sessions_app.services.selections import Selection
from sessions_app.services.stopping import Bill
from tests import build
from tests.sessions_app.racing import race
from tests.sessions_app.rows import placed

LATE = datetime(2026, 11, 9, 23, 59, tzinfo=UTC)
EARLY = datetime(2026, 11, 10, 0, 0, tzinfo=UTC)


def over(who: User, plan: Wish, at: datetime = LATE, **fields: Any) -> AvatarSession:
    """Ended after two minutes and as many credits."""
    return build.past_session(who, plan, requested_at=at, **fields)


def counted() -> dict[tuple[str, bool], tuple[int, int, int, Decimal]]:
    """Sessions, failed, seconds and credits, by the day and whether it was at a widget."""
    return {
        (str(row.day), row.widget_id is not None): (
            row.sessions,
            row.failed,
            row.billed_seconds,
            row.credits,
        )
        for row in DailyUsage.objects.all()
    }


def test_each_session_is_counted_on_the_day_it_was_asked_for_at_its_widget(
    alice: User, plan: Wish
) -> None:
    widget = build.widget(alice, plan)
    over(alice, plan)
    over(alice, plan)
    over(alice, plan, EARLY)
    over(alice, plan, requested_by=None, widget=widget)
    over(alice, plan, state="failed", started_at=None, billed_seconds=0, credits=None)
    placed(alice, plan, State.LIVE)

    daily_usage.sweep()

    assert counted() == {
        ("2026-11-09", False): (3, 1, 240, Decimal(4)),
        ("2026-11-09", True): (1, 0, 120, Decimal(2)),
        ("2026-11-10", False): (1, 0, 120, Decimal(2)),
    }


def test_what_was_counted_is_not_counted_again(alice: User, plan: Wish) -> None:
    over(alice, plan)
    daily_usage.sweep()
    before = counted()

    assert daily_usage.count() == 0
    AvatarSession.objects.update(is_uncounted=True)
    assert daily_usage.count() == 1

    assert counted() == before


def test_a_late_bill_adds_the_difference(alice: User, plan: Wish) -> None:
    session = over(alice, plan)
    late = CloudSession.objects.create(
        avatar_session=session,
        remote_id="late",
        state=CloudSession.State.DOUBTFUL,
        due_at=timezone.now(),
        minted_at=LATE,
        doubt_until=LATE,
    )
    daily_usage.sweep()

    stopping.close(late, bill=Bill(seconds=200, credits=Decimal("3.5")), now=timezone.now())
    daily_usage.sweep()

    assert counted() == {("2026-11-09", False): (1, 0, 200, Decimal("3.5"))}


def test_a_crash_counts_nothing_and_loses_nothing(
    alice: User, plan: Wish, monkeypatch: pytest.MonkeyPatch
) -> None:
    over(alice, plan)
    over(alice, plan, EARLY)
    add, added = daily_usage._add, []

    def dies_at_the_second(*given: Any) -> None:
        if added:
            raise RuntimeError("power cut")
        added.append(add(*given))

    monkeypatch.setattr(daily_usage, "_add", dies_at_the_second)
    with pytest.raises(RuntimeError, match="power cut"):
        daily_usage.count()
    assert counted() == {}

    monkeypatch.setattr(daily_usage, "_add", add)
    daily_usage.sweep()
    assert sum(sessions for sessions, *_ in counted().values()) == 2


def test_what_is_deleted_later_stays_counted(alice: User, plan: Wish) -> None:
    over(alice, plan)
    daily_usage.sweep()
    before = counted()

    AvatarSession.objects.all().delete()
    daily_usage.sweep()

    assert counted() == before


@pytest.mark.django_db(transaction=True)
def test_many_who_count_at_once_count_each_session_once(
    alice: User, plan: Wish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily_usage, "BATCH", 5)
    for number in range(40):
        over(alice, plan, LATE if number % 2 else EARLY)

    race(daily_usage.sweep, runners=4)
    daily_usage.sweep()

    assert DailyUsage.objects.aggregate(Sum("sessions"), Sum("billed_seconds")) == {
        "sessions__sum": 40,
        "billed_seconds__sum": 40 * 120,
    }


def test_the_last_days_are_told_newest_first_with_those_on_which_nobody_talked(
    alice: User, plan: Wish, workspace: Workspace
) -> None:
    over(alice, plan, LATE)
    over(alice, plan, EARLY, state="failed")
    over(alice, plan, EARLY, requested_by=None, widget=build.widget(alice, plan))
    over(alice, plan, LATE - timedelta(days=9))
    daily_usage.sweep()

    days = daily_usage.last_days(workspace, number=3, now=EARLY + timedelta(days=1))

    assert [(str(day.day), day.sessions, day.failed, day.billed_seconds) for day in days] == [
        ("2026-11-11", 0, 0, 0),
        ("2026-11-10", 2, 1, 240),
        ("2026-11-09", 1, 0, 120),
    ]


def test_how_many_there_are_is_known_of_days_and_widgets_alone(
    alice: User, plan: Wish, workspace: Workspace
) -> None:
    over(alice, plan, LATE)
    over(alice, plan, EARLY, requested_by=None, widget=build.widget(alice, plan))
    daily_usage.sweep()
    widget = str(Widget.objects.get().public_id)

    def about(**asked: Any) -> int | None:
        return daily_usage.about(Selection(**asked), workspace=workspace)

    assert about() == 2
    assert about(widget=widget) == 1
    assert about(until=date(2026, 11, 9)) == 1
    assert about(since=date(2026, 11, 10), widget=widget) == 1
    assert about(since=date(2026, 11, 11)) == 0
    assert about(state="ended") is None


def test_the_dashboard_shows_the_days(alice: User, plan: Wish) -> None:
    over(alice, plan, timezone.now())
    over(alice, plan, timezone.now() - timedelta(days=1), billed_seconds=240)
    daily_usage.sweep()
    client = Client()
    client.force_login(alice)

    answer = client.get("/")

    chart = answer.context["chart"]
    assert (chart.sessions, chart.minutes, chart.busiest) == (2, 6, 4)
    assert [day.bar.height for day in chart.days[:3]] == [50, 100, 0]
    assert "The last 30 days" in answer.content.decode()
