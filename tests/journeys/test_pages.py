"""Every page passes axe, light and dark, wide and narrow, and never scrolls sideways."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import violations
from tests.journeys.person import Person

pytestmark = pytest.mark.browser

OUTSIDE = ["/account/login/", "/account/signup/", "/account/password/reset/", "/no-such-page"]
INSIDE = [
    "/",
    "/sessions/",
    "/sessions/new",
    "/contexts/",
    "/contexts/new",
    "/avatars/",
    "/keys/",
    "/keys/new",
    "/widgets/",
    "/workspace/",
    "/account/two-step/",
    "/account/devices/",
    "/account/email/",
    "/workspace/members/",
    "/workspace/new",
    "/workspace/delete",
    "/you/data",
    "/you/data/erase",
    "/widgets/new",
    "/audit/",
]
STAFF = [
    "/staff/",
    "/staff/strangers/",
    "/staff/workspaces/",
    "/staff/people/",
    "/staff/queue/",
    "/staff/sessions/",
    "/staff/sessions/live",
    "/staff/starts/",
    "/staff/audit/",
    "/staff/audit/alarms/",
]
LOOKS = [
    pytest.param({"viewport": {"width": 1280, "height": 800}}, id="desktop"),
    pytest.param(
        {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}, id="dark phone"
    ),
]


def complaints(page: Page, path: str) -> list[str]:
    page.goto(path)
    sideways = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    wide = [f"{path} scrolls sideways by {sideways} px"] if sideways > 0 else []
    return wide + [f"{path}: {violation}" for violation in violations(page)]


@pytest.mark.parametrize("look", LOOKS)
def test_pages_for_strangers(open_page: Callable[..., Page], look: dict[str, object]) -> None:
    page = open_page(**look)

    assert [each for path in OUTSIDE for each in complaints(page, path)] == []


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_somebody_signed_in(
    signed_in: Callable[..., Person], look: dict[str, object]
) -> None:
    page = signed_in(**look).page
    reached = [
        _first_link(page, page_of) for page_of in ("/contexts/", "/avatars/", "/keys/", "/widgets/")
    ]

    assert [each for path in [*INSIDE, *reached] for each in complaints(page, path)] == []


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_staff(
    open_page: Callable[..., Page], password: str, look: dict[str, object]
) -> None:
    page = Person(open_page(**look), "auditor@example.com", password).sign_in().page
    reached = [_first_link(page, page_of) for page_of in ("/staff/workspaces/", "/staff/people/")]

    assert [each for path in [*STAFF, *reached] for each in complaints(page, path)] == []


def _first_link(page: Page, path: str) -> str:
    """The address of the first row or card of a list."""
    page.goto(path)
    link = page.get_by_role("main").locator(f"a[href^='{path}']:not([href$='/new'])").first
    expect(link).to_be_visible()
    return urlsplit(str(link.get_attribute("href"))).path
