"""A person talks to an avatar: what they see, what the cloud heard, and that nothing runs on."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.person import Person, eventually, running
from tests.simulator.cloud import SimulatedCloud

pytestmark = pytest.mark.browser


def test_a_person_sees_hears_and_is_heard_and_then_nothing_runs_on(
    page: Page, demo: Person, simulated: SimulatedCloud
) -> None:
    demo.start_talking()
    (remote_id,) = running(simulated)

    frames = demo.frames()
    eventually(lambda: demo.frames() > frames + 10)
    eventually(lambda: simulated.session_state(remote_id)["heard"]["voice_s"] > 0.5)
    expect(page.get_by_test_id("transcript")).to_contain_text("Hello, I am")

    page.get_by_test_id("end").click()
    page.get_by_test_id("end-confirm").click()
    expect(page.locator("[data-room]")).to_have_attribute("data-state", "ended")
    assert eventually(lambda: running(simulated) == [])

    page.get_by_role("link", name="See what happened").click()
    expect(page.get_by_role("main")).to_contain_text("You ended the conversation.")
    expect(page.get_by_role("main")).to_contain_text("Hello, I am")


def test_closing_the_page_ends_the_session_within_seconds(
    page: Page, demo: Person, simulated: SimulatedCloud
) -> None:
    demo.start_talking()
    (remote_id,) = running(simulated)

    page.goto("about:blank")

    assert eventually(lambda: running(simulated) == [], within=15)
    assert simulated.session_state(remote_id)["end_reason"] == "USER_CLOSED"


def test_reloading_the_page_returns_to_the_same_conversation(
    page: Page, demo: Person, simulated: SimulatedCloud
) -> None:
    demo.start_talking()
    before = running(simulated)

    page.reload()
    demo.wait_for_picture()

    assert running(simulated) == before
