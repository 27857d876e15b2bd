"""Somebody is invited, joins, works here and there, and is removed while they look."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.letters import Letters
from tests.journeys.person import Person

pytestmark = pytest.mark.browser

DORA = "dora@example.com"


def test_a_colleague_joins_by_a_letter_works_elsewhere_too_and_is_told_that_they_are_removed(
    demo: Person, open_page: Callable[..., Page], letters: Letters
) -> None:
    owners = demo.page
    owners.goto("/workspace/members/")
    owners.get_by_label("Invite by e-mail").fill(DORA)
    owners.get_by_role("button", name="Invite", exact=True).click()
    expect(owners.get_by_role("heading", name="Invited")).to_be_visible()

    doras = open_page()
    doras.goto(letters.link(DORA))
    doras.get_by_role("link", name="Create an account to accept").click()
    doras.get_by_label("Password", exact=True).fill("a long enough passphrase")
    doras.get_by_role("button", name="Create account").click()
    switcher = doras.get_by_role("button", name="Workspace:")
    expect(switcher).to_have_accessible_name("Workspace: Demo workspace")

    doras.goto("/workspace/new")
    doras.get_by_label("Name").fill("Of her own")
    doras.get_by_role("button", name="Make it").click()
    expect(switcher).to_have_accessible_name("Workspace: Of her own")
    doras.get_by_role("button", name=DORA).click()
    doras.get_by_text("Dark", exact=True).click()
    doras.goto("/sessions/")
    switcher.click()
    doras.get_by_role("button", name="Demo workspace", exact=True).click()
    expect(switcher).to_have_accessible_name("Workspace: Demo workspace")

    writing = doras.context.new_page()
    writing.goto("/sessions/?state=failed")
    writing.get_by_role("button", name="Keep this filter").click()
    writing.get_by_label("Name").fill("Not kept yet")

    owners.get_by_role("link", name=f"Remove {DORA}").click()
    with writing.expect_response("**/sessions/?state=failed"):
        owners.get_by_role("button", name="Remove", exact=True).click()
    expect(owners.get_by_text("is no longer in")).to_be_visible()

    expect(doras.get_by_text("You are no longer in the workspace where you worked")).to_be_visible()
    expect(switcher).to_have_accessible_name("Workspace: Of her own")
    expect(writing.get_by_label("Name")).to_have_value("Not kept yet")
