"""A stranger on somebody's site, with a widget in front of them."""

import re
from dataclasses import dataclass

from playwright.sync_api import Frame, FrameLocator, Locator, Page, expect

TALKING = re.compile("^(live|listening|thinking|speaking)$")


@dataclass(frozen=True)
class Shopper:
    """`element` is where the widget stands in the host page."""

    page: Page
    element: str = "liveavatar-widget"

    @property
    def launcher(self) -> Locator:
        return self.page.locator(f"{self.element} button")

    @property
    def frame(self) -> FrameLocator:
        return self.page.frame_locator(self.iframe)

    @property
    def iframe(self) -> str:
        return f"{self.element} iframe"

    @property
    def document(self) -> Frame:
        """The frame itself, for what runs within it."""
        found = self.page.locator(self.iframe).element_handle().content_frame()
        assert found is not None
        return found

    def part(self, name: str) -> Locator:
        return self.frame.locator(f"[data-part={name}]")

    @property
    def notice(self) -> Locator:
        return self.part("notice")

    def open(self) -> None:
        self.launcher.click()
        expect(self.part("start")).to_be_visible()

    def talk(self) -> None:
        self.part("start").click()
        self.expect_talking()

    def expect_talking(self) -> None:
        expect(self.part("frame")).to_have_attribute("data-state", TALKING)

    def end(self) -> None:
        self.part("end").click()
        self.expect_over()

    def expect_over(self) -> None:
        expect(self.part("frame")).to_have_attribute("data-face", "over")
