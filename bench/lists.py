"""How soon lists answer when there is much to list, how quickly it is counted, exported, verified.

Whole answers over HTTP, to the owner of the workspace that has most of the rows, and to staff: on
PostgreSQL with SESSIONS rows (100,000 unless that is set) and ten times as many audit events, and
on SQLite with 100,000 at the most. The design promises 50 ms for 95 of 100 answers, and ten million
events verified in less than five minutes. Each page takes turns with one that reads none of it, and
beside it stands how many times longer it took: a busy machine slows both. Of three rounds the one
is told that was disturbed least: whatever else a machine does can only add to what we take.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import django
import httpx

from scripts import services
from scripts.stack import Stack, stack

SESSIONS: Final = int(os.environ.get("SESSIONS", "100000"))
MOST_ON_SQLITE: Final = 100_000
TIMES: Final = 40
ROUNDS: Final = 3
PROMISED_MS: Final = 50
PROMISED_SECONDS_A_MILLION: Final = 30
_OWNER: Final = "demo@example.com"
_STAFF: Final = "auditor@example.com"
_BARE: Final = "/you/data"
_EXPORTS: Final = ("/sessions/export.csv", "/sessions/export.jsonl", "/audit/export.jsonl")


def main() -> int:
    if len(sys.argv) > 1:
        return _run(sys.argv[1])
    # Each in a process of its own, since Django is set up for one database.
    command = [sys.executable, "-m", "bench.lists"]
    return max(subprocess.call([*command, each]) for each in ("postgresql", "sqlite"))


def _run(database: str) -> int:
    with tempfile.TemporaryDirectory() as folder, services.redis() as redis:
        place: dict[str, Any] = {"folder": Path(folder), "redis_url": redis.url, "only": ("web",)}
        if database == "sqlite":
            with stack(**place) as running:
                _measure(running, min(SESSIONS, MOST_ON_SQLITE))
            return 0
        with (
            services.postgres(durable=True) as postgres,
            stack(**place, database_url=postgres.url) as running,
        ):
            _measure(running, SESSIONS)
    return 0


def _measure(running: Stack, count: int) -> None:
    os.environ.update(running.environment, DJANGO_SETTINGS_MODULE="liveavatar_web.settings")
    django.setup()
    # Models can be imported from now on.
    from bench import questions, rows
    from bench.world import World
    from sessions_app.services import daily_usage

    with _signed_in(running, _OWNER) as person, _signed_in(running, _STAFF) as staff:
        world = World.around(_workspace())
        _rate("written", count, lambda: rows.fill(world, sessions=count))
        _rate("counted into days", count, lambda: _until_nothing_is_left(daily_usage.count))
        for name, path in questions.all_of(world, person, count).items():
            _ask(person, name, path)
        for name, path in questions.OF_STAFF.items():
            _ask(staff, name, path)
        _look_through(person, "/sessions/?least=1000", questions.following)
        for path in _EXPORTS:
            _export(person, path, running.processes["web"].pid)
    _verify(running, rows.EVENTS_A_SESSION * count)


def _workspace() -> Any:
    from accounts.models import User

    owner = User.objects.get(email=_OWNER)
    return owner.memberships.select_related("workspace").get().workspace


def _until_nothing_is_left(count: Callable[[], int]) -> None:
    while count():
        pass


def _rate(what: str, sessions: int, act: Callable[[], object]) -> None:
    begun = time.perf_counter()
    act()
    seconds = time.perf_counter() - begun
    print(f"{sessions:,} sessions {what} in {seconds:.0f} s, {sessions / seconds:,.0f} a second")


@contextmanager
def _signed_in(running: Stack, email: str) -> Iterator[httpx.Client]:
    password = Path(running.environment["VAR_DIR"], "demo-password").read_text().strip()
    with httpx.Client(base_url=running.address, timeout=60) as person:
        person.get("/account/login/")
        answer = person.post(
            "/account/login/",
            data={"login": email, "password": password},
            headers={"X-CSRFToken": person.cookies.get("csrf", ""), "Referer": running.address},
        )
        assert answer.status_code == 302, answer.text
        yield person


def _ask(person: httpx.Client, name: str, path: str) -> None:
    p95, p50, ratio = min(_round(person, path) for _ in range(ROUNDS))
    missed = "" if p95 <= PROMISED_MS else "  <-- more than was promised"
    print(f"{name:36} p50 {p50:6.1f} ms   p95 {p95:6.1f} ms   x {ratio:4.2f}{missed}")


def _round(person: httpx.Client, path: str) -> tuple[float, float, float]:
    """The p95 and the median of one page, and how many times longer than the bare one it took."""
    taken, bare = [], []
    for _ in range(TIMES):
        taken.append(_milliseconds(person, path))
        bare.append(_milliseconds(person, _BARE))
    p50 = statistics.median(taken)
    return _p95(taken), p50, p50 / statistics.median(bare)


def _p95(taken: list[float]) -> float:
    return sorted(taken)[int(len(taken) * 0.95)]


def _milliseconds(person: httpx.Client, path: str) -> float:
    begun = time.perf_counter()
    answer = person.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return 1000 * (time.perf_counter() - begun)


def _look_through(
    person: httpx.Client, path: str, following: Callable[[httpx.Client, str], str]
) -> None:
    """Follows the pages to the end, as the script on the page does."""
    taken = []
    while path:
        taken.append(_milliseconds(person, path))
        path = following(person, path)
    print(
        f"looking through everything, since nothing costs as much as was asked for: {len(taken)} "
        f"looks, {sum(taken) / 1000:.1f} s, p95 of one {_p95(taken):.1f} ms"
    )


def _export(person: httpx.Client, path: str, pid: int) -> None:
    before, most, size, lines = _resident(pid), 0.0, 0, 0
    begun = time.perf_counter()
    with person.stream("GET", path) as answer:
        assert answer.status_code == 200
        for piece in answer.iter_bytes():
            lines += piece.count(b"\n")
            size += len(piece)
            most = max(most, _resident(pid))
    seconds = time.perf_counter() - begun
    print(
        f"{path}: {lines:,} rows, {size / 1e6:.0f} MB in {seconds:.0f} s, "
        f"{lines / seconds:,.0f} rows a second; the web process grew from {before:.0f} MB "
        f"to {most:.0f} at the most"
    )


def _resident(pid: int) -> float:
    """Megabytes of memory that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


def _verify(running: Stack, events: int) -> None:
    running.manage("seal_audit")
    begun = time.perf_counter()
    print(running.manage("verify_audit").strip())
    a_million = 1e6 * (time.perf_counter() - begun) / events
    missed = "" if a_million <= PROMISED_SECONDS_A_MILLION else ", which is more than was promised"
    print(f"verified with the start of Python in {a_million:.1f} s a million{missed}")


if __name__ == "__main__":
    sys.exit(main())
