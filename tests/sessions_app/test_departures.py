"""Whoever may not be in a workspace any more talks there no longer, and is given nothing."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, User, Workspace
from accounts.rights import Role
from accounts.services import members
from sessions_app.lifecycle import EndReason, State
from sessions_app.models import AvatarSession
from sessions_app.services.acceptance import Wish
from sessions_app.services.sweep import sweep
from tests import build
from tests.sessions_app.conftest import Bell
from tests.sessions_app.rows import assert_meters_balance, placed


def goes(how: str, bob: User, alice: User) -> None:
    member = Membership.objects.select_related("workspace", "user").get(user=bob)
    if how == "removed":
        members.remove(member, caller=build.caller(alice))
    elif how == "left":
        members.leave(member, caller=build.caller(bob))
    elif how == "auditor now":
        members.change_role(member, role=Role.AUDITOR, caller=build.caller(alice))
    else:
        User.objects.filter(pk=bob.pk).update(is_active=False)


@pytest.mark.parametrize("how", ["removed", "left", "auditor now", "switched off"])
@pytest.mark.parametrize("state", [State.WAITING, State.REQUESTED, State.LIVE])
def test_their_sessions_end_and_nobody_elses(
    how: str, state: State, alice: User, bob: User, plan: Wish
) -> None:
    theirs, hers = placed(bob, plan, state), placed(alice, plan, state)

    goes(how, bob, alice)
    sweep(now=timezone.now())

    theirs.refresh_from_db()
    hers.refresh_from_db()
    assert theirs.state in {State.STOPPING, State.FAILED}
    assert theirs.end_reason == EndReason.MEMBER_GONE
    assert hers.state == state
    assert_meters_balance()


@pytest.mark.parametrize("how", ["removed", "left"])
def test_the_sweep_is_rung_for_at_once_and_no_room_is_handed_out_meanwhile(
    how: str,
    alice: User,
    bob: User,
    plan: Wish,
    bells: list[Bell],
    django_capture_on_commit_callbacks: Any,
) -> None:
    session = placed(bob, plan, State.LIVE)
    browser = Client()
    browser.force_login(bob)
    room = f"/api/sessions/{session.public_id}/room"
    assert browser.get(room).status_code == 200

    with django_capture_on_commit_callbacks(execute=True):
        goes(how, bob, alice)

    assert ("sessions_app.sweep", "sweep", {}) in bells
    assert browser.get(room).status_code == 404
    for path in ("presence", "stop", "lines"):
        address = f"/api/sessions/{session.public_id}/{path}"
        sent = {"lines": [{"key": "1", "role": "user", "text": "Hi", "at": "2026-01-01T00:00Z"}]}
        assert browser.post(address, sent, "application/json").status_code == 404
    assert AvatarSession.objects.get().state == State.LIVE


def test_how_many_conversations_end_is_told_before(
    alice: User, bob: User, plan: Wish, workspace: Workspace
) -> None:
    placed(bob, plan, State.LIVE)
    member = Membership.objects.get(user=bob)
    browser = Client()
    browser.force_login(alice)

    page = browser.get(f"/workspace/members/{member.public_id}/remove")

    assert "1 conversation ends at once" in page.content.decode()
    assert Membership.objects.filter(user=bob).exists()
