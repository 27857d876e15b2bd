"""A key becomes exactly one secret in the cloud, whatever happens on the way."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, ProviderKey, User, Workspace
from accounts.services import key_deliveries, key_removals, provider_keys
from liveavatar_web.vault import Secret
from tests import build
from tests.simulator.cloud import SimulatedCloud

State = ProviderKey.State
CREATE = "POST /v1/secrets"
LIST = "GET /v1/secrets"
LATER = timedelta(minutes=10)


@pytest.fixture
def key(cloud: SimulatedCloud, workspace: Workspace, alice: User) -> ProviderKey:
    """A key as it was just registered."""
    return provider_keys.register(
        caller=build.caller(alice),
        workspace=workspace,
        name="Lobby",
        value=Secret("sk-sim-a-marked-key"),
    )


def push(key: ProviderKey, after: timedelta = timedelta()) -> ProviderKey:
    key_deliveries.push(key_id=key.pk, now=timezone.now() + after)
    key.refresh_from_db()
    return key


def fault(cloud: SimulatedCloud, route: str = CREATE, **script: Any) -> None:
    cloud.door("POST", "faults", {"route": route, "times": 1, **script})


def secrets(cloud: SimulatedCloud) -> list[tuple[str, str]]:
    return [(each["id"], each["secret_name"]) for each in cloud.state()["secrets"]]


def told(action: str) -> list[dict[str, Any]]:
    return [event.details for event in AuditEvent.objects.filter(action=action)]


def test_a_delivered_key_is_one_secret_that_carries_our_id(
    cloud: SimulatedCloud, key: ProviderKey
) -> None:
    push(key)

    assert (key.state, key.due_at, key.claim_token) == (State.READY, None, None)
    assert key.ready_at is not None
    assert secrets(cloud) == [(key.remote_secret_id, f"liveavatar-web {key.public_id}")]
    assert told("provider_key.opened") == [{"purpose": "delivery"}]
    assert told("provider_key.delivered") == [
        {"remote_secret_id": key.remote_secret_id, "adopted": False, "strays": 0}
    ]


def test_pages_see_each_step_of_a_delivery(key: ProviderKey, workspace: Workspace) -> None:
    before = (key.version, Workspace.objects.get().version)

    push(key)

    assert (key.version, Workspace.objects.get().version) == (before[0] + 2, before[1] + 2)


def test_a_delivered_key_is_not_delivered_again(cloud: SimulatedCloud, key: ProviderKey) -> None:
    push(key)
    push(key, after=LATER)

    assert cloud.state()["calls"] == {
        "GET /openai/v1/models": {"200": 1},
        CREATE: {"200": 1},
    }


def test_a_key_that_somebody_is_delivering_is_left_to_them(
    cloud: SimulatedCloud, key: ProviderKey
) -> None:
    now = timezone.now()
    rows = ProviderKey.objects.filter(state=State.PENDING)
    assert rows.claim(pk=key.pk, now=now, seconds=60, state=State.PUSHING)

    push(key)

    assert (key.state, secrets(cloud)) == (State.PUSHING, [])


def test_a_delivery_that_never_left_is_due_again(key: ProviderKey, settings: Any) -> None:
    url, settings.LIVEAVATAR_API_URL = settings.LIVEAVATAR_API_URL, "http://127.0.0.1:9"
    push(key)
    assert (key.state, key.last_error, key.claimed_until) == (State.PENDING, "NeverSent", None)
    assert key.due_at is not None
    assert timezone.now() < key.due_at < timezone.now() + timedelta(minutes=5)

    settings.LIVEAVATAR_API_URL = url
    push(key, after=LATER)

    assert (key.state, key.last_error, key.last_error_message) == (State.READY, "", "")


def test_a_rate_limited_delivery_waits_as_long_as_it_was_asked_to(
    cloud: SimulatedCloud, key: ProviderKey
) -> None:
    fault(cloud, mode="rate_limit", retry_after=90)

    push(key)

    assert (key.state, key.last_error) == (State.PENDING, "RateLimited")
    assert key.due_at is not None
    assert key.due_at > timezone.now() + timedelta(seconds=80)


@pytest.mark.parametrize(
    ("script", "adopted"),
    [
        ({"mode": "close_before"}, False),
        ({"mode": "close_after"}, True),
        ({"status": 500}, False),
        ({"status": 200, "body": {"code": 1000, "data": {}, "message": "ok"}}, False),
    ],
)
def test_after_a_lost_answer_the_cloud_is_asked_before_anything_is_made(
    cloud: SimulatedCloud, key: ProviderKey, script: dict[str, Any], adopted: bool
) -> None:
    fault(cloud, **script)
    push(key)
    assert (key.state, key.remote_secret_id) == (State.UNCERTAIN, "")

    push(key, after=LATER)

    assert key.state == State.READY
    assert secrets(cloud) == [(key.remote_secret_id, key.remote_name)]
    assert told("provider_key.delivered")[0]["adopted"] is adopted


def test_a_worker_that_died_while_delivering_leaves_no_second_secret(
    cloud: SimulatedCloud, key: ProviderKey
) -> None:
    rows = ProviderKey.objects.filter(state=State.PENDING)
    assert rows.claim(pk=key.pk, now=timezone.now(), seconds=60, state=State.PUSHING)
    body = {"secret_name": key.remote_name, "secret_value": "x", "secret_type": "OPENAI_API_KEY"}
    made = cloud.account("POST", "/v1/secrets", json=body).json()["data"]["id"]

    push(key, after=LATER)

    assert (key.state, key.remote_secret_id) == (State.READY, made)
    assert secrets(cloud) == [(made, key.remote_name)]


def test_strays_of_the_same_name_are_deleted_and_others_are_not(
    cloud: SimulatedCloud, key: ProviderKey
) -> None:
    somebody_elses = cloud.secret()
    for _ in range(2):
        fault(cloud, mode="close_after")
        push(key, after=LATER)
        ProviderKey.objects.filter(pk=key.pk).update(state=State.PENDING)
    ProviderKey.objects.filter(pk=key.pk).update(state=State.UNCERTAIN)
    assert len(secrets(cloud)) == 3

    push(key, after=2 * LATER)

    assert {each for each, _ in secrets(cloud)} == {key.remote_secret_id, somebody_elses}
    assert told("provider_key.delivered")[0]["strays"] == 1


def test_a_creation_that_took_effect_late_is_found_on_a_second_look(
    cloud: SimulatedCloud, key: ProviderKey
) -> None:
    fault(cloud, mode="close_before")
    push(key)
    push(key, after=LATER)
    assert key.due_at is not None
    body = {"secret_name": key.remote_name, "secret_value": "x", "secret_type": "OPENAI_API_KEY"}
    cloud.account("POST", "/v1/secrets", json=body)

    key_removals.delete_secrets(key_id=key.pk, now=timezone.now() + LATER)

    key.refresh_from_db()
    assert (key.state, key.due_at) == (State.READY, None)
    assert secrets(cloud) == [(key.remote_secret_id, key.remote_name)]


def test_a_refused_key_is_rejected_with_the_vendors_words(
    cloud: SimulatedCloud, key: ProviderKey
) -> None:
    fault(cloud, status=400, message="Account has no space for sk-sim-a-marked-key")

    push(key)

    assert (key.state, key.due_at, key.last_error) == (State.REJECTED, None, "BadRequest")
    assert "Account has no space" in key.last_error_message
    assert "marked" not in key.last_error_message
    assert told("provider_key.rejected") == [{"error": "BadRequest"}]


@pytest.mark.parametrize("account", ["", "not-our-account"])
def test_a_wrong_account_of_ours_is_not_held_against_the_key(
    key: ProviderKey, settings: Any, account: str
) -> None:
    settings.LIVEAVATAR_API_KEY = account
    push(key)
    assert key.state == State.PENDING
    assert "account key" in key.last_error_message

    settings.LIVEAVATAR_API_KEY = "sim-account"
    push(key, after=LATER)

    assert key.state == State.READY


def test_a_key_that_the_vault_cannot_open_is_rejected(key: ProviderKey, settings: Any) -> None:
    settings.VAULT_KEYS = "other:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

    push(key)

    assert (key.state, key.last_error) == (State.REJECTED, "CannotOpen")
    assert "Register it again" in key.last_error_message


def test_a_refusal_to_list_keeps_a_doubtful_key_in_doubt(
    cloud: SimulatedCloud, key: ProviderKey
) -> None:
    fault(cloud, mode="close_after")
    push(key)
    fault(cloud, LIST, mode="rate_limit", retry_after=5)

    push(key, after=LATER)

    assert (key.state, key.last_error) == (State.UNCERTAIN, "RateLimited")
    assert len(secrets(cloud)) == 1
