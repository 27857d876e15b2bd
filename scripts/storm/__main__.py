"""Runs the storm: SESSIONS conversations under random faults, seeded by SEED; then judges.

Everything is real processes on loopback, PostgreSQL among them. Meanwhile people register keys and
write contexts. Ends with 1 where a session was leaked, doubled, lost or stuck, or where the cloud
holds a secret or context twice, without a row, or not although its row says so.
"""

import os
import random
import secrets
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import Event

import httpx

from scripts import services
from scripts.serving import free_port
from scripts.stack import Managed, Stack, stack
from scripts.storm.judge import Judge
from scripts.storm.visitors import Conversation
from scripts.storm.weather import Weather
from scripts.storm.writers import Writing
from scripts.visitor import Visitor

AT_ONCE = 40
WRITERS = 4
# For each of so many conversations somebody registers a key or writes a context.
PER_WRITING = 4
SWEEP_SECONDS = 1
CLAIM_SECONDS = 8
QUICK = {
    "SWEEP_SECONDS": str(SWEEP_SECONDS),
    "CLOUD_CALL_DEADLINE": "3",
    "CLAIM_SECONDS": str(CLAIM_SECONDS),
    "LEASE_SECONDS": "6",
    "GOODBYE_SECONDS": "2",
    "KEEP_ALIVE_SECONDS": "4",
    "START_WITHIN_SECONDS": "30",
    "SESSION_TOKEN_SECONDS": "10",
    "RECONCILE_SECONDS": "2",
    "MAX_CONCURRENT_PER_WORKSPACE": str(AT_ONCE),
    "MAX_WAITING_IN_LINE": "1000",
    "MONTHLY_MINUTES_PER_WORKSPACE": "10000000",
    "LOG_LEVEL": "CRITICAL",
}
SETTLED_WITHIN = 90


def main() -> int:
    sessions = int(os.environ.get("SESSIONS") or 1000)
    seed = int(os.environ.get("SEED") or secrets.randbelow(10_000))
    print(f"{sessions} sessions, seed {seed}; the same again: make storm SEED={seed}", flush=True)
    with ExitStack() as opened:
        folder = opened.enter_context(tempfile.TemporaryDirectory())
        port = free_port()
        redis = opened.enter_context(Managed(partial(services.redis_process, port)))
        postgres = opened.enter_context(services.postgres())
        running = opened.enter_context(
            stack(
                folder=Path(folder),
                redis_url=f"redis://127.0.0.1:{port}/0",
                database_url=postgres.url,
                **QUICK,
            )
        )
        cloud = opened.enter_context(httpx.Client(base_url=running.simulator_address, timeout=30))
        _widen(cloud)
        chance = random.Random(seed)  # noqa: S311 (it shall be the same again)
        weather = Weather(running, redis, postgres.url, cloud, chance)
        began = time.monotonic()
        _converse(running, weather, sessions, seed)
        stormed = time.monotonic() - began
        weather.clear()
        judge = Judge(postgres.url, cloud, sweep_seconds=SWEEP_SECONDS)
        calm = judge.wait_until_calm(SETTLED_WITHIN)
        print(f"storm of {stormed:.0f} s: {weather.told()}")
        return judge.verdict(calm)


def _widen(cloud: httpx.Client) -> None:
    """The account itself shall not be what refuses."""
    cloud.post("/_sim/switches", json={"concurrency_limit": 1000, "rate_limit": 100_000})
    cloud.post("/_sim/credits", json={"credits": 10_000_000})


def _converse(running: Stack, weather: Weather, sessions: int, seed: int) -> None:
    over = Event()
    refused: Counter[str] = Counter()
    with (
        Visitor(running) as visitor,
        ThreadPoolExecutor(AT_ONCE + 1) as pool,
        ThreadPoolExecutor(WRITERS) as writers,
    ):
        storming = pool.submit(weather.rage, over)
        numbers = range(seed, seed + sessions)
        lives = [
            pool.submit(Conversation(visitor, random.Random(number), refused).live)  # noqa: S311
            for number in numbers
        ] + [
            writers.submit(Writing(visitor, random.Random(number), refused).live)  # noqa: S311
            for number in numbers[::PER_WRITING]
        ]
        for each in lives:
            each.result()
        over.set()
        storming.result()
    if refused:
        print("refused: " + ", ".join(f"{count} with {why}" for why, count in refused.items()))


if __name__ == "__main__":
    sys.exit(main())
