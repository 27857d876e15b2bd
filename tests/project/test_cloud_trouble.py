"""The share of the cloud's calls that went wrong, over all workers."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis

from liveavatar import Attempt
from liveavatar_web import cloud_trouble
from liveavatar_web.cloud_trouble import Share
from scripts.serving import free_port


@pytest.fixture(autouse=True)
def nothing_counted(redis_url: str) -> Iterator[None]:
    cloud_trouble.hand_over()
    with redis.Redis.from_url(redis_url) as client:
        for key in client.scan_iter("liveavatar-web:cloud-calls:*"):
            client.delete(key)
        yield


def called(outcome: str) -> None:
    cloud_trouble.count(
        Attempt("GET", "/v1/sessions", 1, outcome, status=None, seconds=0.1, vendor_request_id=None)
    )


def test_what_every_worker_has_counted_is_added_up() -> None:
    for outcome in ("ok", "ok", "OutcomeUnknown", "NotFound"):
        called(outcome)
    cloud_trouble.hand_over()
    called("ServerFault")  # by another worker
    cloud_trouble.hand_over()

    read = cloud_trouble.read()

    assert read == Share(calls=5, troubled=2)
    assert read.percent == 40


def test_nothing_is_counted_twice_and_no_calls_are_no_trouble() -> None:
    cloud_trouble.hand_over()

    assert cloud_trouble.read() == Share(calls=0, troubled=0)
    assert cloud_trouble.read().percent == 0


def test_a_heartbeat_without_redis_costs_the_counts_and_no_more(settings: Any) -> None:
    called("ok")
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"

    cloud_trouble.hand_over()
