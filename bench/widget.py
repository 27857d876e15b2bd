"""What a widget adds to a page by Lighthouse, and how soon its avatar is seen.

The baseline of both is in the same run: the same page without the widget, and the dashboard's own
room. Lighthouse is an npm package of `bench/package.json`, installed when this runs.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from scripts import chromium, services
from scripts.desk import DEMO_WIDGET
from scripts.stack import Stack, stack

RUNS: Final = 5
CONVERSATIONS: Final = 5
BENCH: Final = Path(__file__).parent
QUIET: Final = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
MICROPHONE: Final = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
NO_WIDGET: Final = "00000000-0000-0000-0000-000000000001"


def main() -> int:
    subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"],
        cwd=BENCH,
        check=True,
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        services.redis() as redis,
        stack(
            folder=Path(folder),
            redis_url=redis.url,
            EMBED_KNOCKS_PER_MINUTE="1000",
            MAX_CONCURRENT_PER_WORKSPACE="100",
        ) as running,
    ):
        _compare_pages(running)
        _compare_first_pictures(running, Path(folder))
    return 0


def _compare_pages(running: Stack) -> None:
    """Pages with and without take turns, so that a busy machine slows both."""
    with_widget, without = [], []
    for _ in range(RUNS):
        without.append(_lighthouse(f"{running.site_address}/?widget={NO_WIDGET}"))
        with_widget.append(_lighthouse(f"{running.site_address}/?widget={DEMO_WIDGET}"))
    for name in ("performance", "accessibility", "best-practices"):
        bare, dressed = (
            statistics.median(scores[name] for scores in runs) for runs in (without, with_widget)
        )
        print(f"Lighthouse {name}: {bare:.0f} without, {dressed:.0f} with the widget")


def _lighthouse(url: str) -> dict[str, float]:
    command = ["npx", "lighthouse", url, "--output=json", "--quiet"]
    command += ["--only-categories=performance,accessibility,best-practices"]
    command += [f"--chrome-flags=--headless=new {' '.join(QUIET)}"]
    environment = {**os.environ, "CHROME_PATH": str(chromium.provide())}
    answer = subprocess.run(
        command, cwd=BENCH, env=environment, capture_output=True, text=True, check=True
    )
    categories: dict[str, Any] = json.loads(answer.stdout)["categories"]
    return {name: 100 * category["score"] for name, category in categories.items()}


def _compare_first_pictures(running: Stack, folder: Path) -> None:
    password = (folder / "demo-password").read_text().strip()
    executable = str(chromium.provide())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=[*QUIET, *MICROPHONE])
        room = _room_page(browser, running, password)
        visitor = browser.new_context()
        dashboard, widget = [], []
        for _ in range(CONVERSATIONS):
            dashboard.append(_in_dashboard(room, running))
            widget.append(_in_widget(visitor, running))
        browser.close()
    of_room, of_widget = statistics.median(dashboard), statistics.median(widget)
    print(
        f"Click to first picture: {of_room:.2f} s in the dashboard's room, {of_widget:.2f} s in "
        f"the widget (from its consent), ratio {of_widget / of_room:.2f}"
    )


def _room_page(browser: Browser, running: Stack, password: str) -> Page:
    page = browser.new_context(base_url=running.address).new_page()
    page.goto("/account/login/")
    page.get_by_label("Email").fill("demo@example.com")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    return page


def _in_dashboard(page: Page, running: Stack) -> float:
    page.goto(f"{running.address}/sessions/new")
    begun = time.perf_counter()
    page.get_by_role("button", name="Start").click()
    page.locator("[data-part=video][data-shown]").wait_for()
    seconds = time.perf_counter() - begun
    page.get_by_test_id("end").click()
    page.get_by_test_id("end-confirm").click()
    page.locator("[data-room][data-state=ended]").wait_for()
    return seconds


def _in_widget(visitor: BrowserContext, running: Stack) -> float:
    page = visitor.new_page()
    page.goto(running.site_address)
    page.locator("liveavatar-widget button").click()
    frame = page.frame_locator("liveavatar-widget iframe")
    # Somebody reads the consent meanwhile.
    page.wait_for_timeout(2_000)
    begun = time.perf_counter()
    frame.locator("[data-part=start]").click()
    frame.locator("[data-part=video][data-shown]").wait_for()
    seconds = time.perf_counter() - begun
    frame.locator("[data-part=end]").click()
    frame.locator("[data-face=over]").wait_for()
    page.close()
    return seconds


if __name__ == "__main__":
    sys.exit(main())
