"""A revoked key leaves nothing in the cloud."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from celery import current_app
from django.utils import timezone

from accounts.models import AuditEvent, ProviderKey, User, Workspace
from accounts.services import key_deliveries, key_removals, key_work, provider_keys
from accounts.services.key_work import Taken
from liveavatar_web.vault import Secret
from tests import build
from tests.accounts.conftest import Bells
from tests.simulator.cloud import SimulatedCloud

State = ProviderKey.State
LIST = "GET /v1/secrets"
DELETE = "DELETE /v1/secrets/{id}"
LATER = timedelta(minutes=10)


@pytest.fixture
def key(cloud: SimulatedCloud, workspace: Workspace, alice: User) -> ProviderKey:
    """A key that was delivered."""
    key = provider_keys.register(
        caller=build.caller(alice),
        workspace=workspace,
        name="Lobby",
        value=Secret("sk-sim-0123456789"),
    )
    key_deliveries.push(key_id=key.pk, now=timezone.now())
    key.refresh_from_db()
    assert key.state == State.READY
    return key


def revoke(key: ProviderKey, who: User) -> None:
    provider_keys.revoke(caller=build.caller(who), key=key)


def remove(key: ProviderKey, after: timedelta = timedelta()) -> ProviderKey:
    key_removals.delete_secrets(key_id=key.pk, now=timezone.now() + after)
    key.refresh_from_db()
    return key


def fault(cloud: SimulatedCloud, route: str, **script: Any) -> None:
    cloud.door("POST", "faults", {"route": route, "times": 1, **script})


def plant(cloud: SimulatedCloud, key: ProviderKey) -> str:
    """A second secret of the same name, as a creation leaves it whose answer was lost."""
    body = {"secret_name": key.remote_name, "secret_value": "x", "secret_type": "OPENAI_API_KEY"}
    return str(cloud.account("POST", "/v1/secrets", json=body).json()["data"]["id"])


def secrets(cloud: SimulatedCloud) -> list[str]:
    return [each["id"] for each in cloud.state()["secrets"]]


def test_a_revoked_key_is_deleted_there_and_erased_here(
    cloud: SimulatedCloud, key: ProviderKey, alice: User
) -> None:
    revoke(key, alice)
    remove(key)

    assert (key.state, key.value) == (State.REVOKED, None)
    assert key.revoked_at is not None
    assert secrets(cloud) == []
    event = AuditEvent.objects.first()
    assert event is not None
    assert (event.action, event.details) == ("provider_key.revoked", {"remote_secrets_deleted": 1})


def test_strays_go_with_the_key_and_others_stay(
    cloud: SimulatedCloud, key: ProviderKey, alice: User
) -> None:
    other = cloud.secret()
    plant(cloud, key)

    revoke(key, alice)
    remove(key)

    assert secrets(cloud) == [other]


def test_a_secret_that_is_gone_already_is_as_good_as_deleted(
    cloud: SimulatedCloud, key: ProviderKey, alice: User
) -> None:
    cloud.account("DELETE", f"/v1/secrets/{key.remote_secret_id}")

    revoke(key, alice)
    remove(key)

    assert key.state == State.REVOKED


def test_a_secret_that_the_list_leaves_out_is_deleted_all_the_same(
    cloud: SimulatedCloud, key: ProviderKey, alice: User
) -> None:
    fault(cloud, LIST, status=200, body={"code": 1000, "data": [], "message": "ok"})

    revoke(key, alice)
    remove(key)

    assert (key.state, secrets(cloud)) == (State.REVOKED, [])


def test_a_removal_is_tried_again_soon_however_long_the_delivery_took(
    cloud: SimulatedCloud, key: ProviderKey, alice: User
) -> None:
    ProviderKey.objects.filter(pk=key.pk).update(attempts=9)
    fault(cloud, LIST, status=401)

    revoke(key, alice)
    remove(key)

    assert key.due_at is not None
    assert key.due_at < timezone.now() + timedelta(seconds=10)


@pytest.mark.parametrize("route", [LIST, DELETE])
@pytest.mark.parametrize("script", [{"status": 500}, {"status": 401}, {"mode": "close_after"}])
def test_a_removal_that_failed_is_done_later(
    cloud: SimulatedCloud, key: ProviderKey, alice: User, route: str, script: dict[str, Any]
) -> None:
    revoke(key, alice)
    # The client itself rides out brief trouble with calls that are safe to repeat.
    fault(cloud, route, **{**script, "times": 3})
    remove(key)
    assert key.state == State.REVOKING
    assert key.value is not None

    cloud.door("DELETE", "faults")
    remove(key, after=LATER)

    assert (key.state, key.value, key.last_error) == (State.REVOKED, None, "")
    assert secrets(cloud) == []


def test_a_creation_that_took_effect_after_the_removal_is_found_on_a_second_look(
    cloud: SimulatedCloud, key: ProviderKey, alice: User
) -> None:
    revoke(key, alice)
    remove(key)
    plant(cloud, key)

    remove(key)
    assert len(secrets(cloud)) == 1
    remove(key, after=LATER)

    assert secrets(cloud) == []
    assert (key.state, key.due_at) == (State.REVOKED, None)


@pytest.mark.parametrize("status", [200, 404])
def test_a_deletion_that_the_list_contradicts_is_done_again_at_the_next_try(
    cloud: SimulatedCloud, key: ProviderKey, alice: User, status: int
) -> None:
    fault(cloud, DELETE, status=status, body={"code": 1000, "data": None, "message": "ok"})
    revoke(key, alice)

    remove(key)

    assert (key.state, key.last_error) == (State.REVOKING, "UnexpectedResponse")
    assert key.due_at is not None
    assert key.due_at < timezone.now() + timedelta(seconds=5)
    remove(key, after=timedelta(seconds=5))
    assert (key.state, key.last_error, secrets(cloud)) == (State.REVOKED, "", [])


def test_a_look_that_finds_a_stray_or_fails_wakes_no_page(
    cloud: SimulatedCloud, key: ProviderKey
) -> None:
    stray = plant(cloud, key)
    doubt = {"doubt_until": timezone.now() + LATER, "due_at": timezone.now()}
    ProviderKey.objects.filter(pk=key.pk).update(**doubt)
    before = (key.version, Workspace.objects.get().version)

    remove(key)
    assert stray not in secrets(cloud)
    fault(cloud, LIST, status=401)
    remove(key, after=timedelta(minutes=1))
    remove(key, after=timedelta(minutes=2))

    assert (key.version, Workspace.objects.get().version) == before
    assert (key.state, key.last_error, key.attempts) == (State.READY, "", 0)


def in_flight(cloud: SimulatedCloud, workspace: Workspace, who: User) -> Taken:
    """A delivery whose worker has claimed the key and is about to call."""
    key = provider_keys.register(
        caller=build.caller(who), workspace=workspace, name="Lobby", value=Secret("sk-sim-98765432")
    )
    rows = ProviderKey.objects.filter(state=State.PENDING)
    taken = key_work.take(rows, key.pk, timezone.now(), state=State.PUSHING)
    assert taken is not None
    return taken


def test_a_key_revoked_while_it_is_delivered_is_removed_once_the_delivery_is_known(
    cloud: SimulatedCloud, workspace: Workspace, alice: User
) -> None:
    taken = in_flight(cloud, workspace, alice)
    revoke(taken.key, alice)
    remove(taken.key)
    assert taken.key.state == State.REVOKING

    key_deliveries._attempt(taken, in_doubt=False)
    remove(taken.key)

    assert (taken.key.state, secrets(cloud)) == (State.REVOKED, [])


def test_a_key_revoked_while_its_delivery_fails_is_removed_all_the_same(
    cloud: SimulatedCloud, workspace: Workspace, alice: User
) -> None:
    taken = in_flight(cloud, workspace, alice)
    revoke(taken.key, alice)
    fault(cloud, "POST /v1/secrets", mode="close_after")

    key_deliveries._attempt(taken, in_doubt=False)
    remove(taken.key)

    assert (taken.key.state, secrets(cloud)) == (State.REVOKED, [])


def test_a_key_revoked_while_its_worker_is_dead_is_removed_when_the_claim_runs_out(
    cloud: SimulatedCloud, workspace: Workspace, alice: User
) -> None:
    taken = in_flight(cloud, workspace, alice)
    plant(cloud, taken.key)
    revoke(taken.key, alice)

    remove(taken.key, after=LATER)

    assert (taken.key.state, secrets(cloud)) == (State.REVOKED, [])


def test_a_key_revoked_during_the_second_look_loses_its_secret_too(
    cloud: SimulatedCloud, key: ProviderKey, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    ProviderKey.objects.filter(pk=key.pk).update(due_at=timezone.now())

    def look_while_it_is_revoked(key: ProviderKey) -> int:
        revoke(key, alice)
        return 0

    with monkeypatch.context() as patched:
        patched.setattr(key_removals, "_delete", look_while_it_is_revoked)
        remove(key)
    remove(key)

    assert (key.state, secrets(cloud)) == (State.REVOKED, [])


def test_the_sweep_rings_for_what_is_due_by_what_is_to_be_done(
    workspace: Workspace, alice: User, bells: Bells
) -> None:
    now = timezone.now()

    def due(state: ProviderKey.State, at: datetime = now) -> dict[str, int]:
        return {"key_id": build.provider_key(workspace, alice, state=state, due_at=at).pk}

    delivering = [due(State.PENDING), due(State.PUSHING), due(State.UNCERTAIN)]
    removing = [due(State.REVOKING), due(State.REVOKED), due(State.READY)]
    due(State.PENDING, now + LATER)

    assert provider_keys.sweep(now) == 6
    assert bells == [
        *(("accounts.push_provider_key", key) for key in delivering),
        *(("accounts.delete_provider_secrets", key) for key in removing),
    ]


def test_every_task_that_is_rung_for_exists(db: None) -> None:
    for name in ("accounts.push_provider_key", "accounts.delete_provider_secrets"):
        current_app.loader.import_default_modules()
        current_app.tasks[name](key_id=0, of_a_later_release="yes")
