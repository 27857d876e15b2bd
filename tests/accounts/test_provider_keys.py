"""Keys are checked, sealed, renamed, revoked and tried again by those who may."""

from typing import Any

import pytest
from django.db import IntegrityError

from accounts.models import AuditEvent, ProviderKey, User, Workspace
from accounts.rights import Role
from accounts.services import provider_keys
from accounts.services.provider_keys import AlreadyRegistered, NotRetryable, RefusedByProvider
from accounts.services.workspaces import NotAllowed
from liveavatar_web.vault import Secret
from tests import build
from tests.accounts.conftest import Bells
from tests.simulator.cloud import SimulatedCloud
from tests.work import drain

State = ProviderKey.State
MODELS = "GET /openai/v1/models"
VALUE = "sk-sim-0123456789"


def register(who: User, workspace: Workspace, value: str = VALUE, name: str = "Lobby") -> Any:
    return provider_keys.register(
        caller=build.caller(who), workspace=workspace, name=name, value=Secret(value)
    )


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def test_a_good_key_is_sealed_audited_and_due_for_delivery(
    cloud: SimulatedCloud, workspace: Workspace, alice: User
) -> None:
    key = register(alice, workspace)

    read = ProviderKey.objects.get()
    assert (read.state, read.last4, read.warning) == (State.PENDING, "6789", "")
    assert (read.name, read.created_by, read.workspace) == ("Lobby", alice, workspace)
    assert read.value.open() == Secret(VALUE)
    assert read.due_at is not None
    event = AuditEvent.objects.get()
    assert (event.action, event.object_id) == ("provider_key.registered", key.public_id)
    assert event.details == {"kind": "openai", "last4": "6789", "verdict": "accepted"}
    workspace.refresh_from_db()
    assert workspace.version == 2


def test_registering_rings_for_the_delivery(
    cloud: SimulatedCloud, workspace: Workspace, alice: User, bells: Bells
) -> None:
    key = register(alice, workspace)

    assert bells == [("accounts.push_provider_key", {"key_id": key.pk})]


@pytest.mark.parametrize(
    ("value", "words", "reason"),
    [
        ("sk-unknown-0123456789", "does not accept this key", "refused"),
        ("sk-sim-norealtime-0123456789", "shows it no realtime model", "no_realtime"),
    ],
)
def test_a_key_that_cannot_hold_a_conversation_is_never_stored(
    cloud: SimulatedCloud, workspace: Workspace, alice: User, value: str, words: str, reason: str
) -> None:
    with pytest.raises(RefusedByProvider, match=words):
        register(alice, workspace, value)

    assert not ProviderKey.objects.exists()
    event = AuditEvent.objects.get()
    assert (event.action, event.refused) == ("provider_key.registration_refused", True)
    assert event.details == {"kind": "openai", "reason": reason}


def test_a_key_that_could_not_be_checked_is_kept_with_a_warning(
    cloud: SimulatedCloud, workspace: Workspace, alice: User
) -> None:
    cloud.door("POST", "faults", {"route": MODELS, "status": 500})

    key = register(alice, workspace)

    assert (key.state, key.warning) == (State.PENDING, provider_keys.NOT_CHECKED)


def test_the_same_key_twice_is_refused_with_the_name_of_the_first(
    cloud: SimulatedCloud, workspace: Workspace, alice: User
) -> None:
    register(alice, workspace, name="Lobby")

    with pytest.raises(AlreadyRegistered, match="“Lobby” \\(ends in 6789\\)"):
        register(alice, workspace, name="Showroom")

    assert ProviderKey.objects.count() == 1
    assert AuditEvent.objects.first().details["reason"] == "already_registered"


def test_another_workspace_may_hold_the_same_key(
    cloud: SimulatedCloud, workspace: Workspace, alice: User, charlie: User
) -> None:
    register(alice, workspace)
    register(charlie, charlie.memberships.get().workspace)

    assert ProviderKey.objects.count() == 2


def test_a_key_that_was_given_up_may_be_registered_again(
    cloud: SimulatedCloud, workspace: Workspace, alice: User
) -> None:
    provider_keys.revoke(caller=build.caller(alice), key=register(alice, workspace))

    assert register(alice, workspace).state == State.PENDING


