"""What goes wrong in a storm: calls of the cloud's, and every process of ours."""

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from threading import Event
from typing import Any

import httpx
import psycopg

from scripts.stack import Managed, Stack

ROUTES = {
    "POST /v1/sessions/token": 3,
    "POST /v1/sessions/start": 6,
    "POST /v1/sessions/stop": 4,
    "POST /v1/sessions/keep-alive": 2,
    "GET /v1/sessions/{id}": 3,
    "GET /v1/sessions": 2,
    "POST /v1/secrets": 3,
    "GET /v1/secrets": 2,
    "DELETE /v1/secrets/{id}": 2,
    "POST /v1/contexts": 3,
    "GET /v1/contexts": 2,
    "PATCH /v1/contexts/{id}": 2,
    "DELETE /v1/contexts/{id}": 2,
}
FAULTS: tuple[dict[str, Any], ...] = (
    {"mode": "close_before"},
    {"mode": "close_after"},
    {"mode": "close_after"},
    {"mode": "hang_before"},
    {"mode": "hang_after"},
    {"mode": "rate_limit", "retry_after": 1},
    {"mode": "drip", "drip_ms": 100},
    {"status": 500},
    {"status": 502, "body": "<html>Bad gateway</html>"},
    {"status": 200, "body": {"surprise": True}},
    {"status": 400, "body": {"code": 4000, "data": None, "message": "Bad request error"}},
    {"status": 402, "body": {"code": 4020, "data": None, "message": "Not enough credits"}},
    {"status": 403, "body": {"code": 4003, "data": None, "message": "Not authenticated"}},
    {"status": 403, "body": {"code": 4003, "data": None, "message": "Session concurrency limit"}},
    {"status": 422, "body": {"code": 4000, "data": None, "message": "Request validation errors"}},
)
# Said of what is there all the same. Of a session nobody can tell, so it would just end.
NOT_FOUND: dict[str, Any] = {
    "status": 404,
    "body": {"code": 4040, "data": None, "message": "Not found"},
}
KILLED = ("worker-live", "worker-live", "worker-sync", "beat", "web")
CALM_SECONDS = 0.3
STRIKE_EVERY = 8.0


class Weather:
    """Scripts faults all the time, and strikes a process every few seconds."""

    def __init__(
        self,
        running: Stack,
        redis: Managed,
        database_url: str,
        cloud: httpx.Client,
        chance: random.Random,
    ) -> None:
        self._running = running
        self._redis = redis
        self._database_url = database_url
        self._cloud = cloud
        self._chance = chance
        self._struck: Counter[str] = Counter()

    def rage(self, over: Event) -> None:
        struck_at = time.monotonic()
        while not over.wait(CALM_SECONDS):
            self._script_a_fault()
            if time.monotonic() - struck_at > STRIKE_EVERY:
                struck_at = time.monotonic()
                self._strike()
            if self._chance.random() < 0.2:
                # What hangs goes on, and takes effect although nobody waits any more.
                self._cloud.delete("/_sim/faults")

    def clear(self) -> None:
        self._cloud.delete("/_sim/faults")

    def told(self) -> str:
        return ", ".join(f"{count} times {what}" for what, count in self._struck.most_common())

    def _script_a_fault(self) -> None:
        [route] = self._chance.choices(list(ROUTES), list(ROUTES.values()))
        names_what_may_be_gone = route.endswith(("secrets/{id}", "contexts/{id}"))
        fault = self._chance.choice([*FAULTS, NOT_FOUND] if names_what_may_be_gone else FAULTS)
        times = self._chance.randint(1, 3)
        self._cloud.post("/_sim/faults", json={"route": route, "times": times, **fault})
        self._struck["faulty calls scripted"] += times

    def _strike(self) -> None:
        what = self._chance.choice([*KILLED, "Redis", "PostgreSQL"])
        self._struck[f"{what} killed"] += 1
        match what:
            case "Redis":
                self._restart(self._redis)
            case "PostgreSQL":
                self._crash_database()
            case _:
                self._restart(self._running.processes[what])

    def _restart(self, process: Managed) -> None:
        process.kill()
        time.sleep(self._chance.uniform(0, 2))
        process.__enter__()

    def _crash_database(self) -> None:
        """A backend of its own that dies makes PostgreSQL end all of them, and recover."""
        with suppress(psycopg.OperationalError), psycopg.connect(self._database_url) as connection:
            os.kill(connection.info.backend_pid, signal.SIGKILL)
            connection.execute("SELECT 1")
