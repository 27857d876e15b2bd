"""Runs the desk's processes side by side, and says what a person needs to know.

Until everything is ready their output is held back; from then on it is shown as it comes. When one
of them ends by itself all are stopped, and the last lines of that one are shown.
"""

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from subprocess import Popen

from scripts.steps import LAST_LINES

READY_SECONDS = 60
STOP_SECONDS = 5
# What a person, a service manager and a closed terminal send.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Command:
    """A process to run: its name, its command line and what it finds in its environment."""

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str]


@dataclass
class Supervisor:
    """Runs commands until a signal comes, one of them ends, or they do not become ready.

    `missing` names what is not ready yet; `announce` is called once, when nothing is. `beside` are
    processes started by others, without which the commands are of no use.
    """

    commands: Sequence[Command]
    missing: Callable[[], Sequence[str]]
    announce: Callable[[], None]
    beside: Mapping[str, Popen[bytes]]
    _is_shown: bool = False
    _last_lines: dict[str, deque[str]] = field(default_factory=dict)

    def run(self) -> int:
        """Returns 0 after a signal, 1 when the end was not asked for."""
        return asyncio.run(self._run())

    async def _run(self) -> int:
        asked = asyncio.Event()
        for number in SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, asked.set)
        running: list[Process] = []
        try:
            for command in self.commands:
                # One by one: when one cannot start, those before it are stopped.
                running.append(await _start(command))  # noqa: PERF401
            trouble = await self._first_end(asked, running)
        finally:
            await _stop(running)
        print(trouble or "Stopped.")
        return 1 if trouble else 0

    async def _first_end(self, asked: asyncio.Event, running: Sequence[Process]) -> str | None:
        """Waits for the first reason to end: None when a signal asks for it, else what happened."""
        followed = [
            asyncio.create_task(self._follow(command.name, process))
            for command, process in zip(self.commands, running, strict=True)
        ]
        asking = asyncio.create_task(asked.wait())
        watching = asyncio.create_task(self._watch())
        reasons = {asking, watching, *followed}
        done, rest = await asyncio.wait(reasons, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
        return None if asking in done else str(done.pop().result())

    async def _follow(self, name: str, process: Process) -> str:
        """Reads a process's output until it ends."""
        lines = self._last_lines.setdefault(name, deque(maxlen=LAST_LINES))
        width = max(len(command.name) for command in self.commands)
        assert process.stdout is not None
        async for raw in process.stdout:
            lines.append(raw.decode("utf-8", "replace").rstrip())
            if self._is_shown:
                print(f"{name:{width}} | {lines[-1]}", flush=True)
        code = await process.wait()
        last = "".join(f"\n  {line}" for line in lines)
        return f"{name} ended by itself with code {code}; everything is stopped.{last}"

    async def _watch(self) -> str:
        deadline = asyncio.get_running_loop().time() + READY_SECONDS
        while missing := await asyncio.to_thread(self.missing):
            if asyncio.get_running_loop().time() > deadline:
                last = "".join(f"\n  {line}" for line in self._last_lines.get(missing[0], ()))
                return f"Not ready after {READY_SECONDS} s: {', '.join(missing)}.{last}"
            await asyncio.sleep(0.05)
        self.announce()
        self._is_shown = True
        while True:
            for name, process in self.beside.items():
                if process.poll() is not None:
                    return f"{name} ended by itself; everything is stopped."
            await asyncio.sleep(0.5)


async def _start(command: Command) -> Process:
    """A session of its own keeps a terminal's Ctrl-C away: the supervisor passes it on in order."""
    return await asyncio.create_subprocess_exec(
        *command.argv,
        env=dict(command.environment),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
        start_new_session=True,
        limit=2**20,
    )


async def _stop(running: Sequence[Process]) -> None:
    """Asks all to end, waits a little, and ends what is left with all that it started."""
    _signal_groups(running, signal.SIGTERM)
    waiting = [asyncio.create_task(process.wait()) for process in running]
    if waiting:
        await asyncio.wait(waiting, timeout=STOP_SECONDS)
    _signal_groups(running, signal.SIGKILL)
    for task in waiting:
        await task


def _signal_groups(running: Sequence[Process], number: signal.Signals) -> None:
    for process in running:
        # Gone already; macOS says so with a PermissionError.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
