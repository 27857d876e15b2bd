"""The broker is a bell, and not a good one: away, frozen, emptied, or ringing twenty times."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from uuid import uuid4

import httpx
import pytest
import redis
from celery import Celery
from django.db import transaction
from django.utils import timezone

from accounts.models import ProviderKey, User, Workspace
from accounts.services import provider_keys
from liveavatar_web import bell
from liveavatar_web.vault import Secret
from sessions_app.lifecycle import EndReason, State
from sessions_app.models import AvatarSession
from sessions_app.services import avatar_sessions
from sessions_app.services.acceptance import Wish
from tests import build
from tests.crash.beats import CREATE_SECRET, MINT, START
from tests.crash.broker import Broker
from tests.crash.installation import LIVE, WEB, Installation
from tests.crash.order import await_order, running
from tests.crash.visitor import Visitor
from tests.crash.waiting import until
from tests.simulator.cloud import SimulatedCloud


@pytest.fixture
def visitor(installation: Installation, alice: User, workspace: Workspace) -> Iterator[Visitor]:
    """Alice, signed in."""
    installation.start_missing(WEB)
    with Visitor(installation.address) as visitor:
        visitor.sign_in(alice.email, build.PASSWORD)
        yield visitor


def ask(visitor: Visitor, wish: Wish, idempotency_key: str) -> httpx.Response:
    body = {"avatar": str(wish.avatar.public_id), "provider_key": str(wish.provider_key.public_id)}
    return visitor.call("/api/sessions", body, **{"Idempotency-Key": idempotency_key})


@pytest.mark.parametrize(("trouble", "patience"), [(Broker.away, 2.0), (Broker.frozen, 5.0)])
def test_a_start_is_accepted_without_the_broker_and_begins_when_it_is_back(
    trouble: Callable[[Broker], AbstractContextManager[None]],
    patience: float,
    broker: Broker,
    cloud: SimulatedCloud,
    visitor: Visitor,
    wish: Wish,
) -> None:
    key = str(uuid4())
    with trouble(broker):
        asked_at = time.monotonic()
        accepted = ask(visitor, wish, key)
        waited = time.monotonic() - asked_at
        again = ask(visitor, wish, key)

    assert accepted.status_code == 202, accepted.text
    assert accepted.json()["state"] == State.REQUESTED
    assert again.json()["id"] == accepted.json()["id"]
    assert waited < patience
    until(lambda: AvatarSession.objects.live().exists())
    await_order(cloud)
    assert len(running(cloud)) == 1


def flush(broker: Broker) -> None:
    with redis.Redis.from_url(broker.url) as client:
        client.flushall()


def restart(broker: Broker) -> None:
    broker.stop()
    broker.start()


@pytest.mark.parametrize("forget", [flush, restart])
def test_sessions_outlive_a_redis_that_forgets_everything(
    forget: Callable[[Broker], None],
    broker: Broker,
    installation: Installation,
    cloud: SimulatedCloud,
    alice: User,
    wish: Wish,
) -> None:
    talking, leaving = (build.avatar_session(alice, wish) for _ in range(2))
    await_order(cloud)

    forget(broker)
    avatar_sessions.request_stop(
        leaving, caller=build.caller(alice), reason=EndReason.PERSON, now=timezone.now()
    )
    coming = build.avatar_session(alice, wish)
    await_order(cloud)

    for session in (talking, leaving, coming):
        session.refresh_from_db()
    assert [talking.state, leaving.state, coming.state] == [State.LIVE, State.ENDED, State.LIVE]
    assert running(cloud) == sorted([talking.remote_id, coming.remote_id])


@pytest.fixture
def second_worker(installation: Installation) -> Iterator[None]:
    installation.start_missing(f"{LIVE}-2")
    yield
    installation.kill(f"{LIVE}-2")


@pytest.mark.usefixtures("second_worker")
def test_bells_doubled_and_out_of_order_and_two_workers_make_one_of_everything(
    bells: Celery,
    broker: Broker,
    cloud: SimulatedCloud,
    workspace: Workspace,
    alice: User,
    wish: Wish,
) -> None:
    session = build.avatar_session(alice, wish)
    value = Secret("sk-sim-rung-for-twenty-times")
    key = provider_keys.register(
        caller=build.caller(alice), workspace=workspace, name="Rung for", value=value
    )
    for _ in range(20):
        # Ends and looks before the beginning, and each more often than there is anything to do.
        for act in ("stop", "keep", "start"):
            ring(bells, f"sessions_app.{act}_session", "live", session_id=session.pk)
        for act in ("delete_provider_secrets", "push_provider_key"):
            ring(bells, f"accounts.{act}", "sync", key_id=key.pk)
    until(lambda: silent(broker))
    await_order(cloud)

    calls = cloud.state()["calls"]
    assert (calls[MINT], calls[START]) == ({"200": 1}, {"201": 1})
    assert ProviderKey.objects.get(pk=key.pk).state == ProviderKey.State.READY
    # The other is the one that `wish` has put there.
    assert calls[CREATE_SECRET] == {"200": 2}


def ring(bells: Celery, task: str, queue: str, **ids: int) -> None:
    bells.send_task(task, kwargs=ids, queue=queue)


def silent(broker: Broker) -> bool:
    """Whether every message has been taken."""
    with redis.Redis.from_url(broker.url) as client:
        return not any(client.llen(queue) for queue in ("live", "sync"))


@pytest.mark.django_db(transaction=True)
def test_a_bell_that_fails_for_whatever_reason_spoils_nothing(alice: User) -> None:
    with transaction.atomic():
        User.objects.filter(pk=alice.pk).update(name="Alice the Second")
        bell.ring("sessions_app.sweep", queue="sweep", session_id=object())  # type: ignore[arg-type]

    alice.refresh_from_db()
    assert alice.name == "Alice the Second"
