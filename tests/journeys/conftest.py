"""A person at a real browser, before the whole product as real processes."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from scripts.stack import Stack, stack
from tests.accounts import oidc_provider
from tests.accounts.oidc_provider import Provider
from tests.journeys.letters import Letters, taking_letters
from tests.journeys.person import Person, eventually, running
from tests.journeys.rows import changed
from tests.journeys.visitor import Shopper
from tests.simulator.cloud import SimulatedCloud

# A fact may take its time on a busy machine; it is waited for no longer than it takes.
expect.set_options(timeout=20_000)

OWNER = "demo@example.com"
NOT_SECURE = "not-secure.test"
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
    f"--host-resolver-rules=MAP {NOT_SECURE} 127.0.0.1",
]
# A microphone that beeps, and a person who always allows it.
WITH_MICROPHONE = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
REFUSING = ["--deny-permission-prompts", "--use-fake-device-for-media-stream"]
WITHOUT_MICROPHONE = ["--use-fake-ui-for-media-stream"]


@pytest.fixture(scope="session")
def letters() -> Iterator[Letters]:
    """All that the installation sends by mail."""
    with taking_letters() as letters:
        yield letters


@pytest.fixture(scope="session")
def provider() -> Iterator[Provider]:
    """Where people of a company sign in, and here by it."""
    with oidc_provider.running() as provider:
        yield provider


@pytest.fixture(scope="session")
def product(
    redis_url: str, letters: Letters, provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """One installation for all journeys; each leaves no session behind."""
    with stack(
        folder=tmp_path_factory.mktemp("product"),
        redis_url=redis_url,
        ALLOWED_HOSTS=f"127.0.0.1,localhost,{NOT_SECURE}",
        SWEEP_SECONDS="1",
        CLOUD_CALL_DEADLINE="5",
        CLAIM_SECONDS="12",
        LEASE_SECONDS="40",
        GOODBYE_SECONDS="3",
        EMBED_KNOCKS_PER_MINUTE="1000",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=str(letters.port),
        EMAIL_USE_TLS="0",
        OIDC_SERVER_URL=provider.url,
        OIDC_CLIENT_ID=oidc_provider.CLIENT_ID,
        OIDC_CLIENT_SECRET=oidc_provider.CLIENT_SECRET,
        OIDC_NAME="Example ID",
    ) as running:
        yield running


@pytest.fixture
def simulated(product: Stack) -> Iterator[SimulatedCloud]:
    """The cloud's door; whatever a test turns is turned back."""
    with httpx.Client(base_url=product.simulator_address, timeout=10) as http:
        cloud = SimulatedCloud(http)
        before = cloud.state()
        yield cloud
        cloud.door("DELETE", "faults")
        cloud.door("POST", "switches", before["switches"])
        cloud.door("POST", "latency", before["latency"])
        cloud.door("POST", "credits", {"credits": 1000})


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser_with(playwright: Playwright) -> Iterator[Callable[[list[str]], Browser]]:
    """A browser with these flags, started when first asked for."""
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    running: dict[tuple[str, ...], Browser] = {}

    def launched(flags: list[str]) -> Browser:
        if tuple(flags) not in running:
            running[tuple(flags)] = playwright.chromium.launch(
                executable_path=executable, args=[*QUIET, *flags]
            )
        return running[tuple(flags)]

    yield launched
    for browser in running.values():
        browser.close()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser_with: Callable[[list[str]], Browser], product: Stack) -> Iterator[OpenPage]:
    """Opens a page of a fresh browser profile; errors it writes to its console fail the test."""
    complaints: list[str] = []
    contexts = []

    def opened(flags: list[str] = WITH_MICROPHONE, **options: Any) -> Page:
        context = browser_with(flags).new_context(**{"base_url": product.address, **options})
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def ordinary_browser(
    playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """A browser as people have it: Playwright's own flags switch off partitioned storage."""
    folder = tmp_path_factory.mktemp("browser")
    flags = [*QUIET, *WITH_MICROPHONE, "--headless=new", "--disable-gpu"]
    browser = playwright.chromium.launch(
        executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
        ignore_default_args=True,
        args=[*flags, "--remote-debugging-pipe", f"--user-data-dir={folder}"],
    )
    yield browser
    browser.close()


Visit = Callable[..., Shopper]


@pytest.fixture
def visit(open_page: OpenPage, product: Stack, simulated: SimulatedCloud) -> Iterator[Visit]:
    """Opens a page of the shop; afterwards nothing of it runs any more."""
    pages: list[Page] = []

    def opened(path: str = "/", element: str = "liveavatar-widget", **options: Any) -> Shopper:
        page = open_page(**options)
        pages.append(page)
        page.goto(f"{product.site_address}{path}")
        return Shopper(page, element)

    yield opened
    for page in pages:
        page.close()
    eventually(lambda: running(simulated) == [], within=30)


@pytest.fixture
def at_the_shop(ordinary_browser: Browser, product: Stack) -> Iterator[Shopper]:
    """A visitor of the shop in a browser as people have it."""
    with ordinary_browser.new_context() as context:
        page = context.new_page()
        page.goto(product.site_address)
        yield Shopper(page)


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page()


@pytest.fixture(scope="session")
def password(product: Stack) -> str:
    """The password of everybody in the demo workspace."""
    return Path(product.environment["VAR_DIR"], "demo-password").read_text().strip()


@pytest.fixture(scope="session")
def cookies(browser_with: Callable[[list[str]], Browser], product: Stack, password: str) -> Any:
    """What a browser keeps of the demo workspace's owner, who signed in once for all journeys."""
    with browser_with(WITH_MICROPHONE).new_context(base_url=product.address) as context:
        Person(context.new_page(), OWNER, password).sign_in()
        return context.storage_state()


@pytest.fixture
def demo(page: Page, cookies: Any, password: str) -> Person:
    """The owner of the demo workspace, signed in."""
    page.context.add_cookies(cookies["cookies"])
    return Person(page, OWNER, password)


@pytest.fixture
def signed_in(open_page: OpenPage, cookies: Any, password: str) -> Callable[..., Person]:
    """The same owner in another kind of browser."""

    def person(flags: list[str] = WITH_MICROPHONE, **options: Any) -> Person:
        return Person(open_page(flags, storage_state=cookies, **options), OWNER, password)

    return person


@pytest.fixture
def one_place(product: Stack) -> Iterator[None]:
    """The demo workspace may run one session at a time."""
    one = {"max_concurrent_sessions": 1}
    with changed(product, "accounts_workspace", one, name="Demo workspace"):
        yield
