"""How long starts take, day by day: counted from the rows, and shown to staff."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from sessions_app import tasks
from sessions_app.models import AvatarSession, StartDay
from sessions_app.services import start_days
from sessions_app.services.acceptance import Wish
from tests import build

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


def started(by: User, wish: Wish, at: datetime, *, slow: float = 1, **fields: Any) -> AvatarSession:
    """A start of a second and a half in the cloud, 100 ms of ours, and a second to the picture."""
    times = {"clicked_at": -20, "requested_at": 0, "started_at": 1_560, "told_at": 1_580}
    times |= {"joined_at": 1_780, "first_frame_at": 2_580}
    placed = {name: at + timedelta(milliseconds=slow * ms) for name, ms in times.items()}
    return build.past_session(by, wish, **{**placed, "cloud_ms": round(slow * 1_500), **fields})


def legs() -> dict[str, Any]:
    found: dict[str, Any] = StartDay.objects.get().legs
    return found


def test_each_part_of_a_start_is_measured(alice: User, plan: Wish) -> None:
    started(alice, plan, NOON)

    start_days.count(now=NOON)

    assert {name: spread["p50"] for name, spread in legs().items()} == {
        "added": 100,
        "ours": 60,
        "cloud": 1_500,
        "told": 20,
        "joined": 200,
        "picture": 800,
        "whole": 2_600,
    }


def test_of_many_starts_the_median_and_the_slow_ones_are_told(alice: User, plan: Wish) -> None:
    for slow in range(1, 21):
        started(alice, plan, NOON, slow=slow)

    start_days.count(now=NOON)

    assert legs()["told"] == {"count": 20, "p50": 200, "p95": 380}


def test_what_was_not_measured_counts_nowhere(alice: User, plan: Wish) -> None:
    started(alice, plan, NOON)
    started(alice, plan, NOON, slow=9, clicked_at=None, told_at=None, cloud_ms=None)
    build.past_session(alice, plan, requested_at=NOON, started_at=None)

    start_days.count(now=NOON)

    day = StartDay.objects.get()
    assert (day.started, day.sampled) == (2, 2)
    assert {name: spread["count"] for name, spread in day.legs.items()} == {
        **dict.fromkeys(("added", "ours", "cloud", "told", "joined", "whole"), 1),
        "picture": 2,
    }


def test_a_day_is_counted_anew_until_it_is_over_and_told_of(alice: User, plan: Wish) -> None:
    midnight = datetime(2026, 11, 4, tzinfo=UTC)
    start_days.count(now=NOON)
    started(alice, plan, midnight - timedelta(seconds=1))

    start_days.count(now=midnight + timedelta(minutes=59))
    late = started(alice, plan, midnight - timedelta(seconds=2))
    start_days.count(now=midnight + timedelta(minutes=61))

    assert StartDay.objects.get(day=NOON.date()).started == 1
    late.delete()
    assert list(StartDay.objects.values_list("day", "started")) == [
        (midnight.date(), 0),
        (NOON.date(), 1),
    ]


def test_days_on_which_nobody_counted_are_counted_later(alice: User, plan: Wish) -> None:
    start_days.count(now=NOON)
    started(alice, plan, NOON + timedelta(days=2))

    start_days.count(now=NOON + timedelta(days=3))

    assert list(StartDay.objects.values_list("started", flat=True)) == [0, 1, 0, 0]


def test_many_starts_are_judged_by_an_even_sample(
    alice: User, plan: Wish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start_days, "MOST_SAMPLED", 4)
    for _ in range(10):
        started(alice, plan, NOON)

    start_days.count(now=NOON)

    day = StartDay.objects.get()
    assert day.started == 10
    assert day.sampled in {3, 4}
    assert day.legs["told"]["count"] == day.sampled


@pytest.mark.parametrize("days", [1, 3])
def test_staff_read_it_in_one_query_however_many_days_there_are(
    days: int, alice: User, plan: Wish, client: Client, django_assert_num_queries: Any
) -> None:
    for ago in range(days):
        at = NOON - timedelta(days=ago)
        started(alice, plan, at)
        start_days.count(now=at)
    StartDay.objects.exclude(day=NOON.date()).update(legs={})
    client.force_login(build.user("ida", is_staff=True))
    client.get("/staff/starts/")

    with django_assert_num_queries(4):
        page = client.get("/staff/starts/").content.decode()

    assert "2.60 s" in page
    assert page.count("not measured") == 7 * (days - 1)


def test_where_nothing_was_counted_staff_are_told_what_counts(db: None, client: Client) -> None:
    client.force_login(build.user("ida", is_staff=True))

    assert "No start has been counted yet" in client.get("/staff/starts/").content.decode()


def test_the_bell_counts(db: None) -> None:
    tasks.count_starts(from_another_release="whatever")

    assert StartDay.objects.exists()
