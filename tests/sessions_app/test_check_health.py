"""`manage.py check_health`: one line for each number, and a code that a script can go by."""

import re
from datetime import timedelta
from io import StringIO

import pytest
import redis
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from liveavatar_web import cloud_trouble, queues
from sessions_app.lifecycle import State
from sessions_app.models import CloudStranger
from sessions_app.services import reconciliation
from sessions_app.services.acceptance import Wish
from tests import build
from tests.sessions_app.rows import placed
from tests.simulator.cloud import SimulatedCloud
from tests.work import drain


@pytest.fixture(autouse=True)
def well(redis_url: str) -> None:
    """Queues that are answered, and nothing left of what other tests rang for or called."""
    cloud_trouble.hand_over()
    with redis.Redis.from_url(redis_url) as client:
        client.delete(*queues.QUEUES)
        for key in client.scan_iter("liveavatar-web:*"):
            client.delete(key)
    for name in queues.QUEUES:
        queues.answered(name)


def looked_at() -> list[str]:
    """The lines that ask somebody to look."""
    said = StringIO()
    with pytest.raises(CommandError, match="operations"):
        call_command("check_health", stdout=said)
    return [line for line in said.getvalue().splitlines() if line.startswith("LOOK")]


def test_an_installation_that_is_well_says_so(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    build.avatar_session(alice, wish)
    drain()
    reconciliation.sweep(now=timezone.now())
    reconciliation.reconcile("sessions")
    drain()
    for kind in ("secrets", "contexts"):
        reconciliation.reconcile(kind)
    cloud_trouble.hand_over()
    said = StringIO()

    call_command("check_health", stdout=said)

    lines = said.getvalue().splitlines()
    assert [line for line in lines if not line.startswith("ok")] == []
    assert re.search("queue live: answered [0-9]+ s ago, 0 waiting", lines[0])
    assert re.search("1 live here, 1 there [0-9]+ s ago, of which 0 are strangers", said.getvalue())


def test_each_number_that_is_wrong_is_told_by_its_line(
    alice: User, plan: Wish, redis_url: str
) -> None:
    now = timezone.now()
    placed(
        alice,
        plan,
        State.STOPPING,
        due_at=now - timedelta(minutes=10),
        attempts=6,
        last_error="OutcomeUnknown",
    )
    CloudStranger.objects.create(remote_id="strange", first_seen_at=now, last_seen_at=now)
    with redis.Redis.from_url(redis_url) as client:
        client.delete("liveavatar-web:answered:sync")
        client.hset(
            f"liveavatar-web:cloud-calls:{int(now.timestamp() // 60)}",
            mapping={"calls": 100, "troubled": 20},
        )

    queue, oldest, failing, calls, sessions = looked_at()

    assert "queue sync: never answered" in queue
    assert "oldest due row: 600 s (session)" in oldest
    assert "rows that keep failing: 1 session" in failing
    assert "cloud calls in 15 minutes: 100, 20.0 % in trouble" in calls
    assert "the cloud was never asked" in sessions
