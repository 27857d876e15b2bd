"""Bells: rung after commit, never louder than the change they tell of."""

import base64
import json
from uuid import uuid4

import pytest
import redis
from django.db import transaction

from liveavatar_web import bell
from liveavatar_web.celery import app


def rung(redis_url: str, queue: str) -> list[tuple[str, dict[str, int]]]:
    """Takes the messages out of a queue as a worker would: task and ids."""
    with redis.Redis.from_url(redis_url) as client:
        messages = [json.loads(each) for each in client.lrange(queue, 0, -1)]
        client.delete(queue)
    return [
        (message["headers"]["task"], json.loads(base64.b64decode(message["body"]))[1])
        for message in messages
    ]


@pytest.mark.django_db(transaction=True)
def test_a_bell_is_rung_once_its_change_is_committed(redis_url: str) -> None:
    queue = str(uuid4())

    with transaction.atomic():
        bell.ring("sessions_app.start_session", queue=queue, session_id=7)
        assert rung(redis_url, queue) == []

    assert rung(redis_url, queue) == [("sessions_app.start_session", {"session_id": 7})]


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_undone_rings_nothing(redis_url: str) -> None:
    queue = str(uuid4())

    with transaction.atomic():
        bell.ring("sessions_app.start_session", queue=queue, session_id=7)
        transaction.set_rollback(True)

    assert rung(redis_url, queue) == []


def test_every_bell_that_is_rung_has_a_task_that_answers() -> None:
    app.loader.import_default_modules()
    known = {name for name in app.tasks if name.startswith(("accounts.", "sessions_app."))}

    assert known == {
        "accounts.delete_provider_secrets",
        "accounts.keep_audit",
        "accounts.push_provider_key",
        "accounts.send_invitation",
        "sessions_app.advance_line",
        "sessions_app.carry_out_stop_order",
        "sessions_app.count_starts",
        "sessions_app.keep_session",
        "sessions_app.mirror_context",
        "sessions_app.reconcile",
        "sessions_app.start_session",
        "sessions_app.stop_cloud_session",
        "sessions_app.stop_session",
        "sessions_app.sweep",
        "sessions_app.tell_of_budget",
        "sessions_app.tell_of_pause",
        "sessions_app.tidy",
        "sessions_app.sync_catalogue",
    }
