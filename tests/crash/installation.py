"""One installation as processes that can be killed, each by itself, on the test's own database."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
from django.conf import settings
from django.db import connection

from scripts.desk import LOOPBACK, Desk, processes
from scripts.serving import READY_SECONDS, STOP_SECONDS, free_port
from scripts.steps import ROOT
from tests.crash.databases import somebody_is_in_a_transaction
from tests.crash.nursery import Nursery
from tests.crash.waiting import until

LIVE, SYNC, BEAT = "worker-live", "worker-sync", "beat"
WEB, SIMULATOR = "web", "simulator"


class Installation:
    """The processes that the desk has too, by the names that they have there.

    The simulator at `cloud` may be one of them, or somebody else's.
    """

    def __init__(self, folder: Path, cloud: str, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.cloud = cloud
        desk = Desk(port=free_port(), simulator_port=urlsplit(cloud).port, redis_port=None)
        self.address = desk.address
        self._commands = processes(desk, folder)
        self._answers = {WEB: f"{self.address}/readyz", SIMULATOR: f"{cloud}/_sim/state"}
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "VAR_DIR": str(folder),
            "SITE_URL": self.address,
            "LIVEAVATAR_API_URL": cloud,
            "LIVEAVATAR_API_KEY": "sim-account",
            "OPENAI_BASE_URL": f"{cloud}/openai/v1",
            **environment,
        }
        self._running: dict[str, psutil.Process] = {}
        self._metrics_ports: dict[str, int] = {}

    def start(self, *names: str) -> None:
        """Starts processes side by side, and returns when each is at work.

        What follows a second dash in a name tells several of the same kind apart.
        """
        for name in names:
            self._heartbeat(name).unlink(missing_ok=True)
            kind = "-".join(name.split("-")[:2])
            self._running[name] = self._nursery.bear(
                self._commands[kind],
                self._output(name),
                settings={
                    "HEARTBEAT_FILE": str(self._heartbeat(name)),
                    "METRICS_PORT": self._metrics_port(name),
                },
            )
        for name in names:
            until(lambda name=name: self._is_at_work(name), within=READY_SECONDS)  # type: ignore[misc]

    def kill(self, *names: str) -> None:
        """Ends processes the way a power cut does: none can do anything about it."""
        for name in names:
            self._running[name].send_signal(signal.SIGKILL)
        for name in names:
            self._running.pop(name).wait()

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """The process is there, and does nothing."""
        self._running[name].send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._running[name].send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """Ends all that run."""
        self.go_on()
        for process in self._running.values():
            with suppress(psutil.NoSuchProcess):
                process.terminate()
        _, staying = psutil.wait_procs(self._running.values(), STOP_SECONDS)
        for process in staying:
            os.killpg(process.pid, signal.SIGKILL)
        self._running.clear()
        if "_nursery" in vars(self):
            self._nursery.close()

    def start_missing(self, *names: str) -> None:
        for name in self.gone():
            del self._running[name]
        self.start(*[name for name in names if name not in self._running])

    def hold_still(self) -> None:
        """Freezes all that run, at a moment when none of them is within a transaction.

        So the test's database can be emptied: its tables are locked all at once for that, which
        deadlocks with whoever has locked one and wants another.
        """
        until(self._are_frozen_between_transactions)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def manage(self, *arguments: str, **environment: str) -> None:
        """Runs a management command; raises CalledProcessError with its words where it fails."""
        subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**self._environment, **environment},
            capture_output=True,
            text=True,
            check=True,
        )

    def chatty(self) -> None:
        """Has all of it log what it can; nothing may have been started yet."""
        self._environment |= {"LOG_LEVEL": "DEBUG"}
        for name in (LIVE, SYNC, BEAT):
            self._commands[name] += ["--loglevel", "DEBUG"]
        self._commands[WEB] += ["--log-level", "debug", "--access-log"]

    def gone(self) -> list[str]:
        """The names of processes that ended though nobody killed them."""
        return [name for name, process in self._running.items() if not process.is_running()]

    def said(self, name: str) -> str:
        """All that the process, and those of the same name before it, have printed."""
        return self._output(name).read_text(encoding="utf-8", errors="replace")

    def metrics(self, name: str) -> str:
        """What a worker, or beat, tells Prometheus."""
        return httpx.get(f"http://{LOOPBACK}:{self._metrics_port(name)}/metrics", timeout=5).text

    def outputs(self) -> list[Path]:
        return sorted(self.folder.glob("*.output"))

    @cached_property
    def _nursery(self) -> Nursery:
        return Nursery(self._environment)

    def _are_frozen_between_transactions(self) -> bool:
        self._signal(signal.SIGSTOP)
        until(lambda: {each.status() for each in self._alive()} <= {psutil.STATUS_STOPPED})
        if not somebody_is_in_a_transaction():
            return True
        self.go_on()
        return False

    def _alive(self) -> list[psutil.Process]:
        return [process for process in self._running.values() if process.is_running()]

    def _signal(self, number: int) -> None:
        for process in self._alive():
            process.send_signal(number)

    def _is_at_work(self, name: str) -> bool:
        assert self._running[name].is_running(), f"{name} ended:\n{self.said(name)}"
        if name not in self._answers:
            return self._heartbeat(name).exists()
        try:
            return httpx.get(self._answers[name], timeout=5).is_success
        except httpx.TransportError:
            return False

    def _metrics_port(self, name: str) -> int:
        return self._metrics_ports.setdefault(name, free_port())

    def _heartbeat(self, name: str) -> Path:
        return self.folder / f"{name}.alive"

    def _output(self, name: str) -> Path:
        return self.folder / f"{name}.output"


@contextmanager
def installed(folder: Path, *, cloud: str, **environment: str) -> Iterator[Installation]:
    """An installation of which nothing runs yet, and nothing in the end."""
    environment["DATABASE_URL"] = database_url(folder)
    installation = Installation(folder, cloud, environment)
    try:
        yield installation
    finally:
        installation.stop()


def database_url(folder: Path) -> str:
    """Where the processes find the database of the test; a SQLite file is looked for in VAR_DIR."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        (folder / "db.sqlite3").symlink_to(name)
        return ""
    return urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()
