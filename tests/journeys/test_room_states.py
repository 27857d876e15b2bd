"""Each thing that can go wrong in the room is said in words, with what to do, and passes axe."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from tests.journeys.axe import violations
from tests.journeys.conftest import NOT_SECURE, REFUSING, WITHOUT_MICROPHONE
from tests.journeys.person import Person, eventually, running
from tests.simulator.cloud import SimulatedCloud

pytestmark = pytest.mark.browser

HOLD_SOUND_BACK_UNTIL_A_CLICK = """
const play = HTMLMediaElement.prototype.play;
let clicked = false;
addEventListener("click", () => { clicked = true; }, { capture: true });
HTMLMediaElement.prototype.play = function () {
    if (clicked || this.muted) return play.call(this);
    return Promise.reject(new DOMException("play() needs a click", "NotAllowedError"));
};
"""

# How long the room waits for a picture at the most.
PATIENCE_MS = 20_000
# How long it tries to get into a room that it never was in.
PATIENCE_TO_JOIN_MS = 45_000

SignedIn = Callable[..., Person]


def test_the_steps_of_the_start_show_as_they_happen(
    page: Page, demo: Person, simulated: SimulatedCloud
) -> None:
    simulated.door("POST", "latency", {"token_ms": 1500, "start_ms": 1500})

    demo.start()

    steps = page.get_by_test_id("start-steps")
    expect(steps).to_be_visible()
    expect(demo.room).to_have_attribute("data-state", "connecting")
    assert violations(page) == []
    demo.wait_for_picture()
    assert violations(page) == []
    demo.end()


def test_the_room_is_asked_for_beside_the_state_that_tells_of_it(
    page: Page, demo: Person, simulated: SimulatedCloud
) -> None:
    simulated.door("POST", "latency", {"token_ms": 500, "start_ms": 2_500})
    held: list[tuple[Route, APIResponse]] = []
    asked: list[bool] = []

    def hold_what_tells_of_it(route: Route) -> None:
        answer = route.fetch()
        # So late that word of it is still to come: what is known already is no news.
        while "minted" not in {step["name"] for step in answer.json()["steps"]}:
            answer = route.fetch()
        if answer.json()["state"] == "live" and not asked:
            held.append((route, answer))
        else:
            route.fulfill(response=answer)

    def let_go(route: Route) -> None:
        asked.append(True)
        route.continue_()
        while held:
            earlier, answer = held.pop()
            earlier.fulfill(response=answer)

    page.route(re.compile("/api/sessions/[^/]+$"), hold_what_tells_of_it)
    page.route("**/api/sessions/*/room", let_go)
    demo.start_talking()

    assert asked == [True]
    demo.end()


def test_a_refused_microphone_is_explained_and_listening_goes_on(signed_in: SignedIn) -> None:
    person = signed_in(REFUSING)

    person.start_talking()

    expect(person.notice).to_contain_text("cannot hear you")
    assert violations(person.page) == []
    person.notice.get_by_role("button", name="Only listen").click()
    frames = person.frames()
    assert eventually(lambda: person.frames() > frames + 10)
    person.end()


def test_a_missing_microphone_is_explained(signed_in: SignedIn) -> None:
    person = signed_in(WITHOUT_MICROPHONE)

    person.start_talking()

    expect(person.notice).to_contain_text("No microphone found")
    person.end()


def test_sound_that_the_browser_holds_back_comes_after_a_tap(signed_in: SignedIn) -> None:
    starter = signed_in(REFUSING)
    starter.start_talking()
    address = starter.page.url

    # Whether a headless browser holds back by itself changes from run to run.
    tab = Person(starter.page.context.new_page(), starter.email, starter.password)
    tab.page.add_init_script(HOLD_SOUND_BACK_UNTIL_A_CLICK)
    tab.page.goto(address)

    expect(tab.notice).to_contain_text("holding back the sound")
    assert violations(tab.page) == []
    tab.notice.get_by_role("button", name="Tap to hear").click()
    expect(tab.notice).not_to_contain_text("holding back the sound")
    expect(starter.notice).to_contain_text("moved to another tab")
    assert violations(starter.page) == []
    starter.page.close()
    tab.end()


def test_a_page_that_is_not_secure_says_why_there_is_no_microphone(
    signed_in: SignedIn, product: object
) -> None:
    port = str(getattr(product, "address", "")).rpartition(":")[2]
    person = signed_in(base_url=f"http://{NOT_SECURE}:{port}").sign_in()

    person.start()

    expect(person.notice).to_contain_text("This page is not secure")
    person.end()


def test_a_broken_connection_comes_back_by_itself(demo: Person, simulated: SimulatedCloud) -> None:
    demo.start_talking()
    (remote_id,) = running(simulated)

    simulated.door("POST", f"sessions/{remote_id}/cut")

    expect(demo.notice).to_contain_text("Reconnecting")
    expect(demo.notice).to_contain_text("Connected again")
    demo.end()


def test_a_lost_connection_is_retried_until_the_room_is_back(
    demo: Person, simulated: SimulatedCloud
) -> None:
    demo.start_talking()
    (remote_id,) = running(simulated)
    demo.page.evaluate("window.sameDocument = true")
    for path in ("/rtc/v1", "/rtc/v1/validate"):
        simulated.door("POST", "faults", {"route": f"GET {path}", "status": 503, "times": None})

    simulated.door("POST", f"sessions/{remote_id}/cut")
    expect(demo.notice).to_contain_text("We keep trying for as long as the session runs")
    assert violations(demo.page) == []
    simulated.door("DELETE", "faults")
    demo.notice.get_by_role("button", name="Try now").click()

    expect(demo.notice).to_contain_text("Connected again")
    demo.wait_for_picture()
    heard = simulated.session_state(remote_id)["heard"]["voice_s"]
    assert eventually(lambda: simulated.session_state(remote_id)["heard"]["voice_s"] > heard)
    assert running(simulated) == [remote_id]
    assert demo.page.evaluate("window.sameDocument") is True
    demo.end()


def test_an_avatar_whose_media_stop_is_said_to_be_silent_and_comes_back_by_a_tap(
    demo: Person, simulated: SimulatedCloud
) -> None:
    demo.start_talking()
    (remote_id,) = running(simulated)
    address = demo.page.url

    simulated.door("POST", f"sessions/{remote_id}/freeze")

    expect(demo.notice).to_contain_text("has gone silent")
    expect(demo.room).to_have_attribute("data-state", "frozen")
    assert violations(demo.page) == []
    demo.notice.get_by_role("button", name="Join again").click()
    expect(demo.notice).not_to_contain_text("has gone silent")
    demo.wait_for_picture()
    frames = demo.frames()
    assert eventually(lambda: demo.frames() > frames + 10)
    assert running(simulated) == [remote_id]
    demo.end()
    demo.page.goto(address.replace("/room", "/"))
    expect(demo.page.get_by_role("main")).to_contain_text(
        "The avatar's picture and sound stopped arriving"
    )


def test_being_offline_is_said(demo: Person) -> None:
    demo.start_talking()

    demo.page.context.set_offline(True)

    expect(demo.notice).to_contain_text("You are offline")
    demo.page.context.set_offline(False)
    expect(demo.notice).not_to_contain_text("You are offline")
    demo.end()


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("SERVER_ERROR", "LiveAvatar ended the conversation."),
        ("NO_CREDITS", "no credits left"),
        ("MAX_DURATION_REACHED", "time limit"),
    ],
)
def test_an_end_from_the_cloud_is_explained(
    demo: Person, simulated: SimulatedCloud, reason: str, words: str
) -> None:
    demo.start_talking()
    (remote_id,) = running(simulated)

    simulated.door("POST", f"sessions/{remote_id}/end", {"reason": reason})

    expect(demo.room).to_have_attribute("data-state", "ended")
    expect(demo.notice).to_contain_text(words)
    assert violations(demo.page) == []


def test_a_start_without_credits_says_so(demo: Person, simulated: SimulatedCloud) -> None:
    simulated.door("POST", "credits", {"credits": 0})

    demo.start()

    expect(demo.room).to_have_attribute("data-state", "failed")
    expect(demo.notice).to_contain_text("no credits left")
    assert violations(demo.page) == []

    demo.page.reload()
    expect(demo.notice).to_contain_text("no credits left")


def test_a_lost_answer_is_told_and_overcome(demo: Person, simulated: SimulatedCloud) -> None:
    fault = {"route": "POST /v1/sessions/start", "mode": "close_after", "times": 1}
    simulated.door("POST", "faults", fault)

    demo.start_talking()

    assert len(running(simulated)) == 1
    demo.end()


def test_no_picture_ends_the_session_and_offers_another_try(
    demo: Person, simulated: SimulatedCloud
) -> None:
    simulated.door("POST", "latency", {"avatar_join_ms": 60_000})
    demo.page.clock.install()

    demo.start()
    joined = demo.page.locator("[data-step=joined]")
    expect(joined).to_have_attribute("data-progress", "done")
    demo.page.clock.fast_forward(PATIENCE_MS)

    expect(demo.notice).to_contain_text("No picture came")
    assert violations(demo.page) == []
    assert eventually(lambda: running(simulated) == [])


def test_a_room_that_can_never_be_joined_is_given_up(
    demo: Person, simulated: SimulatedCloud
) -> None:
    demo.page.route_web_socket(re.compile("/rtc"), lambda socket: socket.close())
    demo.page.clock.install()
    demo.start()
    expect(demo.notice).to_contain_text("The connection to the room was lost")

    demo.page.clock.fast_forward(PATIENCE_TO_JOIN_MS)

    expect(demo.notice).to_contain_text("No picture came")
    assert eventually(lambda: running(simulated) == [])


def test_a_silent_avatar_invites_to_say_hello(
    signed_in: SignedIn, simulated: SimulatedCloud
) -> None:
    simulated.door("POST", "switches", {"greeting": False})
    person = signed_in(REFUSING)
    person.start_talking()

    person.notice.get_by_role("button", name="Only listen").click()

    expect(person.notice).to_contain_text("Say hello", timeout=15_000)
    person.end()


def test_the_last_minute_is_announced(page: Page, demo: Person) -> None:
    page.goto("/sessions/new")
    page.get_by_text("More settings").click()
    page.get_by_label("Longest duration").fill("1")
    page.get_by_role("button", name="Start").click()
    demo.wait_for_picture()

    expect(demo.notice).to_contain_text("left")
    demo.end()


def test_the_room_works_on_a_phone(signed_in: SignedIn) -> None:
    person = signed_in(viewport={"width": 390, "height": 844}, has_touch=True)

    person.start_talking()

    for control in ("mute", "interrupt", "end"):
        expect(person.page.get_by_test_id(control)).to_be_in_viewport()
    overflow = person.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 0
    assert violations(person.page) == []
    person.end()


def test_who_finds_every_place_taken_waits_in_line_and_comes_in_by_themselves(
    signed_in: SignedIn, simulated: SimulatedCloud, one_place: None
) -> None:
    talking = signed_in()
    talking.start_talking()
    waiting = [signed_in() for _ in range(2)]
    for place, person in enumerate(waiting, start=1):
        person.start()
        expect(person.room).to_have_attribute("data-state", "waiting")
        expect(person.notice).to_contain_text(f"You are number {place} in line")
    assert violations(waiting[1].page) == []

    talking.end()

    waiting[0].wait_for_picture()
    expect(waiting[1].notice).to_contain_text("You are number 1 in line")
    assert len(running(simulated)) == 1
    waiting[0].end()
    waiting[1].wait_for_picture()
    waiting[1].end()
