"""A person at a real browser, before the whole product as real processes."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from scripts.stack import Stack, stack
from tests.journeys.person import Person
from tests.simulator.cloud import SimulatedCloud

# A fake microphone that beeps, and no attempts at reaching the maker's servers.
FLAGS = [
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
]


@pytest.fixture(scope="session")
def product(redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One installation for all journeys; each makes people of its own."""
    with stack(
        folder=tmp_path_factory.mktemp("product"),
        redis_url=redis_url,
        SWEEP_SECONDS="1",
        CLOUD_CALL_DEADLINE="5",
        CLAIM_SECONDS="12",
        LEASE_SECONDS="20",
        GOODBYE_SECONDS="3",
    ) as running:
        yield running


@pytest.fixture
def simulated(product: Stack) -> Iterator[SimulatedCloud]:
    with httpx.Client(base_url=product.simulator_address, timeout=10) as http:
        cloud = SimulatedCloud(http)
        yield cloud
        cloud.door("DELETE", "faults")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser, product: Stack) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=product.address, permissions=["microphone"])
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that must not write errors to its console."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    yield page
    assert complaints == []


@pytest.fixture
def demo(page: Page, product: Stack) -> Person:
    """The owner of the demo workspace, signed in."""
    password = Path(product.environment["VAR_DIR"], "demo-password").read_text()
    person = Person(page, "demo@example.com", password.strip())
    person.sign_in()
    return person
