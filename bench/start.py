"""What we add to a start: from the click to `live` in the browser, beyond the two cloud calls.

The baseline is the same two calls made bare, with a warm httpx client, in the same run against the
same simulator; both kinds take turns, so that a busy machine slows both.
"""

import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from bench.ground import ground
from liveavatar import Client, LiteSession, OpenAIRealtime
from scripts.stack import Stack
from scripts.visitor import Visitor

STARTS = 50
PER_SECOND = 10
AMARA = "0b7c2f3e-52a1-4e0e-9d1c-6a2f4b8e1c01"


def main() -> int:
    with (
        ground() as here,
        Visitor(here.running) as visitor,
        Client("sim-stack", here.running.simulator_address) as cloud,
    ):
        bare = _bare_calls(cloud)
        for _ in range(3):  # everything is warm afterwards
            visitor.timed_start()
        _report("one after another", *_in_turns(visitor, bare))
        _report(f"{PER_SECOND} a second", _at_a_rate(here.running), _times(bare, 20))
    return 0


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


def _in_turns(visitor: Visitor, bare: Callable[[], float]) -> tuple[list[float], list[float]]:
    ours, baseline = [], []
    for _ in range(STARTS):
        baseline.append(bare())
        ours.append(visitor.timed_start())
    return ours, baseline


def _at_a_rate(running: Stack) -> list[float]:
    """Starts at a steady rate, whether or not those before have finished."""
    visitors = [Visitor(running) for _ in range(PER_SECOND)]
    with ThreadPoolExecutor(PER_SECOND) as pool:
        pending = []
        for number in range(STARTS):
            pending.append(pool.submit(visitors[number % PER_SECOND].timed_start))
            time.sleep(1 / PER_SECOND)
        return [each.result() for each in pending]


def _times(measure: Callable[[], float], count: int) -> list[float]:
    return [measure() for _ in range(count)]


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
