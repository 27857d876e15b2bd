"""A passkey is added, opens the account without a password, and is taken away again."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from scripts.stack import Stack

pytestmark = pytest.mark.browser

PASSWORD = "a long enough passphrase"


def with_authenticator(page: Page) -> None:
    """A device's own authenticator, whose owner is always there and always recognised."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_signs_in_without_a_password(
    open_page: Callable[..., Page], product: Stack
) -> None:
    # Browsers make passkeys for names, and for no address in figures.
    page = open_page(base_url=product.address.replace("127.0.0.1", "localhost"))
    with_authenticator(page)
    page.goto("/account/signup/")
    page.get_by_label("Email").fill("passkeys@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/")

    page.goto("/account/two-step/webauthn/add/")
    if "reauthenticate" in page.url:
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("ecovery")

    page.context.clear_cookies()
    page.goto("/account/login/")
    page.get_by_role("button", name="Use a passkey instead").click()
    page.wait_for_url("**/")
    expect(page.get_by_role("main")).to_contain_text("Your first conversation")
