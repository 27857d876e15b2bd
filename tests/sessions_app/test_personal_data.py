"""What is held about a person is theirs to have, and goes when they go; the trail stays whole."""

import json
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, AuditPersonalData, User, Workspace
from accounts.rights import Role
from accounts.services import audit, second_steps
from sessions_app.lifecycle import State
from sessions_app.models import AvatarSession, CloudSession, SavedFilter, SessionEvent, Visit
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
    workspace = plan.provider_key.workspace
    SavedFilter.objects.create(workspace=workspace, owner=bob, name="Robert's", is_shared=True)
    browser = Client(headers={"user-agent": "Robert's own"})
    browser.force_login(bob)
    UserSession.objects.create(
        user=bob, session_key=browser.session.session_key, ip="192.0.2.7", user_agent="Robert's"
    )
    kinds = {each["kind"] for each in personal_data.export(bob, caller=build.caller(bob))}
    assert {"second_step", "device", "single_sign_on", "saved_filter"} <= kinds

    personal_data.erase(bob, caller=build.caller(bob), now=timezone.now())

    bob.refresh_from_db()
    assert (bob.name, bob.is_active, bob.has_usable_password()) == ("", False, False)
    assert not bob.memberships.exists()
    assert not session.events.lines().exists()
    assert browser.get("/").status_code == 302
    trail = (AuditEvent, AuditPersonalData, AvatarSession, SessionEvent)
    for model in (User, *trail, Authenticator, UserSession, SocialAccount, SavedFilter):
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


def test_whoever_comes_in_while_an_owner_is_erased_keeps_the_workspace(
    charlie: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, hold = charlie.memberships.get().workspace, audit.hold

    def wait_for_them(*trails: Workspace | None) -> None:
        build.member(home, bob)
        hold(*trails)

    monkeypatch.setattr(audit, "hold", wait_for_them)
    with pytest.raises(OwnsSharedWorkspaces):
        personal_data.erase(charlie, caller=build.caller(charlie), now=timezone.now())

    assert not Workspace.objects.closed().exists()


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


# By staff, for somebody who cannot.


@pytest.fixture
def sam(client: Client, db: None) -> User:
    """Signed in as staff who may change people."""
    sam = build.user("sam", is_staff=True)
    sam.user_permissions.set(Permission.objects.filter(codename="change_user"))
    client.force_login(sam)
    return sam


def test_staff_take_somebodys_data_for_a_reason_that_every_workspace_of_theirs_sees(
    sam: User, bob: User, charlie: User, plan: Wish, client: Client
) -> None:
    say(placed(bob, plan, State.ENDED), "Mine")
    theirs = charlie.memberships.get().workspace
    build.member(theirs, bob)
    address = f"/staff/people/{bob.public_id}/data"

    assert "What they said is in it" in client.get(address).content.decode()
    assert "This field is required" in client.post(address, {"reason": ""}).content.decode()
    assert not AuditEvent.objects.filter(action="user.data_exported").exists()
    answer = client.post(address, {"reason": "They asked by letter."})

    assert '"text": "Mine"' in b"".join(answer.streaming_content).decode()
    told = AuditEvent.objects.filter(action="user.data_exported")
    assert {event.workspace_id for event in told} == {
        *(plan.provider_key.workspace.public_id, theirs.public_id, None),
    }
    assert {(event.actor_label, event.details["reason"]) for event in told} == {
        (f"staff: {sam.label}", "They asked by letter."),
    }


def test_staff_erase_somebody_once_the_address_is_written(
    sam: User, bob: User, workspace: Workspace, client: Client
) -> None:
    address, email = f"/staff/people/{bob.public_id}/erase", bob.email

    assert "Stays" in client.get(address).content.decode()
    assert "another address" in client.post(address, {"email": "x"}).content.decode()
    assert client.post(address, {"email": email}).headers["Location"] == "/staff/people/"

    assert not User.objects.filter(email=email).exists()
    told = AuditEvent.objects.filter(action="user.erased")
    assert {event.workspace_id for event in told} == {workspace.public_id, None}
    assert {event.actor_label for event in told} == {f"staff: {sam.label}"}


def test_staff_are_told_what_somebody_must_hand_over_first(
    sam: User, alice: User, bob: User, workspace: Workspace, client: Client
) -> None:
    address = f"/staff/people/{alice.public_id}/erase"

    page = client.get(address).content.decode()
    client.post(address, {"email": alice.email})

    assert "Others work in what they own" in page
    assert f"/staff/workspaces/{workspace.public_id}/" in page
    alice.refresh_from_db()
    assert alice.is_active


@pytest.mark.parametrize("verb", ["data", "erase"])
@pytest.mark.parametrize("whom", ["themselves", "a superuser", "anybody, without the permission"])
def test_staff_do_neither_to_themselves_to_a_superuser_or_without_the_permission(
    verb: str, whom: str, sam: User, bob: User, client: Client
) -> None:
    root = build.user("root", is_staff=True, is_superuser=True)
    if whom.startswith("anybody"):
        sam.user_permissions.clear()
    person = {"themselves": sam, "a superuser": root}.get(whom, bob)
    address = f"/staff/people/{person.public_id}/{verb}"
    given = {"email": person.email, "reason": "Because I can."}

    assert [client.get(address).status_code, client.post(address, given).status_code] == [403, 403]

    person.refresh_from_db()
    assert person.is_active
    assert not AuditEvent.objects.filter(action="user.data_exported").exists()
