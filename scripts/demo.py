"""`make demo`: the whole product on one desk, from an empty folder to a page to click on."""

import fcntl
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from scripts import services
from scripts.desk import RUN, VAR, Desk, environment, processes, refuse_ports_in_use
from scripts.serving import ServiceFailed
from scripts.steps import StepFailed, run, step
from scripts.supervisor import Command, Supervisor

BEGUN = time.monotonic()


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        desk = Desk.from_environment(os.environ)
        with sole_use_of(VAR):
            refuse_ports_in_use(desk.listens_on())
            return _run(desk)
    except (StepFailed, ServiceFailed) as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


@contextmanager
def sole_use_of(folder: Path) -> Iterator[None]:
    """Keeps a second desk away from the same database; the lock goes when the process does."""
    folder.mkdir(exist_ok=True)
    with (folder / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StepFailed(f"A demo of this folder runs already ({folder} is in use).") from error
        yield


def _run(desk: Desk) -> int:
    with _redis(desk) as (url, beside):
        variables = environment(os.environ, desk, redis_url=url)
        with step("Database and demo workspace"):
            quiet = {**variables, "LOG_LEVEL": "ERROR", "SITE_ADDRESS": desk.site_address}
            seeded = run([sys.executable, "-m", "scripts.prepare"], env=quiet)
        heartbeats = {name: RUN / f"{name}.alive" for name in processes(desk)}
        _forget(heartbeats.values())
        commands = [
            Command(name, argv, {**variables, "HEARTBEAT_FILE": str(heartbeats[name])})
            for name, argv in processes(desk).items()
        ]
        print("Starting " + ", ".join(heartbeats), flush=True)
        return Supervisor(
            commands,
            missing=partial(_missing, desk, heartbeats),
            announce=partial(_announce, desk, seeded),
            beside=beside,
        ).run()


@contextmanager
def _redis(desk: Desk) -> Iterator[tuple[str, dict[str, subprocess.Popen[bytes]]]]:
    """The Redis that REDIS_URL names, else one of our own, which stops after all who use it."""
    if given := os.environ.get("REDIS_URL"):
        yield given, {}
        return
    with services.redis(desk.redis_port) as server:
        yield server.url, {"redis": server.process}


def _forget(heartbeats: Iterable[Path]) -> None:
    for heartbeat in heartbeats:
        heartbeat.parent.mkdir(exist_ok=True)
        heartbeat.unlink(missing_ok=True)


def _missing(desk: Desk, heartbeats: Mapping[str, Path]) -> list[str]:
    """The processes that do not answer yet; those without an address show it by a file."""
    addresses = {
        "web": f"{desk.address}/readyz",
        "simulator": f"{desk.simulator_address}/_sim/state",
        "site": desk.site_address,
    }
    return [
        name
        for name, heartbeat in heartbeats.items()
        if not (_answers(addresses[name]) if name in addresses else heartbeat.exists())
    ]


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as response:  # noqa: S310 (loopback)
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _announce(desk: Desk, seeded: str) -> None:
    print(f"Ready after {time.monotonic() - BEGUN:.1f} s: {desk.address}\n\n{seeded.rstrip()}\n")
    print(f"A shop with a widget on another site: {desk.site_address}")
    if desk.simulator_address:
        print(f"The cloud is a simulator: {desk.simulator_address} shows its rooms.")
    else:
        print("The cloud is LiveAvatar itself: sessions cost credits.")
    print("Ctrl-C stops everything.\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
