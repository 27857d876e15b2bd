"""In the last minute one goes on in a new conversation, and the picture is never gone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from scripts.stack import Stack
from tests.journeys.axe import violations
from tests.journeys.person import Person, eventually, running
from tests.journeys.rows import change
from tests.simulator.cloud import SimulatedCloud

pytestmark = pytest.mark.browser

GO_ON = "Go on in a new conversation"
THE_PICTURE_HAS_COME_IN = """
() => getComputedStyle(document.querySelector(".stage__video")).opacity === "1"
"""
# What the person sees, looked at in each frame: all pictures of the stage, one above the other. A
# machine too busy for the connection to hold shows the avatar's portrait below them, as it should.
WATCH_THE_STAGE = """
() => {
    const brush = new OffscreenCanvas(32, 18).getContext("2d", { willReadFrequently: true });
    window.seen = { frames: 0, together: 0, darkest: 255, holes: 0 };
    const look = () => {
        requestAnimationFrame(look);
        if (document.querySelector("[data-room]").dataset.state === "reconnecting") return;
        const videos = document.querySelectorAll(".stage__video");
        brush.clearRect(0, 0, 32, 18);
        for (const video of videos) {
            brush.globalAlpha = Number(getComputedStyle(video).opacity);
            if (video.readyState >= 2) brush.drawImage(video, 0, 0, 32, 18);
        }
        const { data } = brush.getImageData(0, 0, 32, 18);
        let light = 0, holes = 0;
        for (let at = 0; at < data.length; at += 4) {
            light += (data[at] + data[at + 1] + data[at + 2]) / 3;
            holes += data[at + 3] < 255;
        }
        seen.frames += 1;
        seen.together += videos.length > 1;
        seen.darkest = Math.min(seen.darkest, light / (data.length / 4));
        seen.holes += holes;
    };
    look();
}
"""


@pytest.fixture
def set_limit(product: Stack) -> Callable[[int], None]:
    """Lets the live session last so many seconds from now, without an extension."""

    def set_to(seconds: int) -> None:
        limit = (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S.%f")
        values = {"limit_at": limit, "extend_until": None}
        change(product, "sessions_app_avatarsession", values, state="live")

    return set_to


def contexts(cloud: SimulatedCloud) -> set[str]:
    return {each["name"].partition(" · ")[0] for each in cloud.state()["contexts"]}


def test_the_new_conversation_takes_over_without_a_gap_in_the_picture(
    page: Page, demo: Person, simulated: SimulatedCloud, set_limit: Callable[[int], None]
) -> None:
    demo.start_talking()
    (first_id,) = running(simulated)
    first_url, before = page.url, contexts(simulated)
    expect(page.get_by_test_id("transcript")).to_contain_text("Say something")
    set_limit(59)
    page.reload()
    demo.wait_for_picture()
    page.wait_for_function(THE_PICTURE_HAS_COME_IN)
    page.evaluate(WATCH_THE_STAGE)

    demo.notice.get_by_role("button", name=GO_ON).click()

    expect(demo.notice).to_contain_text("This is a new conversation", timeout=50_000)
    expect(demo.notice).to_contain_text("was told the last lines of the one before")
    assert violations(page) == []
    (second_id,) = eventually(lambda: [each for each in running(simulated) if each != first_id])
    assert eventually(lambda: running(simulated) == [second_id])
    expect(page.get_by_test_id("avatar-video")).to_have_count(1)
    seen = page.evaluate("window.seen")
    assert seen["together"] > 0
    assert seen["holes"] == 0
    assert seen["darkest"] > 40
    expect(page.get_by_test_id("transcript")).to_contain_text("A new conversation began here")
    assert eventually(lambda: simulated.session_state(second_id)["heard"]["voice_s"] > 0.5)

    assert page.url != first_url
    page.reload()
    demo.wait_for_picture()
    assert running(simulated) == [second_id]
    demo.end()
    assert eventually(lambda: contexts(simulated) == before)
    page.goto(first_url.replace("/room", "/"))
    expect(page.get_by_role("main")).to_contain_text("The conversation went on in a new one.")
    page.get_by_role("link", name="a new conversation").click()
    expect(page.get_by_role("main")).to_contain_text("Goes on after")


def test_where_no_second_place_is_free_it_follows_when_the_first_has_ended(
    page: Page,
    demo: Person,
    simulated: SimulatedCloud,
    set_limit: Callable[[int], None],
    one_place: None,
) -> None:
    demo.start_talking()
    (first_id,) = running(simulated)
    first_url = page.url
    set_limit(59)
    page.reload()

    demo.notice.get_by_role("button", name=GO_ON).click()
    expect(demo.notice).to_contain_text("waits for a place")
    assert violations(page) == []
    page.reload()
    expect(demo.notice).to_contain_text("waits for a place")
    assert running(simulated) == [first_id]
    set_limit(0)

    expect(demo.notice).to_contain_text("This is a new conversation", timeout=50_000)
    demo.wait_for_picture()
    assert len(running(simulated)) == 1
    assert running(simulated) != [first_id]
    page.goto(first_url)
    page.wait_for_url(lambda url: url != first_url)
    demo.wait_for_picture()
    demo.end()


def test_whoever_is_cut_off_goes_on_after_the_end(
    page: Page, demo: Person, simulated: SimulatedCloud
) -> None:
    demo.start_talking()
    (first_id,) = running(simulated)
    simulated.door("POST", f"sessions/{first_id}/end", {"reason": "SERVER_ERROR"})

    demo.notice.get_by_role("button", name=GO_ON).click()

    demo.wait_for_picture()
    (second_id,) = running(simulated)
    assert second_id != first_id
    assert eventually(lambda: simulated.session_state(second_id)["heard"]["voice_s"] > 0.5)
    demo.end()
