"""Alive, ready, and what is down."""

import json
import time
from typing import Any

import pytest
import redis
from django.test import Client

from liveavatar_web import queues
from liveavatar_web.tasks import ping
from scripts.serving import free_port
from tests.project.processes import python

ASK = """
import django; django.setup()
from django.test import Client
answer = Client(headers={"Host": "127.0.0.1"}).get("/readyz")
print(answer.status_code, answer.content.decode())
"""


def test_a_process_that_answers_is_alive(client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_being_alive_touches_no_database(client: Client, settings: Any) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"

    assert client.get("/healthz").status_code == 200


def test_a_process_that_reaches_its_database_and_redis_is_ready(db: None, client: Client) -> None:
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ok", "checks": {"database": True, "redis": True}},
    )


def test_a_redis_that_is_down_is_named(db: None, client: Client, settings: Any) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (
        503,
        {"status": "unavailable", "checks": {"database": True, "redis": False}},
    )


def test_a_postgresql_that_is_down_is_named_soon(redis_url: str) -> None:
    begun = time.monotonic()

    asked = python(
        "-c",
        ASK,
        DATABASE_URL=f"postgresql://nobody@127.0.0.1:{free_port()}/nothing",
        REDIS_URL=redis_url,
    )

    status, _, body = asked.stdout.partition(" ")
    assert (status, json.loads(body)) == (
        "503",
        {"status": "unavailable", "checks": {"database": False, "redis": True}},
    )
    assert time.monotonic() - begun < 20


def test_queues_that_are_answered_are_well(unanswered_queues: None, client: Client) -> None:
    for name in queues.QUEUES:
        ping(name=name)

    answer = client.get("/healthz/queues")

    body = answer.json()
    assert (answer.status_code, body["status"], body["silent"]) == (200, "ok", [])
    assert list(body["queues"]) == ["live", "sync", "sweep"]
    assert all(0 <= each["answered_seconds_ago"] < 60 for each in body["queues"].values())


def test_a_queue_that_nobody_answers_is_named(
    unanswered_queues: None, client: Client, redis_url: str
) -> None:
    ping(name="live")
    ping(name="sweep")
    with redis.Redis.from_url(redis_url) as server:
        long_ago = server.pttl("liveavatar-web:answered:sweep") - 61_000
        server.pexpire("liveavatar-web:answered:sweep", long_ago)

    answer = client.get("/healthz/queues")

    body = answer.json()
    assert (answer.status_code, body["silent"]) == (503, ["sync", "sweep"])
    assert body["queues"]["sync"]["answered_seconds_ago"] is None
    assert 61 <= body["queues"]["sweep"]["answered_seconds_ago"] < 90


def test_without_redis_every_queue_is_silent(client: Client, settings: Any) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"

    answer = client.get("/healthz/queues")
    ping(name="live")  # and a worker that answers is none the worse for it

    assert (answer.status_code, answer.json()["silent"]) == (503, ["live", "sync", "sweep"])


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told_to_anybody_and_kept_nowhere(path: str, db: None, client: Client) -> None:
    answer = client.get(path)

    assert answer.status_code == 200
    assert answer.cookies == {}
    assert "no-store" in answer.headers["Cache-Control"]
