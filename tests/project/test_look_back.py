"""Lists that go back in time: every row once, and never more looked at than may be."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from accounts.models import Workspace
from liveavatar_web.look_back import Past, Place
from tests import build

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def rows() -> list[Workspace]:
    """Ten, newest first; two each of one moment."""
    made = [build.workspace(created_at=NOON + timedelta(hours=number // 2)) for number in range(10)]
    return made[::-1]


def past(matching: QuerySet[Workspace] | None = None) -> Past[Workspace]:
    everything = Workspace.objects.all()
    return Past(everything, everything if matching is None else matching, by="created_at")


@pytest.mark.parametrize("size", [1, 2, 3, 10, 11])
def test_stretches_together_show_every_row_once_and_newest_first(
    size: int, rows: list[Workspace]
) -> None:
    assert [row for found in past().all(size=size) for row in found] == rows


@pytest.mark.parametrize("look_at", [1, 2, 3, 4, 9, 10, 11])
def test_however_little_is_looked_at_at_a_time_all_that_is_wanted_is_found(
    look_at: int, rows: list[Workspace]
) -> None:
    wanted = [rows[2], rows[3], rows[9]]
    sought = past(Workspace.objects.filter(pk__in=[row.pk for row in wanted]))

    found, place, stretches = [], None, 0
    while stretches == 0 or place is not None:
        stretch = sought.stretch(place, look_at=look_at)
        found += stretch.rows
        place, stretches = stretch.next, stretches + 1

    assert found == wanted
    assert stretches == 10 // look_at + 1


def test_a_stretch_that_is_not_full_says_how_far_it_looked(rows: list[Workspace]) -> None:
    last = Workspace.objects.filter(pk=rows[9].pk)

    assert past(last).stretch(look_at=4).looked_back_to == rows[3].created_at
    assert past(last).stretch(look_at=11).looked_back_to is None
    assert past().stretch(size=4).looked_back_to is None


def test_a_row_that_is_added_shifts_nothing(rows: list[Workspace]) -> None:
    first = past().stretch(size=3)

    build.workspace(created_at=NOON + timedelta(days=1))

    assert past().stretch(first.next, size=3).rows == rows[3:6]


@pytest.mark.parametrize("narrowed", [False, True])
@pytest.mark.parametrize("by_keys", [False, True])
def test_a_stretch_takes_three_queries_at_the_most(
    by_keys: bool, narrowed: bool, rows: list[Workspace]
) -> None:
    matching = Workspace.objects.filter(pk__lt=rows[0].pk) if narrowed else None

    def read(keys: list[int]) -> list[Workspace]:
        return list(Workspace.objects.filter(pk__in=keys).order_by("-created_at", "-pk"))

    with CaptureQueriesContext(connection) as asked:
        found = past(matching).stretch(size=3, look_at=5, read=read if by_keys else None)

    assert found.rows == (rows[1:4] if narrowed else rows[:3])
    assert len(asked) == 1 + narrowed + by_keys


def test_a_place_is_read_as_it_was_written() -> None:
    place = Place(datetime(2026, 11, 1, 12, 30, 1, 234567, tzinfo=UTC), 42)

    assert str(place) == "1793536201234567.42"
    assert Place.parse(str(place)) == place


@pytest.mark.parametrize(
    "text",
    ["", "x", "1", "1.", ".1", "-1.1", "1.1.1", "9" * 18 + ".1", "1." + "9" * 19, "\u0661.1"],
)
def test_a_place_that_is_none_is_the_beginning(text: str) -> None:
    assert Place.parse(text) is None
