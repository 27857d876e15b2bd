"""A widget on another site: the host page on localhost, the application on 127.0.0.1."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import expect

from scripts.desk import DEMO_INLINE_WIDGET, DEMO_WIDGET
from scripts.stack import Stack
from tests.journeys.axe import violations
from tests.journeys.conftest import REFUSING, OpenPage, Visit
from tests.journeys.person import eventually, running
from tests.journeys.rows import changed
from tests.journeys.visitor import Shopper
from tests.simulator.cloud import SimulatedCloud

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def set_widget(product: Stack) -> Iterator[Callable[..., None]]:
    """Changes the demo's widget as its owner would, and back again."""
    widget = UUID(DEMO_WIDGET).hex
    with ExitStack() as undo:
        yield lambda **fields: undo.enter_context(
            changed(product, "sessions_app_widget", fields, public_id=widget)
        )


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_one_click_and_one_consent_lead_to_a_conversation(
    visit: Visit, simulated: SimulatedCloud, options: dict[str, Any]
) -> None:
    shopper = visit(**options)
    assert shopper.page.locator("iframe").count() == 0

    shopper.open()
    expect(shopper.frame.get_by_text("is an AI avatar, not a person")).to_be_visible()
    shopper.talk()
    expect(shopper.part("caption-final")).not_to_be_empty()
    assert len(running(simulated)) == 1
    shopper.end()

    eventually(lambda: running(simulated) == [])
    shopper.frame.get_by_text("Good", exact=True).click()
    shopper.frame.get_by_role("button", name="Send").click()
    expect(shopper.part("feedback-thanks")).to_have_text("Thank you.")
    assert shopper.page.context.cookies() == []


def test_on_a_phone_the_panel_fills_the_screen(visit: Visit) -> None:
    shopper = visit(**PHONE)
    shopper.open()

    box = shopper.page.locator(shopper.iframe).bounding_box()

    assert box == {"x": 0, "y": 0, "width": 390, "height": 800}


@pytest.mark.parametrize(
    ("path", "element"), [("/inline", "liveavatar-widget"), ("/strict", "liveavatar-widget")]
)
def test_it_works_inside_a_page_and_under_a_strict_policy(
    visit: Visit, path: str, element: str
) -> None:
    shopper = visit(path, element)
    shopper.open()
    shopper.talk()
    shopper.end()


def test_a_plain_iframe_works_without_the_loader(visit: Visit) -> None:
    shopper = visit("/iframe", "main")
    shopper.talk()
    shopper.end()


def test_a_site_that_is_not_allowed_gets_nothing(
    visit: Visit, open_page: OpenPage, product: Stack, simulated: SimulatedCloud
) -> None:
    page = open_page()
    page.goto(product.site_address.replace("localhost", "127.0.0.1"))
    errors = page.evaluate_handle(
        "() => { const seen = []; LiveAvatar.on('error', e => seen.push(e.detail)); return seen; }"
    )

    Shopper(page).launcher.click()

    eventually(lambda: errors.json_value() == [{"code": "blocked"}])
    assert [frame.url for frame in page.frames if "/embed/" in frame.url] == []
    assert running(simulated) == []


@pytest.mark.parametrize(
    ("path", "element", "options", "words"),
    [
        ("/", "liveavatar-widget", {"flags": REFUSING}, "cannot hear you"),
        ("/no-microphone", "liveavatar-widget", {}, "This site switches microphones off"),
        ("/no-allow", "main", {}, "This page does not pass the microphone on"),
    ],
    ids=["the person", "the host's policy", "the iframe"],
)
def test_who_keeps_the_microphone_away_is_said_and_one_may_listen(
    visit: Visit, path: str, element: str, options: dict[str, Any], words: str
) -> None:
    shopper = visit(path, element, **options)
    if element != "main":
        shopper.open()
    shopper.talk()

    expect(shopper.notice).to_contain_text(words)
    assert violations(shopper.document) == []
    shopper.frame.get_by_role("button", name="Only listen").click()
    expect(shopper.notice).to_be_empty()
    shopper.end()


