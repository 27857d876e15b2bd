"""How a visitor's conversation begins, and what may happen to it before it has begun."""

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.journeys.conftest import Visit
from tests.journeys.person import eventually, running
from tests.journeys.visitor import Shopper
from tests.simulator.cloud import SimulatedCloud

pytestmark = pytest.mark.browser

# What the host page asks of the frame from now on.
HEARD = """
() => {
    const heard = [];
    addEventListener("message", (event) => heard.push(event.data.type));
    return heard;
}
"""


def starts_of(page: Page) -> list[str]:
    """The conversations that a page asks for from now on, as they come."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/api/embed/v1/sessions"):
            asked.append(request.url)

    page.on("request", note)
    return asked


def test_a_start_while_a_page_returns_to_its_conversation_makes_no_other(
    at_the_shop: Shopper, simulated: SimulatedCloud
) -> None:
    shopper, page = at_the_shop, at_the_shop.page
    shopper.open()
    shopper.talk()
    session = running(simulated)
    held: list[Route] = []
    page.route("**/dist/room-*.js", lambda route: held.append(route))
    page.reload()
    expect(shopper.part("frame")).to_have_attribute("data-face", "room")
    starts, heard = starts_of(page), shopper.document.evaluate_handle(HEARD)

    page.evaluate("LiveAvatar.start()")
    eventually(lambda: "start" in heard.json_value())
    for route in held:
        route.continue_()

    shopper.expect_talking()
    assert (starts, running(simulated)) == ([], session)
    shopper.end()


def test_a_page_that_starts_twice_at_once_has_one_conversation(
    visit: Visit, simulated: SimulatedCloud
) -> None:
    shopper = visit()
    starts = starts_of(shopper.page)

    shopper.page.evaluate("LiveAvatar.start(); LiveAvatar.start()")

    shopper.expect_talking()
    assert (len(starts), len(running(simulated))) == (1, 1)
    shopper.end()


def test_an_end_is_heard_while_the_conversation_is_still_being_begun(
    visit: Visit, simulated: SimulatedCloud
) -> None:
    shopper = visit()

    shopper.page.evaluate("LiveAvatar.start(); LiveAvatar.end()")

    shopper.expect_over()
    eventually(lambda: running(simulated) == [])


def test_a_start_goes_with_the_widget_that_is_taken_away_before_it(visit: Visit) -> None:
    shopper = visit("/spa")
    seen = shopper.page.evaluate_handle(
        """() => {
            const seen = [];
            const element = document.querySelector("liveavatar-widget");
            for (const name of ["ready", "start"])
                element.addEventListener(name, e => seen.push(e.type));
            LiveAvatar.start();
            element.remove();
            document.body.append(element);
            return seen;
        }"""
    )

    shopper.launcher.hover()
    eventually(lambda: "ready" in seen.json_value())
    # What is asked of the frame arrives in order: a start from before would have begun by then.
    shopper.open()

    expect(shopper.part("frame")).to_have_attribute("data-face", "welcome")
    assert "start" not in seen.json_value()


def test_a_conversation_whose_code_does_not_come_is_ended_and_says_why(
    visit: Visit, simulated: SimulatedCloud
) -> None:
    shopper = visit()
    shopper.page.route("**/dist/media-*.js", lambda route: route.abort())
    shopper.open()

    shopper.part("start").click()

    shopper.expect_over()
    expect(shopper.part("over-words")).to_contain_text("firewall or VPN")
    eventually(lambda: running(simulated) == [])


def test_where_loudness_cannot_be_measured_the_conversation_goes_on(visit: Visit) -> None:
    shopper = visit()
    shopper.page.add_init_script("delete window.AudioContext; delete window.webkitAudioContext;")
    shopper.open()

    shopper.talk()

    expect(shopper.part("frame")).to_have_attribute("data-microphone", "on")
    expect(shopper.notice).to_be_empty()
    shopper.end()
