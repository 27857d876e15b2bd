"""Sessions are looked for by choosing in a panel, and the address keeps what was chosen."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.person import Person

pytestmark = pytest.mark.browser


def test_what_is_chosen_in_the_panel_stays_chosen_while_it_is_closed(demo: Person) -> None:
    page = demo.page
    page.goto("/sessions/")
    asked_for = page.get_by_role("list", name="Asked for")

    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("How it ended").select_option(label="Time limit reached")
    expect(asked_for).to_contain_text("How it ended Time limit reached")
    expect(page).to_have_url(re.compile(r"/sessions/\?reason=limit$"))

    page.reload()
    expect(page.get_by_label("How it ended")).to_be_hidden()
    page.get_by_text("Failed", exact=True).click()
    expect(page).to_have_url(re.compile(r"/sessions/\?state=failed&reason=limit$"))

    page.get_by_text("Filters", exact=True).click()
    expect(page.get_by_label("How it ended")).to_have_value("limit")
    page.get_by_label("How it ended").select_option("")
    expect(page).to_have_url(re.compile(r"/sessions/\?state=failed$"))
    expect(asked_for).to_be_hidden()