def test_two_widgets_on_a_page_mind_their_own_business(visit: Visit) -> None:
    floating = visit("/two", f'liveavatar-widget[widget="{DEMO_WIDGET}"]')
    inline = Shopper(floating.page, f'liveavatar-widget[widget="{DEMO_INLINE_WIDGET}"]')
    floating.open()
    floating.talk()

    inline.open()

    expect(inline.part("frame")).to_have_attribute("data-face", "welcome")
    floating.expect_talking()
    floating.end()


def test_a_conversation_goes_on_while_a_single_page_site_moves_and_ends_with_its_element(
    visit: Visit, simulated: SimulatedCloud
) -> None:
    shopper = visit("/spa")
    shopper.open()
    shopper.talk()
    shopper.page.locator("#move").click()
    expect(shopper.page.locator("#shelf")).to_have_text("Shelf 2")
    shopper.expect_talking()

    shopper.page.locator("#remove").click()

    eventually(lambda: running(simulated) == [], within=10)


def test_a_reload_and_a_step_within_the_site_return_to_the_same_conversation(
    at_the_shop: Shopper, product: Stack, simulated: SimulatedCloud
) -> None:
    shopper, page = at_the_shop, at_the_shop.page
    shopper.open()
    shopper.talk()
    session = running(simulated)

    second = f"{product.site_address}/second"
    steps: list[Callable[[], object]] = [page.reload, lambda: page.goto(second)]
    for step in steps:
        step()
        shopper.expect_talking()
        assert running(simulated) == session
    shopper.end()

    page.goto(product.site_address)
    expect(shopper.launcher).to_be_visible()
    assert page.locator("iframe").count() == 0


def test_where_storage_is_refused_leaving_the_page_ends_it(
    visit: Visit, simulated: SimulatedCloud
) -> None:
    shopper = visit()
    shopper.open()
    shopper.talk()
    assert shopper.page.evaluate("window.name") == ""

    shopper.page.goto("about:blank")

    eventually(lambda: running(simulated) == [], within=10)


def test_the_page_can_drive_it_and_hears_what_happens(visit: Visit) -> None:
    shopper = visit()
    seen = shopper.page.evaluate_handle(
        """() => {
            const seen = [];
            const names = ["ready", "open", "start", "connected", "transcript", "end"];
            const element = document.querySelector("liveavatar-widget");
            for (const name of names) element.addEventListener(name, e => seen.push(e.type));
            return seen;
        }"""
    )

    shopper.page.evaluate("LiveAvatar.start()")
    shopper.expect_talking()
    eventually(lambda: "transcript" in seen.json_value())
    shopper.page.evaluate("LiveAvatar.close()")
    expect(shopper.page.locator(shopper.iframe)).to_be_hidden()
    shopper.page.evaluate("LiveAvatar.open(); LiveAvatar.end()")
    shopper.expect_over()

    happened = list(dict.fromkeys(seen.json_value()))
    assert sorted(happened) == ["connected", "end", "open", "ready", "start", "transcript"]


def test_the_keyboard_opens_it_talks_and_gets_its_focus_back(visit: Visit) -> None:
    shopper = visit()
    page = shopper.page
    shopper.launcher.focus()

    page.keyboard.press("Enter")
    expect(shopper.part("start")).to_be_enabled()
    dialog = page.get_by_role("dialog", name="Talk to Amara")
    expect(dialog).to_be_visible()
    shopper.part("start").focus()
    page.keyboard.press("Enter")
    shopper.expect_talking()
    page.keyboard.press("Escape")

    expect(dialog).to_be_hidden()
    expect(shopper.launcher).to_be_focused()
    page.keyboard.press("Enter")
    shopper.expect_talking()
    shopper.end()


