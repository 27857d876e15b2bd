"""Who belongs to a workspace: no role beyond one's own, and never a workspace without an owner."""

from collections.abc import Callable
from html import unescape
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEvent, Membership, User, Workspace
from accounts.rights import RIGHTS, Right, Role
from accounts.services import members, workspaces
from accounts.services.members import LastOwner, Overtaken, TooMuch, may_give
from accounts.services.workspaces import NotAllowed
from tests import build
from tests.sessions_app.racing import race

_GIVABLE = {
    Role.OWNER: {Role.ADMIN, Role.MEMBER, Role.AUDITOR},
    Role.ADMIN: {Role.ADMIN, Role.MEMBER, Role.AUDITOR},
    Role.MEMBER: set(),
    Role.AUDITOR: set(),
}


def signed_in(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


def membership(who: User, of: Workspace) -> Membership:
    return Membership.objects.select_related("workspace", "user").get(user=who, workspace=of)


def roles(workspace: Workspace) -> dict[str, str]:
    return dict(workspace.memberships.values_list("user__name", "role"))


@pytest.mark.parametrize(("giver", "role"), list(product(Role, Role)))
def test_nobody_gives_more_than_they_have_and_owners_are_never_made_by_giving(
    giver: Role, role: Role, workspace: Workspace
) -> None:
    made = build.member(workspace, build.user(), giver)

    assert may_give(made, role) == (role in _GIVABLE[giver])
    assert not may_give(None, role)


def test_a_changed_role_is_written_down(workspace: Workspace, alice: User, bob: User) -> None:
    members.change_role(membership(bob, workspace), role=Role.ADMIN, caller=build.caller(alice))

    assert membership(bob, workspace).role == "admin"
    event = AuditEvent.objects.get()
    assert (event.action, event.object_id) == ("member.role_changed", bob.public_id)
    assert event.details == {"role_before": "member", "role_after": "admin"}
    assert event.workspace_id == workspace.public_id


@pytest.mark.parametrize("act", ["promote", "demote", "remove"])
def test_an_admin_reaches_no_owner(workspace: Workspace, alice: User, act: str) -> None:
    adam = build.user("adam")
    build.member(workspace, adam, Role.ADMIN)
    caller, owner = build.caller(adam), membership(alice, workspace)
    own = membership(adam, workspace)
    acts: dict[str, Callable[[], None]] = {
        "promote": lambda: members.change_role(own, role=Role.OWNER, caller=caller),
        "demote": lambda: members.change_role(owner, role=Role.MEMBER, caller=caller),
        "remove": lambda: members.remove(owner, caller=caller),
    }

    with pytest.raises(TooMuch):
        acts[act]()

    assert roles(workspace) == {"Alice": "owner", "Adam": "admin"}
    assert AuditEvent.objects.get().refused


def test_the_last_owner_does_not_leave(workspace: Workspace, alice: User, bob: User) -> None:
    with pytest.raises(LastOwner):
        members.leave(membership(alice, workspace), caller=build.caller(alice))
    members.leave(membership(bob, workspace), caller=build.caller(bob))

    assert roles(workspace) == {"Alice": "owner"}
    assert AuditEvent.objects.get().action == "member.left"


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_leave_at_the_same_moment_one_stays(alice: User) -> None:
    workspace = build.workspace(owner=alice)
    olga = build.user("olga")
    build.member(workspace, olga, Role.OWNER)
    both = iter([membership(alice, workspace), membership(olga, workspace)])

    def leave() -> bool:
        member = next(both)
        try:
            members.leave(member, caller=build.caller(member.user))
        except LastOwner:
            return False
        return True

    assert sorted(race(leave, runners=2)) == [False, True]
    assert workspace.memberships.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_who_remove_each_other_one_stays(alice: User) -> None:
    workspace = build.workspace(owner=alice)
    pair = [build.user("adam"), build.user("eve")]
    for each in pair:
        build.member(workspace, each, Role.ADMIN)
    turns = iter([(pair[0], pair[1]), (pair[1], pair[0])])

    def remove() -> str:
        by, whom = next(turns)
        try:
            members.remove(membership(whom, workspace), caller=build.caller(by))
        except (Overtaken, NotAllowed, Membership.DoesNotExist) as error:
            return type(error).__name__
        return "done"

    assert race(remove, runners=2).count("done") == 1
    assert workspace.memberships.count() == 2


def test_an_admin_who_is_removed_in_the_middle_of_removing_somebody_is_told_to_look_again(
    workspace: Workspace, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    adam = build.user("adam")
    own = build.member(workspace, adam, Role.ADMIN)
    require = workspaces.require

    def require_and_be_removed(*args: Any, **given: Any) -> Any:
        found = require(*args, **given)
        own.delete()
        return found

    monkeypatch.setattr(workspaces, "require", require_and_be_removed)
    with pytest.raises(Overtaken):
        members.remove(membership(bob, workspace), caller=build.caller(adam))

    assert roles(workspace) == {"Alice": "owner", "Bob": "member"}
    # Nobody asked for more than they had.
    assert not AuditEvent.objects.filter(refused=True).exists()


def test_what_was_decided_by_an_old_role_is_not_done(
    workspace: Workspace, alice: User, bob: User
) -> None:
    seen = membership(bob, workspace)
    Membership.objects.filter(pk=seen.pk).update(role=Role.ADMIN)

    with pytest.raises(Overtaken):
        members.remove(seen, caller=build.caller(alice))

    assert roles(workspace) == {"Alice": "owner", "Bob": "admin"}


def test_ownership_is_handed_over_and_the_old_owner_stays_as_an_admin(
    workspace: Workspace, alice: User, bob: User
) -> None:
    members.hand_over(membership(bob, workspace), caller=build.caller(alice))

    assert roles(workspace) == {"Alice": "admin", "Bob": "owner"}
    assert AuditEvent.objects.get().action == "workspace.ownership_handed_over"
    with pytest.raises(NotAllowed):
        members.hand_over(membership(alice, workspace), caller=build.caller(alice))


def test_ownership_does_not_go_to_somebody_switched_off(
    workspace: Workspace, alice: User, bob: User
) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)

    with pytest.raises(Overtaken):
        members.hand_over(membership(bob, workspace), caller=build.caller(alice))

    assert roles(workspace)["Alice"] == "owner"


def test_who_was_removed_gets_no_workspace_with_fresh_minutes_for_signing_in_again(
    client: Client, workspace: Workspace, alice: User, bob: User
) -> None:
    members.remove(membership(bob, workspace), caller=build.caller(alice))

    client.post(reverse("account_login"), {"login": bob.email, "password": build.PASSWORD})

    assert client.session["_auth_user_id"] == str(bob.pk)
    assert not bob.memberships.exists()


# The pages.


@pytest.mark.parametrize("role", Role)
def test_everybody_sees_the_members_and_the_table_and_only_managers_its_buttons(
    role: Role, workspace: Workspace
) -> None:
    somebody = build.user("somebody")
    build.member(workspace, somebody, role)

    page = signed_in(somebody).get(reverse("members"))

    text = unescape(page.content.decode())
    assert "alice" in text.lower()
    for right in Right:
        assert right.value.capitalize() in text
    held = [[right in RIGHTS[each] for each in Role] for right in Right]
    assert [cells for _, cells in page.context["table"]] == held
    assert page.context["may_hand_over"] == (role == Role.OWNER)
    build.member(workspace, build.user("colleague"))
    buttons = signed_in(somebody).get(reverse("members")).content.decode()
    assert ("Change<span" in buttons) == (role in {Role.OWNER, Role.ADMIN})


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_however_long_it_is(
    count: int,
    workspace: Workspace,
    alice: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(count):
        build.member(workspace, build.user())
    browser = signed_in(alice)
    browser.get(reverse("members"))

    with django_assert_num_queries(5):  # session, person, memberships, members, invitations
        browser.get(reverse("members"))


ACTS = {
    "role": ("member_role", {"role": "auditor"}),
    "remove": ("member_remove", {}),
    "hand over": ("member_hand_over", {}),
}
MAY = {
    "role": {"owner", "admin"},
    "remove": {"owner", "admin"},
    "hand over": {"owner"},
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("who", ["owner", "admin", "member", "auditor", "stranger", "anonymous"])
def test_who_may_do_what_to_a_member(
    act: str, who: str, workspace: Workspace, alice: User, bob: User, charlie: User
) -> None:
    others = {"owner": alice, "stranger": charlie}
    for role in (Role.ADMIN, Role.MEMBER, Role.AUDITOR):
        others[role.value] = build.user(role.value)
        build.member(workspace, others[role.value], role)
    before = roles(workspace)
    name, form = ACTS[act]
    browser = signed_in(others[who]) if who in others else Client()

    answer = browser.post(reverse(name, args=[membership(bob, workspace).public_id]), form)

    if who in MAY[act]:
        assert answer.status_code == 302
        assert roles(workspace) != before
    else:
        expected = {"stranger": 404, "anonymous": 302}.get(who, 403)
        assert answer.status_code == expected
        assert roles(workspace) == before


def test_a_colleague_of_another_workspace_is_changed_there_and_not_here(
    workspace: Workspace, alice: User, bob: User
) -> None:
    other = build.workspace(owner=alice)
    there = build.member(other, bob)

    signed_in(alice).post(reverse("member_remove", args=[there.public_id]))

    assert roles(workspace)["Bob"] == "member"
    assert not other.memberships.filter(user=bob).exists()


def test_handing_over_asks_for_the_password_again(workspace: Workspace, bob: User) -> None:
    olga = build.user("olga", date_joined="2020-01-01T00:00:00Z")
    build.member(workspace, olga, Role.OWNER)
    path = reverse("member_hand_over", args=[membership(bob, workspace).public_id])

    answer: Any = signed_in(olga).post(path)

    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert roles(workspace)["Bob"] == "member"


def test_who_is_in_no_workspace_is_told_whom_to_ask_and_can_sign_out(alice: User) -> None:
    alice.memberships.all().delete()
    User.objects.filter(pk=alice.pk).update(is_settled=True)
    client = Client()
    client.force_login(alice)

    answer = client.get(reverse("dashboard"))

    assert answer.status_code == 403
    assert "You are in no workspace" in answer.content.decode()
    assert f'action="{reverse("account_logout")}"' in answer.content.decode()
