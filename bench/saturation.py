"""Starts a second until saturation, all processes on the same cores; and who uses the cores.

People start one session after another, as fast as they come live in their pages; more people
until the figure grows no more. The cloud answers at once, so that only we are measured.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bench.ground import Ground, ground
from bench.person import Person
from bench.processes import CORES, shares
from scripts.visitor import Visitor

PEOPLE: Final = (4, 8, 16, 32)
SECONDS: Final = 8
# Sessions stay until the end of the run: their ends are no part of the figure.
LONG_LEASES: Final = {"LEASE_SECONDS": "3600", "KEEP_ALIVE_SECONDS": "3600"}


@dataclass
class Round:
    """What so many people came to together."""

    people: int
    seconds: float = 0
    waits: list[float] = field(default_factory=list)
    cpu: Mapping[str, float] = field(default_factory=dict)

    @property
    def a_second(self) -> float:
        return len(self.waits) / self.seconds


def main() -> int:
    with ground(**LONG_LEASES) as here, Visitor(here.running) as visitor:
        asyncio.run(_start_for(visitor, people=2, seconds=3))  # everything is warm afterwards
        rounds = [_round(here, visitor, people) for people in PEOPLE]
    for each in rounds:
        p50, *_, p95 = statistics.quantiles(each.waits, n=20)[9:19]
        print(
            f"{each.people} people: {each.a_second:.1f} starts a second, live after "
            f"p50 {1000 * p50:.0f} ms, p95 {1000 * p95:.0f} ms"
        )
    _report(max(rounds, key=lambda each: each.a_second))
    return 0


def _round(here: Ground, visitor: Visitor, people: int) -> Round:
    done = Round(people)
    before, began = here.processes.cpu_seconds(), time.perf_counter()
    done.waits = asyncio.run(_start_for(visitor, people=people, seconds=SECONDS))
    done.seconds = time.perf_counter() - began
    done.cpu = here.processes.cpu_seconds_since(before)
    return done


async def _start_for(visitor: Visitor, *, people: int, seconds: float) -> list[float]:
    until = time.perf_counter() + seconds
    each = [_keep_starting(await Person.at_page_of(visitor), until) for _ in range(people)]
    return [wait for waits in await asyncio.gather(*each) for wait in waits]


async def _keep_starting(person: Person, until: float) -> list[float]:
    waits = []
    while (clicked := time.perf_counter()) < until:
        await person.start()
        waits.append(time.perf_counter() - clicked)
    person.leave()
    return waits


def _report(best: Round) -> None:
    print(f"saturated at {best.a_second:.1f} starts a second; of {CORES} cores:")
    print("\n".join(shares(best.cpu, best.seconds, len(best.waits))))


if __name__ == "__main__":
    sys.exit(main())
