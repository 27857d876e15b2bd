"""Watch requests that one web process holds open at once: memory and threads for each.

Raw sockets, each on a workspace of its own. All of them are woken at the end, so that none is
counted that was not there.
"""

import asyncio
import resource
import sys
import time
from typing import Final

import psutil

from bench.ground import ground
from bench.wire import Wire
from scripts.stack import Stack

WATCHERS: Final = 5_000
# What one process needs once, whoever watches, is allocated before the count begins.
WARM: Final = 500
_IDLE_SHARE: Final = 0.05

_MAKE: Final = """
from accounts.models import Workspace
from liveavatar_web import watch
made = Workspace.objects.bulk_create(Workspace(name="watched") for _ in range({count}))
for each in made:
    print(watch.address("workspace", each.public_id))
"""
_CHANGE: Final = """
from django.db import transaction
from django.db.models import F
from accounts.models import Workspace
from liveavatar_web import watch
watched = Workspace.objects.filter(name="watched")
with transaction.atomic():
    watched.update(version=F("version") + 1)
    ids = watched.values_list("public_id", flat=True)
    watch.nudge(*(("workspace", public_id) for public_id in ids))
"""


def main() -> int:
    _allow_many_files()
    with ground(only=("web",)) as here:
        asyncio.run(_measure(here.running))
    return 0


def _allow_many_files() -> None:
    """For us and for the processes that we start."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _measure(running: Stack) -> None:
    web = psutil.Process(running.processes["web"].pid)
    addresses = await asyncio.to_thread(_addresses, running)
    for watcher in await _watching(running, addresses[:WARM]):
        watcher.cancel()
    await _until_idle(web)
    memory, threads = web.memory_info().rss, web.num_threads()
    began = time.perf_counter()
    watchers = await _watching(running, addresses)
    opened = time.perf_counter() - began
    await _until_idle(web)
    each, while_waiting = (web.memory_info().rss - memory) / WATCHERS, web.num_threads()
    await asyncio.to_thread(running.manage, "shell", "-c", _CHANGE)
    woken = sum(await asyncio.gather(*watchers))
    print(
        f"{WATCHERS} watch requests open at one process, within {opened:.0f} s: {each / 1000:.1f} "
        f"kB each; {threads} threads before, {while_waiting} while they wait; {woken} were woken"
    )


def _addresses(running: Stack) -> list[str]:
    printed = running.manage("shell", "-c", _MAKE.format(count=WATCHERS))
    return [line for line in printed.splitlines() if line.startswith("/watch/")]


async def _watching(running: Stack, addresses: list[str]) -> list[asyncio.Task[bool]]:
    """Somebody who watches each address, once all of them have asked."""
    watchers = []
    for address in addresses:
        wire = await Wire.open(running.address)
        wire.send("GET", f"{address}?after=1")
        watchers.append(asyncio.create_task(_until_woken(wire, address)))
    return watchers


async def _until_woken(wire: Wire, address: str) -> bool:
    try:
        while (answer := await wire.answer()).status == 204:
            wire.send("GET", f"{address}?after=1")
        return answer.status == 200
    finally:
        wire.close()


async def _until_idle(process: psutil.Process) -> None:
    """It has done all that it was asked for, and waits."""
    process.cpu_percent()
    while True:
        await asyncio.sleep(0.5)
        if process.cpu_percent() < 100 * _IDLE_SHARE:
            return


if __name__ == "__main__":
    sys.exit(main())
