"""From the click to the first picture: our page, and a bare one that uses the official web SDK.

Both join the same simulator, which is as slow as the cloud on a good day, and take turns, so that
a busy machine slows both. Each is timed in its own page, by the same script.
"""

import statistics
import sys
import time
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, sync_playwright

from bench.ground import ground, set_latency
from liveavatar import Client
from scripts import chromium
from scripts.bare_page import bare_page
from scripts.stack import Stack

TURNS: Final = 9
AMARA: Final = "0b7c2f3e-52a1-4e0e-9d1c-6a2f4b8e1c01"
KEY: Final = "sim-bare"
FLAGS: Final = [
    "--headless=new",
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# The click is in one document and the picture, with us, in the next; their clock is the same.
STOPWATCH: Final = """
const now = () => performance.timeOrigin + performance.now();
addEventListener("click", () => sessionStorage.setItem("clicked", String(now())), true);
addEventListener("DOMContentLoaded", function look() {
  const video = document.querySelector("video");
  if (video === null) return;
  video.requestVideoFrameCallback(() => {
    window.tookMs = now() - Number(sessionStorage.getItem("clicked"));
  });
});
"""


def main() -> int:
    with ground(LEASE_SECONDS="600") as here, sync_playwright() as playwright:
        running = here.running
        set_latency(running.simulator_address, {"profile": "typical"})
        browser = playwright.chromium.launch(executable_path=str(chromium.provide()), args=FLAGS)
        dashboard = browser.new_context(base_url=running.address).new_page()
        _sign_in(dashboard, running)
        bare = browser.new_context().new_page()
        for page in (dashboard, bare):
            page.add_init_script(STOPWATCH)
        ours, theirs = [], []
        with bare_page(cloud=running.simulator_address, key=KEY, wanted=_wanted(running)) as home:
            for _ in range(TURNS):
                theirs.append(_by_sdk(bare, home))
                ours.append(_in_room(dashboard))
        browser.close()
    of_ours, of_theirs = statistics.median(ours[1:]), statistics.median(theirs[1:])
    print(
        f"Click to first picture, median of {TURNS - 1}: {of_ours:.0f} ms with us, {of_theirs:.0f} "
        f"ms by the official SDK on a bare page, ratio {of_ours / of_theirs:.3f}"
    )
    return 0


def _sign_in(page: Page, running: Stack) -> None:
    password = Path(running.environment["VAR_DIR"], "demo-password").read_text().strip()
    page.goto("/account/login/")
    page.get_by_label("Email").fill("demo@example.com")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


def _wanted(running: Stack) -> dict[str, object]:
    with Client(KEY, running.simulator_address) as cloud:
        secret = cloud.secrets.create(name="bench", value="sk-sim-bench")
    return {
        "mode": "LITE",
        "avatar_id": AMARA,
        "openai_realtime_config": {"secret_id": secret.id},
    }


def _by_sdk(page: Page, home: str) -> float:
    page.goto(home)
    page.get_by_role("button").click()
    took = _timed(page)
    page.evaluate("session.stop()")
    return took


def _in_room(page: Page) -> float:
    until = time.monotonic() + 30
    while page.goto("/sessions/new") and page.get_by_text("No key is ready").count():
        assert time.monotonic() < until, "the demo's key does not become ready"
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/room")
    took = _timed(page)
    page.get_by_test_id("end").click()
    page.get_by_test_id("end-confirm").click()
    page.locator("[data-room][data-state=ended]").wait_for()
    return took


def _timed(page: Page) -> float:
    return float(page.wait_for_function("() => window.tookMs").json_value())


if __name__ == "__main__":
    sys.exit(main())