def test_of_two_who_register_one_key_at_once_the_second_is_told(
    cloud: SimulatedCloud,
    workspace: Workspace,
    alice: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    check = provider_keys.openai.check

    def while_somebody_else_registers(secret: Secret) -> Any:
        monkeypatch.setattr(provider_keys.openai, "check", check)
        register(alice, workspace, name="Lobby")
        return check(secret)

    monkeypatch.setattr(provider_keys.openai, "check", while_somebody_else_registers)
    with pytest.raises(AlreadyRegistered, match="Lobby"):
        register(alice, workspace, name="Showroom")

    assert [key.name for key in ProviderKey.objects.all()] == ["Lobby"]


def test_the_database_holds_a_key_once_in_a_workspace(workspace: Workspace, alice: User) -> None:
    build.provider_key(workspace, alice, value=VALUE)

    with pytest.raises(IntegrityError):
        build.provider_key(workspace, alice, value=VALUE)


def test_a_renamed_key_keeps_everything_else(workspace: Workspace, alice: User) -> None:
    key = build.provider_key(workspace, alice, name="Lobby")

    provider_keys.rename(caller=build.caller(alice), key=key, name="Showroom")

    key.refresh_from_db()
    assert (key.name, key.state, key.version) == ("Showroom", State.READY, 2)
    event = AuditEvent.objects.get()
    assert event.details == {"name_before": "Lobby", "name_after": "Showroom"}


def test_a_key_that_no_worker_has_touched_is_revoked_at_once(
    cloud: SimulatedCloud, workspace: Workspace, alice: User
) -> None:
    key = register(alice, workspace)

    provider_keys.revoke(caller=build.caller(alice), key=key)

    key.refresh_from_db()
    assert (key.state, key.value, key.due_at) == (State.REVOKED, None, None)
    assert actions() == ["provider_key.registered", "provider_key.revoked"]
    assert cloud.state()["secrets"] == []


def test_a_ready_key_is_out_of_use_as_soon_as_it_is_revoked(
    workspace: Workspace, alice: User, bells: Bells
) -> None:
    key = build.provider_key(workspace, alice)

    provider_keys.revoke(caller=build.caller(alice), key=key)

    key.refresh_from_db()
    assert key.state == State.REVOKING
    assert not ProviderKey.objects.usable().exists()
    assert bells == [("accounts.delete_provider_secrets", {"key_id": key.pk})]


def test_a_key_that_a_worker_has_tried_to_deliver_is_looked_for_in_the_cloud(
    cloud: SimulatedCloud, workspace: Workspace, alice: User, settings: Any
) -> None:
    key = register(alice, workspace)
    settings.LIVEAVATAR_API_URL = "http://127.0.0.1:9"
    drain()
    key.refresh_from_db()
    assert (key.state, key.attempts) == (State.PENDING, 1)

    provider_keys.revoke(caller=build.caller(alice), key=key)

    key.refresh_from_db()
    assert key.state == State.REVOKING


def test_revoking_twice_is_revoking_once(workspace: Workspace, alice: User) -> None:
    key = build.provider_key(workspace, alice)

    for _ in range(2):
        provider_keys.revoke(caller=build.caller(alice), key=key)

    assert actions() == ["provider_key.revoke_asked"]


def test_a_refused_key_is_tried_again_on_request(
    cloud: SimulatedCloud, workspace: Workspace, alice: User
) -> None:
    fault = {"route": "POST /v1/secrets", "status": 400, "message": "No space", "times": 1}
    cloud.door("POST", "faults", fault)
    key = register(alice, workspace)
    drain()
    key.refresh_from_db()
    assert (key.state, key.last_error_message) == (State.REJECTED, "No space")

    provider_keys.retry(caller=build.caller(alice), key=key)
    drain()

    key.refresh_from_db()
    assert (key.state, key.last_error_message) == (State.READY, "")


def test_a_second_try_adopts_what_an_earlier_one_may_have_left(
    cloud: SimulatedCloud, workspace: Workspace, alice: User
) -> None:
    key = build.provider_key(workspace, alice, state=State.REJECTED, remote_secret_id="")
    body = {"secret_name": key.remote_name, "secret_value": "x", "secret_type": "OPENAI_API_KEY"}
    left = cloud.account("POST", "/v1/secrets", json=body).json()["data"]["id"]

    provider_keys.retry(caller=build.caller(alice), key=key)
    drain()

    key.refresh_from_db()
    assert (key.state, key.remote_secret_id) == (State.READY, left)
    assert len(cloud.state()["secrets"]) == 1


def test_only_a_refused_key_can_be_tried_again(workspace: Workspace, alice: User) -> None:
    key = build.provider_key(workspace, alice)

    with pytest.raises(NotRetryable):
        provider_keys.retry(caller=build.caller(alice), key=key)

    key.refresh_from_db()
    assert key.state == State.READY


def test_a_refused_key_is_not_tried_again_beside_its_successor(
    workspace: Workspace, alice: User
) -> None:
    refused = build.provider_key(workspace, alice, value=VALUE, state=State.REJECTED)
    build.provider_key(workspace, alice, value=VALUE, name="Successor")

    with pytest.raises(AlreadyRegistered, match="Successor"):
        provider_keys.retry(caller=build.caller(alice), key=refused)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.AUDITOR, None])
def test_only_those_who_manage_keys_touch_them(
    cloud: SimulatedCloud, workspace: Workspace, alice: User, role: Role | None
) -> None:
    key = build.provider_key(workspace, alice, name="Lobby")
    somebody = build.user()
    if role:
        build.member(workspace, somebody, role)
    caller = build.caller(somebody)

    with pytest.raises(NotAllowed):
        register(somebody, workspace)
    with pytest.raises(NotAllowed):
        provider_keys.rename(caller=caller, key=key, name="Mine")
    with pytest.raises(NotAllowed):
        provider_keys.revoke(caller=caller, key=key)
    with pytest.raises(NotAllowed):
        provider_keys.retry(caller=caller, key=key)

    key.refresh_from_db()
    assert (key.name, key.state) == ("Lobby", State.READY)
    assert ProviderKey.objects.count() == 1
    assert actions() == ["permission.refused"] * 4
    assert cloud.state()["calls"] == {}
