"""What a person can do in the room, by hand and by keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.person import Person, eventually, running
from tests.simulator.cloud import SimulatedCloud

pytestmark = pytest.mark.browser


def test_keys_mute_and_hide_captions_until_they_are_switched_off(page: Page, demo: Person) -> None:
    demo.start_talking()
    mute, captions = page.get_by_test_id("mute"), page.get_by_test_id("captions-toggle")
    expect(mute).to_be_enabled()

    page.keyboard.press("m")
    page.keyboard.press("c")
    expect(mute).to_have_attribute("aria-pressed", "true")
    expect(captions).to_have_attribute("aria-pressed", "false")

    page.keyboard.press("?")
    page.get_by_role("checkbox", name="Use these keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    expect(captions).to_have_attribute("aria-pressed", "false")
    demo.end()


def test_a_muted_person_is_not_heard_in_the_room(
    page: Page, demo: Person, simulated: SimulatedCloud
) -> None:
    demo.start_talking()
    (remote_id,) = running(simulated)
    eventually(lambda: simulated.session_state(remote_id)["heard"]["voice_s"] > 0)

    page.get_by_test_id("mute").click()

    level = page.get_by_test_id("mic-level")
    expect(level).to_have_attribute("aria-valuenow", "0")
    demo.end()


def test_an_avatar_that_is_interrupted_stops_speaking(page: Page, demo: Person) -> None:
    demo.start()
    expect(demo.room).to_have_attribute("data-state", "speaking", timeout=20_000)

    page.get_by_test_id("interrupt").click()

    expect(demo.room).to_have_attribute("data-state", re.compile("^(listening|thinking)$"))
    demo.end()


def test_another_microphone_can_be_chosen(page: Page, demo: Person) -> None:
    demo.start_talking()
    page.get_by_role("button", name="Devices").click()

    page.get_by_role("combobox", name="Microphone").select_option(index=1)

    level = page.get_by_test_id("mic-level")
    expect(level).not_to_have_attribute("aria-valuenow", "0")
    page.keyboard.press("Escape")
    demo.end()


def test_ending_is_asked_about_and_can_be_thought_better_of(page: Page, demo: Person) -> None:
    demo.start_talking()

    page.get_by_test_id("end").click()
    page.get_by_role("button", name="Go on talking").click()
    demo.wait_for_picture()

    demo.end()


def test_the_same_conversation_again_takes_one_click(page: Page, demo: Person) -> None:
    demo.start_talking()
    demo.end()
    first = page.url

    demo.notice.get_by_role("button", name="Again with the same settings").click()

    page.wait_for_url(lambda url: url.endswith("/room") and url != first)
    demo.wait_for_picture()
    demo.end()


def test_a_conversation_that_moved_to_another_tab_can_be_brought_back(
    page: Page, demo: Person
) -> None:
    demo.start_talking()
    other = page.context.new_page()
    other.goto(page.url)
    expect(demo.notice).to_contain_text("moved to another tab")
    other.close()

    demo.notice.get_by_role("button", name="Bring it back here").click()

    demo.wait_for_picture()
    demo.end()
