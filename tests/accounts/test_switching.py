"""Where one works: chosen in each browser, kept to by forms, and told on pages of elsewhere."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEvent, Membership, ProviderKey, User, Workspace
from accounts.rights import RIGHTS, Right, Role
from accounts.services import workspaces
from accounts.services.workspaces import MayNotCreate, NotAllowed
from sessions_app.models import Context
from tests import build

SCRIPT = {"name": "Guide", "prompt": "Be brief."}


@pytest.fixture
def browser(alice: User, workspace: Workspace) -> Client:
    return signed_in(alice)


@pytest.fixture
def second(alice: User, workspace: Workspace) -> Workspace:
    """Another workspace of Alice's, in which she is a member."""
    second = build.workspace(owner=build.user("olga"))
    build.member(second, alice)
    return second


def signed_in(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


def switch(browser: Client, to: Workspace, **fields: str) -> Any:
    return browser.post(reverse("workspace_switch"), {"workspace": str(to.public_id), **fields})


def works_in(browser: Client) -> Any:
    return browser.get(reverse("dashboard")).context["workspace"]


def test_people_work_where_they_have_been_longest_until_they_choose(
    browser: Client, workspace: Workspace, second: Workspace
) -> None:
    assert works_in(browser) == workspace

    switch(browser, second)

    assert works_in(browser) == second


def test_who_is_removed_from_where_they_work_is_told_once_and_works_elsewhere(
    browser: Client, alice: User, workspace: Workspace, second: Workspace
) -> None:
    switch(browser, second)
    second.memberships.filter(user=alice).delete()
    browser.get(reverse("dashboard"), headers={"HX-Request": "true"})

    told, after = (browser.get(reverse("dashboard")) for _ in range(2))

    words = "You are no longer in the workspace where you worked"
    assert [words in page.content.decode() for page in (told, after)] == [True, False]
    assert told.context["workspace"] == workspace


def test_another_browser_stays_where_it_is(
    browser: Client, alice: User, workspace: Workspace, second: Workspace
) -> None:
    other = signed_in(alice)

    switch(browser, second)

    assert works_in(other) == workspace


def test_nobody_works_where_they_do_not_belong(browser: Client, workspace: Workspace) -> None:
    assert switch(browser, build.workspace()).status_code == 403
    assert switch(browser, workspace, workspace="nonsense").status_code == 403

    assert works_in(browser) == workspace


def test_who_is_no_longer_in_the_chosen_one_is_back_in_their_oldest(
    browser: Client, workspace: Workspace, second: Workspace
) -> None:
    switch(browser, second)

    Membership.objects.filter(workspace=second).delete()

    assert works_in(browser) == workspace


@pytest.mark.parametrize(
    ("asked", "led"),
    [("/sessions/", "/sessions/"), ("https://evil.example/", "/"), ("//evil.example", "/")],
)
def test_switching_stays_on_the_page_and_on_this_site(
    browser: Client, workspace: Workspace, asked: str, led: str
) -> None:
    assert switch(browser, workspace, next=asked).headers["Location"] == led


def test_a_form_acts_in_the_workspace_it_was_shown_in(
    browser: Client, workspace: Workspace, second: Workspace
) -> None:
    shown = browser.get(reverse("context_new")).content.decode()
    assert f'name="workspace" value="{workspace.public_id}"' in shown

    switch(browser, second)
    browser.post(reverse("context_new"), {**SCRIPT, "workspace": str(workspace.public_id)})

    assert Context.objects.get().workspace == workspace
    assert works_in(browser) == second


def test_a_form_of_a_workspace_one_has_left_acts_nowhere(
    browser: Client, workspace: Workspace, second: Workspace
) -> None:
    Membership.objects.filter(workspace=second).delete()

    answer = browser.post(reverse("context_new"), {**SCRIPT, "workspace": str(second.public_id)})

    assert answer.status_code == 403
    assert not Context.objects.exists()


def test_the_page_of_a_thing_stands_in_its_own_workspace_and_says_so(
    browser: Client, alice: User, workspace: Workspace, second: Workspace
) -> None:
    key = build.provider_key(second, alice)
    here = build.provider_key(workspace, alice)

    page = browser.get(reverse("provider_key", args=[key.public_id]))

    assert (page.context["workspace"], page.context["membership"].role) == (second, "member")
    assert page.context["works_elsewhere"] == workspace
    assert f"This is in “{second.name}”" in page.content.decode()
    assert "Revoke" not in page.content.decode()
    own = browser.get(reverse("provider_key", args=[here.public_id]))
    assert own.context["works_elsewhere"] is None


def test_lists_and_the_audit_trail_are_those_of_the_workspace_one_works_in(
    browser: Client, alice: User, workspace: Workspace
) -> None:
    other = build.workspace(owner=alice)
    build.provider_key(workspace, alice)
    there = build.provider_key(other, alice)
    workspaces.rename(other, name="There", caller=build.caller(alice))
    switch(browser, other)

    assert list(browser.get(reverse("provider_keys")).context["keys"]) == [there]
    events = browser.get(reverse("audit")).context["events"]
    assert [event.action for event in events] == ["workspace.renamed"]
    switch(browser, workspace)
    assert list(browser.get(reverse("audit")).context["events"]) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_switcher_costs_no_query_however_many_there_are(
    count: int, browser: Client, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        build.member(build.workspace(), alice)
    browser.get(reverse("workspace_settings"))

    with django_assert_num_queries(3):  # session, person, memberships
        page = browser.get(reverse("workspace_settings"))

    assert len(page.context["memberships"]) == 1 + count


def test_a_further_workspace_belongs_to_who_made_it_and_is_worked_in(
    browser: Client, alice: User, workspace: Workspace
) -> None:
    browser.post(reverse("workspace_new"), {"name": "Second shop"})

    made = Workspace.objects.get(name="Second shop")
    assert [(each.user, each.role) for each in made.memberships.all()] == [(alice, "owner")]
    assert works_in(browser) == made
    event = AuditEvent.objects.get(action="workspace.created")
    assert (event.actor_id, event.workspace_id) == (alice.public_id, made.public_id)


def test_where_only_staff_make_workspaces_nobody_else_does(
    browser: Client, alice: User, settings: Any
) -> None:
    settings.CREATE_WORKSPACES = "staff"

    assert "New workspace" not in browser.get(reverse("dashboard")).content.decode()
    answer = browser.post(reverse("workspace_new"), {"name": "More minutes"})

    assert answer.status_code == 403
    assert Workspace.objects.count() == 1
    event = AuditEvent.objects.get()
    assert (event.action, event.refused) == ("workspace.creation_refused", True)
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    browser.post(reverse("workspace_new"), {"name": "More minutes"})
    assert Workspace.objects.count() == 2


def test_nobody_but_a_person_makes_a_workspace(db: None) -> None:
    with pytest.raises(MayNotCreate):
        workspaces.create(caller=workspaces.Caller.system("tests"), name="Nobody's")


@pytest.mark.parametrize("role", Role)
def test_whoever_may_renames_the_workspace(role: Role, workspace: Workspace) -> None:
    somebody = build.user("somebody")
    build.member(workspace, somebody, role)
    before = workspace.name
    may = Right.RENAME_WORKSPACE in RIGHTS[role]

    answer = signed_in(somebody).post(reverse("workspace_rename"), {"name": "Shop"})

    workspace.refresh_from_db()
    assert (answer.status_code, workspace.name) == ((302, "Shop") if may else (403, before))
    if may:
        event = AuditEvent.objects.get()
        assert event.details == {"name_before": before, "name_after": "Shop"}


@pytest.mark.parametrize("name", ["", "x" * 121, "two\nlines"])
def test_a_name_that_is_none_changes_nothing(
    browser: Client, workspace: Workspace, name: str
) -> None:
    answer = browser.post(reverse("workspace_rename"), {"name": name})

    assert answer.context["name_form"].errors
    assert Workspace.objects.get().name == workspace.name


def test_a_stranger_renames_nothing(workspace: Workspace, charlie: User) -> None:
    with pytest.raises(NotAllowed):
        workspaces.rename(workspace, name="Mine", caller=build.caller(charlie))

    answer = signed_in(charlie).post(
        reverse("workspace_rename"), {"name": "Mine", "workspace": str(workspace.public_id)}
    )
    assert answer.status_code == 403
    assert not Workspace.objects.filter(name="Mine").exists()


def test_a_key_goes_where_its_form_was_shown(
    browser: Client, workspace: Workspace, second: Workspace
) -> None:
    switch(browser, second)
    fields = {"name": "Lobby", "value": "sk-of-nobody-0123456789", "workspace": "x" * 36}

    assert browser.post(reverse("provider_key_new"), fields).status_code == 403

    assert not ProviderKey.objects.exists()
