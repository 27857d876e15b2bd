"""A person talks to an avatar: what they see, what the cloud heard, and that nothing runs on."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.person import Person, eventually, running
from tests.simulator.cloud import SimulatedCloud

pytestmark = pytest.mark.browser


def test_from_signing_up_to_reading_what_was_said(page: Page, simulated: SimulatedCloud) -> None:
    page.goto("/account/signup/")
    page.get_by_label("Email").fill("new.person@example.com")
    page.get_by_label("Password", exact=True).fill("a long enough passphrase")
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/")

    page.get_by_role("link", name="Add an OpenAI key").click()
    page.get_by_label("Name").fill("My key")
    page.get_by_label("OpenAI key").fill("sk-sim-of-a-new-person-0001")
    page.get_by_role("button", name="Check and add").click()
    expect(page.get_by_role("main")).to_contain_text("Ready")
    expect(page.locator("body")).not_to_contain_text("sk-sim-of-a-new-person-0001")

    page.goto("/contexts/new")
    page.get_by_label("Name").fill("Sailor")
    page.get_by_label("Prompt").fill("You are an old sailor.")
    page.get_by_label("Opening text").fill("Ahoy, who goes there?")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("main")).to_contain_text("Ready")

    page.goto("/sessions/new")
    page.get_by_label("Context").select_option(label="Sailor")
    page.get_by_role("button", name="Start").click()
    person = Person(page, "new.person@example.com", "")
    person.wait_for_picture()
    (remote_id,) = running(simulated)
    frames = person.frames()
    assert eventually(lambda: person.frames() > frames + 10)
    assert eventually(lambda: simulated.session_state(remote_id)["heard"]["voice_s"] > 0.5)
    expect(page.get_by_test_id("transcript")).to_contain_text("Ahoy, who goes there?")

    person.end()
    assert eventually(lambda: running(simulated) == [])
    assert simulated.session_state(remote_id)["end_reason"] == "USER_CLOSED"
    page.get_by_role("link", name="See what happened").click()
    expect(page.get_by_role("main")).to_contain_text("You ended the conversation.")
    expect(page.get_by_role("main")).to_contain_text("Ahoy, who goes there?")
    expect(page.get_by_role("main")).to_contain_text("from the click to the first picture")


def test_closing_the_page_ends_the_session_within_seconds(
    page: Page, demo: Person, simulated: SimulatedCloud
) -> None:
    demo.start_talking()

    page.goto("about:blank")

    assert eventually(lambda: running(simulated) == [], within=15)


def test_reloading_or_leaving_for_a_moment_returns_to_the_same_conversation(
    page: Page, demo: Person, simulated: SimulatedCloud
) -> None:
    demo.start_talking()
    before = running(simulated)

    page.reload()
    demo.wait_for_picture()

    assert running(simulated) == before
    page.goto("/")
    page.get_by_role("link", name="Return to your conversation").click()
    demo.wait_for_picture()

    assert running(simulated) == before
    demo.end()
