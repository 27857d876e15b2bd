"""What is held about a person is theirs to have, and goes when they go; the trail stays whole."""

import json
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, AuditPersonalData, User, Workspace
from accounts.rights import Role
from accounts.services import second_steps
from sessions_app.lifecycle import State
from sessions_app.models import AvatarSession, CloudSession, SessionEvent, Visit
from sessions_app.services import personal_data, retention
from sessions_app.services.acceptance import Wish
from sessions_app.services.personal_data import OwnsSharedWorkspaces
from tests import build
from tests.sessions_app.rows import placed


def say(session: AvatarSession, text: str) -> None:
    kind = SessionEvent.Kind.USER_LINE
    SessionEvent.objects.create(avatar_session=session, kind=kind, text=text, page_key=text)


def test_an_export_holds_what_is_theirs_and_nothing_of_others(
    alice: User, bob: User, plan: Wish
) -> None:
    say(placed(alice, plan, State.ENDED), "Mine")
    say(placed(bob, plan, State.ENDED), "Bob's")
    build.context(plan.provider_key.workspace, alice, name="Guide")

    records = list(personal_data.export(alice, caller=build.caller(alice)))

    kinds = {record["kind"] for record in records}
    assert kinds == {
        *("account", "membership", "provider_key", "context", "session", "user_line"),
        *("audit_event", "audit_personal_data"),
    }
    told = str(records)
    assert "Mine" in told
    assert "Bob's" not in told
    assert bob.email not in told
    assert "sk-sim" not in told
    assert AuditEvent.objects.filter(action="user.data_exported").exists()


def test_an_erased_person_cannot_be_told_from_what_is_left(
    alice: User, bob: User, plan: Wish
) -> None:
    email = bob.email
    bob.name = "Robert Bobson"
    bob.save()
    session = placed(bob, plan, State.ENDED)
    say(session, "My name is Robert.")
    step = {"secret": second_steps.seal("ORSXG5A=")}
    Authenticator.objects.create(user=bob, type="totp", data=step)
    SocialAccount.objects.create(user=bob, provider="sso", uid="Robert at work")
    browser = Client(headers={"user-agent": "Robert's own"})
    browser.force_login(bob)
    UserSession.objects.create(
        user=bob, session_key=browser.session.session_key, ip="192.0.2.7", user_agent="Robert's"
    )
    kinds = {each["kind"] for each in personal_data.export(bob, caller=build.caller(bob))}
    assert {"second_step", "device", "single_sign_on"} <= kinds

    personal_data.erase(bob, caller=build.caller(bob), now=timezone.now())

    bob.refresh_from_db()
    assert (bob.name, bob.is_active, bob.has_usable_password()) == ("", False, False)
    assert not bob.memberships.exists()
    assert not session.events.lines().exists()
    assert browser.get("/").status_code == 302
    trail = (AuditEvent, AuditPersonalData, AvatarSession, SessionEvent)
    for model in (User, *trail, Authenticator, UserSession, SocialAccount):
        kept = str(list(model._default_manager.values()))
        assert email not in kept
        assert "Robert" not in kept
    events = AuditEvent.objects.filter(action="user.erased")
    assert {event.object_id for event in events} == {bob.public_id}


def test_an_owner_of_others_workspace_hands_it_over_first(
    alice: User, bob: User, workspace: Workspace
) -> None:
    with pytest.raises(OwnsSharedWorkspaces) as refusal:
        personal_data.erase(alice, caller=build.caller(alice), now=timezone.now())

    assert refusal.value.names == [workspace.name]
    alice.refresh_from_db()
    assert alice.is_active


def test_a_workspace_without_anybody_else_goes_with_its_owner(charlie: User) -> None:
    personal_data.erase(charlie, caller=build.caller(charlie), now=timezone.now())

    assert Workspace.objects.closed().count() == 1


def test_a_second_owner_keeps_the_workspace(alice: User, bob: User, workspace: Workspace) -> None:
    workspace.memberships.filter(user=bob).update(role=Role.OWNER)

    personal_data.erase(alice, caller=build.caller(alice), now=timezone.now())

    assert not Workspace.objects.closed().exists()
    assert [each.user for each in workspace.memberships.all()] == [bob]


def test_finished_sessions_and_visitors_addresses_go_when_their_days_are_over(
    alice: User, plan: Wish
) -> None:
    workspace = plan.provider_key.workspace
    Workspace.objects.update(session_days=30, address_days=7)
    now = timezone.now()
    old, doubtful, recent = (placed(alice, plan, State.ENDED) for _ in range(3))
    ids = [old.pk, doubtful.pk]
    AvatarSession.objects.filter(pk__in=ids).update(ended_at=now - timedelta(days=31))
    CloudSession.objects.create(
        avatar_session=doubtful, remote_id="r", minted_at=now, doubt_until=now
    )
    for session, age in ((doubtful, 8), (recent, 6)):
        Visit.objects.create(avatar_session=session, holder="h", resume_digest="r", visitor="hash")
        AuditPersonalData.objects.create(
            event_id=session.public_id,
            at=now - timedelta(days=age),
            workspace_id=workspace.public_id,
            address="192.0.2.7",
        )
    members = AuditPersonalData.objects.create(
        event_id=old.public_id,
        at=now - timedelta(days=99),
        workspace_id=workspace.public_id,
        actor_id=alice.public_id,
        address="192.0.2.8",
    )

    retention.purge(now=now)

    assert set(AvatarSession.objects.all()) == {doubtful, recent}
    assert list(Visit.objects.order_by("id").values_list("visitor", flat=True)) == ["", "hash"]
    kept = AuditPersonalData.objects.values_list("event_id", flat=True)
    assert set(kept) == {recent.public_id, members.event_id}
    event = AuditEvent.objects.get(action="workspace.purged")
    assert event.details == {"lines": 0, "sessions": 1, "addresses": 1}


def test_people_take_their_data_along_as_a_file(alice: User, plan: Wish, client: Client) -> None:
    say(placed(alice, plan, State.ENDED), "Grüezi")
    client.force_login(alice)

    assert "Download everything" in client.get("/you/data").content.decode()
    answer = client.post("/you/data.jsonl")

    lines = b"".join(answer.streaming_content).decode().splitlines()
    records = [json.loads(line) for line in lines]
    assert records[0]["email"] == alice.email
    assert [record["text"] for record in records if record["kind"] == "user_line"] == ["Grüezi"]


def test_an_account_is_erased_once_its_address_is_written(
    bob: User, workspace: Workspace, client: Client
) -> None:
    client.force_login(bob)
    email = bob.email

    assert "another address" in client.post("/you/data/erase", {"email": "x"}).content.decode()
    answer = client.post("/you/data/erase", {"email": email.upper()})

    assert answer.status_code == 302
    assert client.get("/").status_code == 302
    assert not User.objects.filter(email=email).exists()


def test_an_owner_reads_what_to_hand_over_first(
    alice: User, bob: User, workspace: Workspace, client: Client
) -> None:
    client.force_login(alice)

    page = client.post("/you/data/erase", {"email": alice.email}).content.decode()

    assert f"Hand over or delete first: {workspace.name}" in page
