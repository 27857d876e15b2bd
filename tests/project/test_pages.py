"""Lists by keyset: every row once, whatever is added meanwhile."""

from urllib.parse import parse_qs

import pytest
from django.test import RequestFactory

from accounts.models import Workspace
from liveavatar_web.pages import Page, page_of
from tests import build


def page(url: str | None, *, size: int = 2) -> Page[Workspace]:
    return page_of(Workspace.objects.order_by("-id"), RequestFactory().get(url or ""), size=size)


def test_pages_together_show_every_row_once_and_newest_first(db: None) -> None:
    rows = [build.workspace() for _ in range(5)]

    first = page("/")
    second = page(first.next_url)
    third = page(second.next_url)

    assert [*first.rows, *second.rows, *third.rows] == rows[::-1]
    assert (len(first.rows), len(third.rows), third.next_url) == (2, 1, None)


def test_a_row_that_is_added_shifts_nothing(db: None) -> None:
    rows = [build.workspace() for _ in range(4)]
    first = page("/")

    build.workspace()

    assert page(first.next_url).rows == [rows[1], rows[0]]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_list_that_fits_has_no_next_page(count: int, db: None) -> None:
    for _ in range(count):
        build.workspace()

    assert page("/").next_url is None


def test_the_rest_of_the_query_goes_along(db: None) -> None:
    for _ in range(3):
        build.workspace()

    following = page("/?state=open&before=").next_url

    assert following is not None
    assert parse_qs(following.removeprefix("?"))["state"] == ["open"]


@pytest.mark.parametrize("before", ["x", "-1", "1.5", "9" * 40, "\x00", ""])
def test_a_place_that_is_none_is_the_beginning(before: str, db: None) -> None:
    row = build.workspace()

    assert page(f"/?before={before}").rows == [row]
