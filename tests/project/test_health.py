"""Alive, ready, and what is down."""

import json
import time
from typing import Any

import pytest
from django.test import Client

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


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told_to_anybody_and_kept_nowhere(path: str, db: None, client: Client) -> None:
    answer = client.get(path)

    assert answer.status_code == 200
    assert answer.cookies == {}
    assert "no-store" in answer.headers["Cache-Control"]
