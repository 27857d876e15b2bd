"""What can go wrong with a call to the cloud, in the words of the simulator's door."""

from collections.abc import Callable
from typing import Any

from sessions_app.models import CloudSession
from tests.sessions_app.racing import wait_for
from tests.sessions_app.rows import time_passes
from tests.simulator.cloud import SimulatedCloud
from tests.work import drain, sweep_and_drain

MINT = "POST /v1/sessions/token"
START = "POST /v1/sessions/start"
STOP = "POST /v1/sessions/stop"
KEEP_ALIVE = "POST /v1/sessions/keep-alive"
READ = "GET /v1/sessions/{id}"

TROUBLES: dict[str, dict[str, Any]] = {
    "cut before it took effect": {"mode": "close_before"},
    "cut after it took effect": {"mode": "close_after"},
    "hung before it took effect": {"mode": "hang_before"},
    "hung after it took effect": {"mode": "hang_after"},
    "dripped": {"mode": "drip", "drip_ms": 100},
    "a fault of the cloud": {"status": 500},
    "a gateway's page": {"status": 502, "body": "<html>Bad gateway</html>"},
    "too many requests": {"mode": "rate_limit", "retry_after": 1},
    "an answer that is none": {"status": 200, "body": {"surprise": True}},
}


def fault(cloud: SimulatedCloud, route: str, *, times: int | None = 1, **script: Any) -> None:
    cloud.door("POST", "faults", {"route": route, "times": times, **script})


def is_hung(cloud: SimulatedCloud, route: str) -> Callable[[], bool]:
    return lambda: bool(cloud.state()["hung"].get(route))


def lift(cloud: SimulatedCloud) -> None:
    """Ends all trouble. Calls that hung go on, and take effect although nobody waits any more."""
    cloud.door("DELETE", "faults")
    wait_for(lambda: not cloud.state()["hung"])


def settle(*, rounds: int = 12) -> None:
    """Time passes and the workers work, until only doubts that must wait are left."""
    for _ in range(rounds):
        time_passes()
        drain()


def doubts_run_out() -> None:
    """No start of a doubtful id can take effect any more; the sweep looks a last time."""
    CloudSession.objects.update(doubt_until="2026-01-01T00:00:00Z")
    time_passes()
    sweep_and_drain()
