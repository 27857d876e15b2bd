"""What each process of a run costs: time on the cores, memory, threads."""

import os
from collections.abc import Iterator, Mapping
from typing import Final

import psutil

CORES: Final = os.cpu_count() or 1


class Processes:
    """Processes by name, each with its children; `us` is whoever measures."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._by_name = {name: psutil.Process(pid) for name, pid in pids.items()}
        self._by_name["us"] = psutil.Process()

    def cpu_seconds(self) -> dict[str, float]:
        """User and system time of each since it began."""
        return {name: _with_children(each) for name, each in self._by_name.items()}

    def cpu_seconds_since(self, before: Mapping[str, float]) -> dict[str, float]:
        return {name: now - before[name] for name, now in self.cpu_seconds().items()}


def shares(cpu: Mapping[str, float], seconds: float, starts: int) -> Iterator[str]:
    """Who used the cores during so many seconds, and how much for each start; a line each."""
    for name, used in sorted(cpu.items(), key=lambda each: -each[1]):
        yield _share(name, used, seconds, starts)
    yield _share("all", sum(cpu.values()), seconds, starts)


def _share(name: str, used: float, seconds: float, starts: int) -> str:
    share = used / seconds / CORES
    return f"  {name:12} {share:6.1%} {1000 * used / starts:6.1f} ms a start"


def _with_children(process: psutil.Process) -> float:
    """Children that have ended count with their parent; `us` counts without those it started."""
    if process.pid == os.getpid():
        own = process.cpu_times()
        return own.user + own.system
    total = 0.0
    for each in (process, *process.children(recursive=True)):
        try:
            times = each.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    ended = process.cpu_times()
    return total + ended.children_user + ended.children_system
