"""Runs the desk's processes side by side under honcho, and says what a person needs to know.

Until everything is ready their output is held back; from then on it is shown as it comes. When one
of them ends by itself all are stopped, and the last lines of that one are shown.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from honcho.manager import SYSTEM_PRINTER_NAME, Manager
from honcho.printer import Printer

from scripts.steps import LAST_LINES

READY_SECONDS = 60
_STOPPED = re.compile(r"^(?P<name>\S+) stopped \(rc=(?P<code>-?\d+)\)")


class Journal:
    """The printer that honcho writes to: keeps each process's last lines, shows them when told."""

    def __init__(self, on_first: Callable[[], None]) -> None:
        self.width = 0  # set by honcho
        self.is_open = False
        self.first_to_stop: str | None = None
        self._last: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=LAST_LINES))
        self._on_first: Callable[[], None] | None = on_first
        self._printer = Printer(sys.stdout)

    def write(self, message: Any) -> None:
        """Takes one of honcho's messages: a line of a process, or of honcho itself."""
        if self._on_first is not None:
            begin, self._on_first = self._on_first, None
            begin()
        if message.name == SYSTEM_PRINTER_NAME:
            stopped = _STOPPED.match(message.data)
            if stopped and self.first_to_stop is None:
                self.first_to_stop = stopped["name"]
            return
        self._last[message.name].append(message.data.decode("utf-8", "replace").rstrip())
        if self.is_open:
            self._printer.width = self.width
            self._printer.write(message)

    def last_lines(self, name: str) -> str:
        return "\n".join(f"  {line}" for line in self._last[name])


class Supervisor:
    """Runs commands until a signal comes, one of them ends, or they do not become ready."""

    def __init__(
        self,
        commands: Mapping[str, Sequence[str]],
        environment: Callable[[str], Mapping[str, str]],
        *,
        missing: Callable[[], Sequence[str]],
        announce: Callable[[], None],
        beside: Mapping[str, subprocess.Popen[bytes]],
    ) -> None:
        """Each command is given `environment(its name)`.

        `missing` names what is not ready yet; `announce` is called once, when nothing is. `beside`
        are processes started by others, without which the commands are of no use.
        """
        self._missing = missing
        self._announce = announce
        self._beside = beside
        self._over = threading.Event()
        self._trouble: str | None = None
        # The watching thread begins after honcho has forked: a fork copies no other thread.
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._journal = Journal(on_first=self._watcher.start)
        self._manager = Manager(self._journal)
        for name, argv in commands.items():
            self._manager.add_process(name, shlex.join(argv), env=dict(environment(name)))

    def run(self) -> int:
        """Returns 0 after a signal, 1 when the end was not asked for."""
        signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
        self._manager.loop()
        self._over.set()
        if self._trouble is None and self._manager.returncode in {130, 143}:
            print("Stopped.")
            return 0
        culprit = self._journal.first_to_stop
        print(self._trouble or f"{culprit} ended by itself; everything is stopped.")
        if self._trouble is None and culprit:
            print(f"Its last lines:\n{self._journal.last_lines(culprit)}")
        return 1

    def _watch(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while missing := self._missing():
            if self._over.wait(0.05):
                return
            if time.monotonic() > deadline:
                self._give_up(f"Not ready after {READY_SECONDS} s: {', '.join(missing)}.")
                return
        self._announce()
        self._journal.is_open = True
        while not (ended := self._ended_beside()):
            if self._over.wait(0.5):
                return
        self._give_up(f"{ended[0]} ended by itself; everything is stopped.")

    def _ended_beside(self) -> list[str]:
        return [name for name, process in self._beside.items() if process.poll() is not None]

    def _give_up(self, trouble: str) -> None:
        self._trouble = trouble
        os.kill(os.getpid(), signal.SIGTERM)
