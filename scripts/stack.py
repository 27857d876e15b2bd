"""The whole product as real processes on free ports, for journeys and benches."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Self

from scripts.desk import DEMO_INLINE_WIDGET, DEMO_WIDGET, Desk, processes
from scripts.serving import free_port, serving
from scripts.steps import ROOT


@dataclass
class Managed:
    """One process of a stack, which can be killed and started again."""

    serve: Callable[[], AbstractContextManager[subprocess.Popen[bytes]]]
    _serving: AbstractContextManager[subprocess.Popen[bytes]] | None = None
    _process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Returns once it is ready."""
        self._serving = self.serve()
        self._process = self._serving.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        if self._serving is not None:
            self._serving.__exit__(None, None, None)
        self._serving = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """Ends it with all that it started, without a chance to say anything."""
        os.killpg(self.pid, signal.SIGKILL)
        self.__exit__()


@dataclass(frozen=True)
class Stack:
    """Where the product and its simulated cloud answer, and with what environment they run."""

    address: str
    simulator_address: str
    site_address: str
    environment: Mapping[str, str]
    processes: dict[str, Managed] = field(default_factory=dict)

    def manage(self, *arguments: str) -> str:
        """Runs a management command; returns what it printed."""
        command = [sys.executable, "manage.py", *arguments]
        finished = subprocess.run(
            command,
            cwd=ROOT,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=True,
        )
        return finished.stdout


@contextmanager
def stack(
    *,
    folder: Path,
    redis_url: str,
    database_url: str = "",
    only: Sequence[str] = (),
    **settings: str,
) -> Iterator[Stack]:
    """Runs a migrated, seeded installation; `settings` are further environment variables.

    `only` names the processes to run, all of `scripts.desk.processes` where it is empty.
    """
    desk = Desk(free_port(), free_port(), redis_port=None, site_port=free_port())
    assert desk.simulator_address is not None
    environment = {
        **os.environ,
        "VAR_DIR": str(folder),
        "REDIS_URL": redis_url,
        "DATABASE_URL": database_url,
        "SITE_URL": desk.address,
        "LIVEAVATAR_API_URL": desk.simulator_address,
        "LIVEAVATAR_API_KEY": "sim-stack",
        "OPENAI_BASE_URL": f"{desk.simulator_address}/openai/v1",
        "PYTHONPATH": str(ROOT),
        **settings,
    }
    running = Stack(desk.address, desk.simulator_address, desk.site_address, environment)
    running.manage("migrate", "--verbosity", "0")
    widgets = ["--widgets", DEMO_WIDGET, DEMO_INLINE_WIDGET]
    running.manage("seed_demo", "--site", desk.site_address, *widgets)
    ready = {
        "web": f"{desk.address}/readyz",
        "simulator": f"{desk.simulator_address}/_sim/state",
        "site": desk.site_address,
    }

    def serve(name: str, command: list[str]) -> AbstractContextManager[subprocess.Popen[bytes]]:
        alive = folder / f"{name}.alive"
        alive.unlink(missing_ok=True)
        return serving(
            name,
            command,
            is_ready=partial(_answers, ready[name]) if name in ready else alive.exists,
            environment={**environment, "HEARTBEAT_FILE": str(alive)},
        )

    for name, command in processes(desk, folder).items():
        if not only or name in only:
            running.processes[name] = Managed(partial(serve, name, command))
    with ExitStack() as started, ThreadPoolExecutor() as side_by_side:
        list(side_by_side.map(started.enter_context, running.processes.values()))
        yield running


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 (loopback)
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False
