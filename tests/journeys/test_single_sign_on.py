"""Somebody of a company comes in by its provider, and by nothing else."""

import pytest
from playwright.sync_api import Page, expect

from tests.accounts.oidc_provider import Provider

pytestmark = pytest.mark.browser


def test_who_signs_in_at_the_provider_is_signed_in_here(page: Page, provider: Provider) -> None:
    provider.person = {
        "sub": "erin-1",
        "email": "erin@example.com",
        "email_verified": True,
        "name": "Erin",
    }
    page.goto("/account/login/")
    page.get_by_role("button", name="Continue with Example ID").click()
    expect(page.get_by_role("button", name="Workspace:")).to_have_accessible_name(
        "Workspace: Erin's workspace"
    )

    page.goto("/account/single-sign-on/")
    expect(page.get_by_role("listitem").filter(has_text="erin-1")).to_contain_text("last used")
