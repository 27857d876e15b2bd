"""Where the benches run: the whole product as real processes, PostgreSQL among them, unlimited."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from bench.processes import Processes
from scripts import services
from scripts.stack import Stack, stack

WITHOUT_LIMITS: Final = {
    "MAX_CONCURRENT_PER_WORKSPACE": "100000",
    "MAX_CONCURRENT_SESSIONS": "100000",
    "MONTHLY_MINUTES_PER_WORKSPACE": "100000000",
    "LOG_JSON": "yes",
}


@dataclass(frozen=True)
class Ground:
    running: Stack
    processes: Processes


@contextmanager
def ground(*, only: Sequence[str] = (), **settings: str) -> Iterator[Ground]:
    """As in production, but for the limits, and for the simulator in the cloud's place."""
    with (
        tempfile.TemporaryDirectory() as folder,
        services.redis() as redis,
        services.postgres(durable=True) as postgres,
        stack(
            folder=Path(folder),
            redis_url=redis.url,
            database_url=postgres.url,
            only=only,
            **{**WITHOUT_LIMITS, **settings},
        ) as running,
    ):
        if "simulator" in running.processes:
            _widen(running.simulator_address)
        pids = {name: process.pid for name, process in running.processes.items()}
        servers = {"postgres": postgres.process.pid, "redis": redis.process.pid}
        yield Ground(running, Processes({**pids, **servers}))


def _widen(simulator: str) -> None:
    """The account itself shall not be what refuses."""
    switches = {"concurrency_limit": 1_000_000, "rate_limit": 1_000_000}
    for door, values in {"switches": switches, "credits": {"credits": 10_000_000}}.items():
        httpx.post(f"{simulator}/_sim/{door}", json=values).raise_for_status()


def set_latency(simulator: str, profile: Mapping[str, object]) -> None:
    httpx.post(f"{simulator}/_sim/latency", json=dict(profile)).raise_for_status()
