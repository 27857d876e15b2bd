"""What whoever runs the product sees of it from outside, while real processes are at work."""

import json
from typing import Any
from uuid import uuid4

import httpx
from prometheus_client.parser import text_string_to_metric_families

from accounts.models import AuditEvent, User
from sessions_app.models import AvatarSession
from sessions_app.services.acceptance import Wish
from tests import build
from tests.crash.installation import BEAT, LIVE, SYNC, WEB, Installation
from tests.crash.order import await_order
from tests.crash.visitor import Visitor
from tests.crash.waiting import until
from tests.simulator.cloud import SimulatedCloud


def counted(told: str, name: str, **labels: str) -> float:
    """One value of what a process told; 0 where it has not begun to count that."""
    return sum(
        sample.value
        for family in text_string_to_metric_families(told)
        for sample in family.samples
        if (sample.name, sample.labels) == (name, labels)
    )


def test_every_process_without_pages_tells_what_it_has_counted(
    installation: Installation, cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    before = installation.metrics(LIVE)
    build.avatar_session(alice, wish)
    await_order(cloud)

    live, sync, beat = (installation.metrics(name) for name in (LIVE, SYNC, BEAT))

    def grown(name: str, **labels: str) -> float:
        return counted(live, name, **labels) - counted(before, name, **labels)

    start = {"method": "POST", "route": "/v1/sessions/start", "outcome": "ok"}
    task = {"task": "sessions_app.start_session", "outcome": "success"}
    assert grown("liveavatar_sessions_started_total") == 1
    assert grown("liveavatar_session_start_seconds_count") == 1
    assert grown("liveavatar_cloud_calls_total", **start) == 1
    assert grown("liveavatar_tasks_total", **task) >= 1
    assert counted(sync, "liveavatar_tasks_total", task="sessions_app.sweep", outcome="success")
    assert counted(beat, "process_resident_memory_bytes") > 0


def silent(installation: Installation) -> tuple[int, list[str]]:
    """What web says of the queues: its status, and those that nobody answers."""
    answer = httpx.get(f"{installation.address}/healthz/queues", timeout=5)
    return answer.status_code, answer.json()["silent"]


def test_a_queue_whose_worker_is_killed_is_named_until_another_one_answers(
    installation: Installation,
) -> None:
    installation.start_missing(WEB)
    until(lambda: silent(installation) == (200, []))

    installation.kill(SYNC)
    until(lambda: silent(installation) == (503, ["sync", "sweep"]))

    installation.start(SYNC)
    until(lambda: silent(installation) == (200, []))


def test_a_queue_whose_worker_hangs_is_named_though_the_process_lives(
    installation: Installation,
) -> None:
    installation.start_missing(WEB)
    until(lambda: silent(installation) == (200, []))

    with installation.frozen(LIVE):
        until(lambda: silent(installation) == (503, ["live"]))

    until(lambda: silent(installation) == (200, []))


def lines(said: str) -> list[dict[str, Any]]:
    """What a process has logged; each line must be JSON."""
    return [json.loads(line) for line in said.splitlines()]


def test_the_id_of_a_request_is_in_every_line_from_the_page_to_the_task(
    installation: Installation, cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    installation.start_missing(WEB)
    body = {"avatar": str(wish.avatar.public_id), "provider_key": str(wish.provider_key.public_id)}
    request_id = "5f2c9f04a2b14bd2ab2f0d4a1f0a77e1"
    said_before = {name: len(installation.said(name)) for name in (WEB, LIVE)}
    # A sweep that is faster than the request's own message rings for the row without the id.
    installation.kill(BEAT)

    with Visitor(installation.address) as visitor:
        visitor.sign_in(alice.email, build.PASSWORD)
        ids = {"X-Request-ID": request_id, "Idempotency-Key": str(uuid4())}
        answer = visitor.call("/api/sessions", body, **ids)
    until(lambda: AvatarSession.objects.live().exists())
    installation.start(BEAT)
    await_order(cloud)

    session = answer.json()["id"]
    assert answer.headers["X-Request-ID"] == request_id
    told = {
        name: [
            line
            for line in lines(installation.said(name)[said_before[name] :])
            if line.get("request_id") == request_id
        ]
        for name in (WEB, LIVE)
    }
    at_web = [(line["event"], line.get("code"), line.get("session")) for line in told[WEB]]
    assert ("request_finished", 202, None) in at_web
    assert ("session.moved", None, session) in at_web
    steps = [line["cause"] for line in told[LIVE] if line["event"] == "session.moved"]
    assert steps == ["claimed", "minted", "started"]
    routes = [line["route"] for line in told[LIVE] if line["event"] == "cloud.called"]
    assert routes == ["/v1/sessions/token", "/v1/sessions/start"]
    assert AuditEvent.objects.get(action="avatar_session.live").request_id == request_id