@pytest.mark.parametrize("locale", ["en", "ar"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state_nor_on_the_host_page(
    visit: Visit, locale: str, scheme: str
) -> None:
    narrow = {"viewport": {"width": 320, "height": 640}, "locale": locale, "color_scheme": scheme}
    shopper = visit(**narrow)
    assert violations(shopper.page) == []
    shopper.open()
    assert violations(shopper.document) == []
    assert violations(shopper.page) == []
    shopper.talk()
    assert violations(shopper.document) == []
    shopper.frame.locator("[popovertarget=settings]").click()
    assert violations(shopper.document) == []
    shopper.document.press("body", "Escape")
    shopper.end()
    assert violations(shopper.document) == []
    widths = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert shopper.document.evaluate(widths)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"max_visitors": 0}, "Every place is taken"),
        ({"daily_starts": 0}, "That is all for now"),
    ],
)
def test_a_limit_is_said_before_anything_is_asked_of_the_visitor(
    visit: Visit, set_widget: Callable[..., None], limits: dict[str, int], words: str
) -> None:
    set_widget(**limits)
    shopper = visit()
    shopper.open()

    shopper.part("start").click()

    expect(shopper.notice).to_contain_text(words)
    assert violations(shopper.document) == []


def test_switching_the_widget_off_ends_the_conversation_and_says_so(
    visit: Visit, set_widget: Callable[..., None]
) -> None:
    shopper = visit()
    shopper.open()
    shopper.talk()

    set_widget(is_enabled=False)

    shopper.expect_over()
    expect(shopper.part("over-words")).to_have_text("It was ended by whoever runs this site.")


def test_push_to_talk_opens_the_microphone_while_it_is_held_and_never_after_the_end(
    visit: Visit, set_widget: Callable[..., None]
) -> None:
    set_widget(push_to_talk="hold", push_to_talk_key="KeyT")
    shopper = visit()
    shopper.open()
    shopper.talk()
    talk, frame = shopper.part("talk"), shopper.part("frame")
    expect(talk).to_have_text("Hold this or T to talk")
    expect(frame).to_have_attribute("data-microphone", "muted")

    talk.hover()
    shopper.page.mouse.down()
    expect(frame).to_have_attribute("data-microphone", "on")
    shopper.page.mouse.up()
    expect(frame).to_have_attribute("data-microphone", "muted")
    shopper.page.keyboard.down("t")
    expect(frame).to_have_attribute("data-microphone", "on")
    shopper.page.keyboard.up("t")
    expect(frame).to_have_attribute("data-microphone", "muted")
    shopper.end()

    asked = shopper.document.evaluate_handle(
        """() => {
            const asked = [];
            navigator.mediaDevices.getUserMedia = wanted => {
                asked.push(wanted);
                return new Promise(() => {});
            };
            return asked;
        }"""
    )
    shopper.part("over-words").click()
    shopper.page.keyboard.down("t")
    shopper.page.wait_for_timeout(500)
    assert asked.json_value() == []


def test_the_loader_asks_once_keeps_nothing_shifts_nothing_and_holds_nothing_up(
    open_page: OpenPage, product: Stack
) -> None:
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script(
        """window.seen = [];
        for (const type of ["longtask", "layout-shift"])
            new PerformanceObserver(list => window.seen.push(...list.getEntries()))
                .observe({type, buffered: true});"""
    )
    page.goto(product.site_address)
    expect(Shopper(page).launcher).to_be_visible()
    page.wait_for_timeout(500)

    assert [url for url in asked if url.startswith(product.address)] == [
        f"{product.address}/embed/v1/{DEMO_WIDGET}.js"
    ]
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [
        0,
        0,
        "",
    ]
    assert page.evaluate("window.seen.map(entry => entry.name)") == []


def test_a_widget_that_opens_by_itself_loads_no_room_and_asks_for_no_ticket_before_a_click(
    open_page: OpenPage, product: Stack, set_widget: Callable[..., None]
) -> None:
    set_widget(starts_open=True)
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(product.site_address)
    shopper = Shopper(page)
    expect(shopper.part("start")).to_be_visible()
    page.wait_for_timeout(500)

    heavy = [url for url in asked if "/dist/media-" in url or "/api/embed/" in url]

    assert heavy == []
    expect(page.locator("body")).to_be_focused()
    shopper.talk()
    shopper.end()


def test_a_visitor_who_finds_every_place_taken_waits_in_line(
    visit: Visit, set_widget: Callable[..., None]
) -> None:
    set_widget(max_visitors=1)
    first, second = visit(), visit(**PHONE)
    first.open()
    first.talk()
    second.open()
    second.part("start").click()
    expect(second.notice).to_contain_text("You are number 1 in line")
    assert violations(second.document) == []

    first.end()

    second.expect_talking()
    second.end()
