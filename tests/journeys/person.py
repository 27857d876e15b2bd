"""What a person does in the product, in a person's words."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from playwright.sync_api import Locator, Page, expect

from tests.simulator.cloud import SimulatedCloud

CONVERSING = re.compile("^(live|listening|thinking|speaking)$")


@dataclass(frozen=True)
class Person:
    page: Page
    email: str
    password: str

    def sign_in(self) -> Self:
        self.page.goto("/account/login/")
        self.page.get_by_label("Email").fill(self.email)
        self.page.get_by_label("Password", exact=True).fill(self.password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url("**/")
        return self

    @property
    def room(self) -> Locator:
        return self.page.locator("[data-room]")

    @property
    def notice(self) -> Locator:
        return self.page.get_by_test_id("notice")

    def start(self) -> None:
        """Starts a session with what the form offers."""
        self.page.goto("/sessions/new")
        self.page.get_by_role("button", name="Start").click()
        self.page.wait_for_url("**/room")

    def start_talking(self) -> None:
        self.start()
        self.wait_for_picture()

    def wait_for_picture(self) -> None:
        expect(self.room).to_have_attribute("data-state", CONVERSING, timeout=20_000)

    def end(self) -> None:
        self.page.get_by_test_id("end").click()
        self.page.get_by_test_id("end-confirm").click()
        expect(self.room).to_have_attribute("data-state", "ended", timeout=15_000)

    def frames(self) -> int:
        """How many pictures of the avatar this page has shown."""
        video = self.page.get_by_test_id("avatar-video")
        return int(video.evaluate("video => video.getVideoPlaybackQuality().totalVideoFrames"))


def eventually(fact: Callable[[], Any], *, within: float = 20) -> Any:
    """The fact, once it is true; fails after `within` seconds."""
    deadline = time.monotonic() + within
    while not (found := fact()):
        assert time.monotonic() < deadline, "it did not become true"
        time.sleep(0.1)
    return found


def running(cloud: SimulatedCloud) -> list[str]:
    return [each["id"] for each in cloud.state()["sessions"] if each["state"] == "active"]
