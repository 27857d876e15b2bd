"""What we add to a start: from the click to `live` in the browser, beyond the two cloud calls.

The baseline is the same two calls made bare, with a warm httpx client, in the same run against the
same simulator; both kinds take turns, so that a busy machine slows both. Every session is stopped
as soon as it is live, which is part of the load.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Callable
from typing import Final

from bench.ground import Ground, ground
from bench.person import Person
from bench.processes import shares
from liveavatar import Client, LiteSession, OpenAIRealtime
from scripts.visitor import Visitor

STARTS: Final = 100
PER_SECOND: Final = 10
AMARA: Final = "0b7c2f3e-52a1-4e0e-9d1c-6a2f4b8e1c01"


def main() -> int:
    with (
        ground() as here,
        Visitor(here.running) as visitor,
        Client("sim-stack", here.running.simulator_address) as cloud,
    ):
        asyncio.run(_measure(here, visitor, _bare_calls(cloud)))
    return 0


async def _measure(here: Ground, visitor: Visitor, bare: Callable[[], float]) -> None:
    await _at_a_rate(visitor, 2 * PER_SECOND)  # everything is warm afterwards
    _report("one after another", *await _in_turns(visitor, bare))
    before, began = here.processes.cpu_seconds(), time.perf_counter()
    ours = await _at_a_rate(visitor, STARTS)
    used, seconds = here.processes.cpu_seconds_since(before), time.perf_counter() - began
    _report(f"{PER_SECOND} a second", ours, [bare() for _ in range(20)])
    print("\n".join(shares(used, seconds, len(ours))))


def _bare_calls(cloud: Client) -> Callable[[], float]:
    secret = cloud.secrets.create(name="bench", value="sk-sim-bench")
    wanted = LiteSession(AMARA, OpenAIRealtime(secret.id), max_session_duration=60)

    def calls() -> float:
        begun = time.perf_counter()
        minted = cloud.sessions.mint(wanted)
        cloud.session(minted.session_token).start()
        seconds = time.perf_counter() - begun
        cloud.sessions.stop(minted.session_id)
        return seconds

    return calls


async def _in_turns(visitor: Visitor, bare: Callable[[], float]) -> tuple[list[float], list[float]]:
    person = await Person.at_page_of(visitor)
    ours, baseline = [], []
    for _ in range(STARTS):
        baseline.append(bare())
        ours.append(await person.timed_start())
    person.leave()
    return ours, baseline


async def _at_a_rate(visitor: Visitor, starts: int) -> list[float]:
    """Starts at a steady rate, whether or not those before have finished."""
    waiting: list[Person] = []

    async def start() -> float:
        person = waiting.pop() if waiting else await Person.at_page_of(visitor)
        seconds = await person.timed_start()
        waiting.append(person)
        return seconds

    began, pending = time.perf_counter(), []
    for number in range(starts):
        await asyncio.sleep(began + number / PER_SECOND - time.perf_counter())
        pending.append(asyncio.create_task(start()))
    took = await asyncio.gather(*pending)
    for person in waiting:
        person.leave()
    return took


def _report(name: str, ours: list[float], baseline: list[float]) -> None:
    bare = statistics.median(baseline)
    added = sorted(1000 * (seconds - bare) for seconds in ours)
    p50, p95 = added[len(added) // 2], added[int(len(added) * 0.95)]
    print(
        f"{name}: {len(ours)} starts, we add p50 {p50:.0f} ms, p95 {p95:.0f} ms to the two bare "
        f"calls' {1000 * bare:.0f} ms; ratio {statistics.median(ours) / bare:.2f}"
    )


if __name__ == "__main__":
    sys.exit(main())
