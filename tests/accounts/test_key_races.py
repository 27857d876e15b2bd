"""Many workers and people at once: still one secret for a key, and none for a revoked one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import ProviderKey, User, Workspace
from accounts.services import key_deliveries, key_removals, provider_keys
from accounts.services.provider_keys import AlreadyRegistered
from liveavatar_web.vault import Secret
from tests import build
from tests.simulator.cloud import SimulatedCloud

State = ProviderKey.State

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Performs the calls side by side; each thread has a connection of its own, and closes it."""

    def perform(call: Callable[[], Any]) -> Any:
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(perform, calls))


def register(workspace: Workspace, who: User) -> ProviderKey:
    return provider_keys.register(
        caller=build.caller(who),
        workspace=workspace,
        name="Lobby",
        value=Secret("sk-sim-0123456789"),
    )


def push(key: ProviderKey) -> None:
    key_deliveries.push(key_id=key.pk, now=timezone.now())


def test_many_workers_deliver_a_key_once(
    cloud: SimulatedCloud, workspace: Workspace, alice: User
) -> None:
    key = register(workspace, alice)

    at_once(*[lambda: push(key)] * 8)

    key.refresh_from_db()
    assert (key.state, key.attempts) == (State.READY, 1)
    assert [each["id"] for each in cloud.state()["secrets"]] == [key.remote_secret_id]


def test_a_key_registered_many_times_at_once_is_held_once(
    cloud: SimulatedCloud, workspace: Workspace, alice: User
) -> None:
    def attempt() -> str:
        try:
            return register(workspace, alice).name
        except AlreadyRegistered:
            return "refused"

    outcomes = at_once(*[attempt] * 6)

    assert sorted(outcomes) == ["Lobby", *["refused"] * 5]
    assert ProviderKey.objects.count() == 1


def test_a_key_revoked_while_it_is_delivered_leaves_nothing(
    cloud: SimulatedCloud, workspace: Workspace, alice: User
) -> None:
    for _ in range(5):
        key = register(workspace, alice)

        at_once(
            lambda key=key: push(key),  # type: ignore[misc]
            lambda key=key: provider_keys.revoke(caller=build.caller(alice), key=key),  # type: ignore[misc]
        )
        key_removals.delete_secrets(key_id=key.pk, now=timezone.now())

        key.refresh_from_db()
        assert (key.state, key.value) == (State.REVOKED, None)
    assert cloud.state()["secrets"] == []
