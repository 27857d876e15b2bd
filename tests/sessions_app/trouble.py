"""What can go wrong with a call to the cloud, in the words of the simulator's door."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any, Final

from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from sessions_app.models import CloudSession
from sessions_app.services.sweep import sweep
from tests.sessions_app.racing import wait_for
from tests.sessions_app.rows import time_passes
from tests.simulator.cloud import SimulatedCloud
from tests.work import drain, one_round, sweep_and_drain

MINT: Final = "POST /v1/sessions/token"
START: Final = "POST /v1/sessions/start"
STOP: Final = "POST /v1/sessions/stop"
KEEP_ALIVE: Final = "POST /v1/sessions/keep-alive"
READ: Final = "GET /v1/sessions/{id}"
LIST_SESSIONS: Final = "GET /v1/sessions"

CREATE_SECRET: Final = "POST /v1/secrets"
LIST_SECRETS: Final = "GET /v1/secrets"
DELETE_SECRET: Final = "DELETE /v1/secrets/{id}"

CREATE_CONTEXT: Final = "POST /v1/contexts"
LIST_CONTEXTS: Final = "GET /v1/contexts"
UPDATE_CONTEXT: Final = "PATCH /v1/contexts/{id}"
DELETE_CONTEXT: Final = "DELETE /v1/contexts/{id}"

CREDITS: Final = "GET /v1/users/credits"
PUBLIC_AVATARS: Final = "GET /v1/avatars/public"
OWN_AVATARS: Final = "GET /v1/avatars"

_NOTHING_IN_IT: Final = {"code": 1000, "data": {}, "message": "ok"}
TROUBLES: dict[str, dict[str, Any]] = {
    "cut before it took effect": {"mode": "close_before"},
    "cut after it took effect": {"mode": "close_after"},
    "hung before it took effect": {"mode": "hang_before"},
    "hung after it took effect": {"mode": "hang_after"},
    "dripped": {"mode": "drip", "drip_ms": 100},
    "a fault of the cloud": {"status": 500},
    "a fault though it took effect": {"mode": "respond_after", "status": 503},
    "a gateway's page": {"status": 502, "body": "<html>Bad gateway</html>"},
    "too many requests": {"mode": "rate_limit", "retry_after": 3},
    "an answer that is none": {"status": 200, "body": {"surprise": True}},
    "an answer broken off": {"mode": "respond_after", "status": 200, "body": '{"code": 1000, '},
    "nothing in the answer": {"status": 200, "body": _NOTHING_IN_IT},
    "nothing in the answer though it took effect": {
        "mode": "respond_after",
        "status": 200,
        "body": _NOTHING_IN_IT,
    },
}
SLOW: Final = frozenset(
    name for name, script in TROUBLES.items() if script.get("mode", "")[:4] in {"hang", "drip"}
)


def _refusal(status: int, message: str, code: int = 4000) -> dict[str, Any]:
    return {"status": status, "body": {"code": code, "data": None, "message": message}}


# Every refusal that the vendor documents, or that was seen.
REFUSALS: dict[str, dict[str, Any]] = {
    "a bad request": _refusal(400, "Bad request error"),
    "a wrong account key": {"status": 401, "body": ""},
    "no credits": _refusal(402, "Not enough credits", 4020),
    "a spent token": _refusal(403, "Not authenticated", 4003),
    "too many sessions": _refusal(403, "Session concurrency limit reached", 4003),
    "nothing by that id": _refusal(404, "Not found", 4040),
    "a conflict": _refusal(409, "Conflict", 4090),
    "a wrong field": _refusal(422, "Request validation errors"),
    "a refusal in a success": _refusal(200, "Invalid secret_id"),
}
EVERYTHING: Final = TROUBLES | REFUSALS


def fault(cloud: SimulatedCloud, route: str, *, times: int | None = 1, **script: Any) -> None:
    cloud.door("POST", "faults", {"route": route, "times": times, **script})


@contextmanager
def in_trouble(
    cloud: SimulatedCloud,
    *routes: str,
    troubles: Collection[str] = EVERYTHING,
    lasts: bool = False,
) -> Iterator[None]:
    """Within the block as many calls of each route as there are troubles meet one each, or all.

    What changes nothing is tried three times at once, so three of its attempts fail.
    """
    deadline = 0.1 if SLOW & set(troubles) else settings.CLOUD_CALL_DEADLINE
    with override_settings(CLOUD_CALL_DEADLINE=deadline):
        for route, trouble in product(routes, troubles):
            times = None if lasts else 3 if route.startswith("GET") else 1
            fault(cloud, route, times=times, **EVERYTHING[trouble])
        yield
    lift(cloud)


def is_hung(cloud: SimulatedCloud, route: str) -> Callable[[], bool]:
    return lambda: bool(cloud.state()["hung"].get(route))


def lift(cloud: SimulatedCloud) -> None:
    """Ends all trouble. Calls that hung go on, and take effect although nobody waits any more."""
    cloud.door("DELETE", "faults")
    wait_for(lambda: not cloud.state()["hung"])


def two_sweeps_pass() -> None:
    """The time between two sweeps, twice, and all that can be done in it."""
    for _ in range(2):
        time_passes(settings.SWEEP_SECONDS)
        sweep(now=timezone.now())
        for _ in range(6):
            if not one_round(timezone.now()):
                break


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
