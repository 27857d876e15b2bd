"""An owner makes a widget, pastes its line, and sees what strangers did with it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from scripts.stack import Stack
from tests.journeys.axe import violations
from tests.journeys.conftest import OpenPage
from tests.journeys.person import Person, eventually, running
from tests.journeys.visitor import Shopper
from tests.simulator.cloud import SimulatedCloud

pytestmark = pytest.mark.browser


def test_a_widget_made_in_three_steps_talks_on_the_owners_site(
    demo: Person, open_page: OpenPage, product: Stack, simulated: SimulatedCloud
) -> None:
    page = demo.page
    page.goto("/widgets/")
    page.get_by_role("link", name=re.compile("Create a widget|New widget")).first.click()
    page.get_by_label("Name").fill("Help desk")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Sites that may show it").fill(f"{product.site_address}/shop")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Create the widget").click()

    expect(page.get_by_text("is a page of a site; the site itself is")).to_be_visible()
    page.get_by_label("Sites that may show it").fill(product.site_address)
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Create the widget").click()
    expect(page.get_by_role("heading", name="Help desk")).to_be_visible()
    snippet = page.get_by_text("/embed/v1/").first.inner_text()
    found = re.search(r"/embed/v1/([0-9a-f-]{36})\.js", snippet)
    assert found is not None

    host = open_page()
    host.goto(f"{product.site_address}/?widget={found[1]}")
    shopper = Shopper(host)
    shopper.open()
    shopper.talk()
    shopper.end()
    eventually(lambda: running(simulated) == [])
    page.reload()
    expect(page.get_by_text("1 conversation", exact=False).first).to_be_visible()
    assert violations(page) == []


def test_the_preview_is_the_real_widget_as_it_is_typed(
    signed_in: Callable[..., Person],
) -> None:
    page = signed_in(viewport={"width": 1280, "height": 900}).page
    page.goto("/widgets/new")
    preview = page.frame_locator(".widget-editor iframe:not([data-loading])")
    frame = preview.frame_locator("liveavatar-widget iframe")
    expect(frame.locator("[data-part=start]")).to_be_visible()

    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Greeting").fill("Ahoy from the harbour!")

    expect(frame.get_by_text("Ahoy from the harbour!")).to_be_visible()
    frame.locator("[data-part=start]").click()
    expect(frame.locator("[data-part=notice]")).to_contain_text("This is a preview.")
