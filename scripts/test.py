"""`make test`: everything that must hold, with real servers and a real browser.

Ends with one line that counts it all; the line before it counts each suite.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from scripts import chromium, debian, services
from scripts.serving import ServiceFailed
from scripts.steps import ROOT, StepFailed, step

SUITE_SECONDS = 20 * 60
GOODBYE_SECONDS = 15
# A test that hangs says where, long before its suite is stopped.
STUCK_SECONDS = 180
TWO_AT_A_TIME = ("-n", "2", "--dist", "loadfile")


@dataclass(frozen=True)
class Outcome:
    """How many tests of a suite passed, failed and were skipped; a check has no tests to count."""

    name: str
    passed: int
    failed: int
    skipped: int = 0

    def __str__(self) -> str:
        if self == Outcome(self.name, 0, 0):
            return "ok"
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # A shell that starts us in the background ignores it, and the suites would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with ExitStack() as running:
            outcomes = _outcomes(_environment(running))
    except (StepFailed, ServiceFailed) as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print("\n" + summary(outcomes), flush=True)
    return 1 if any(outcome.failed for outcome in outcomes) else 0


def summary(outcomes: Sequence[Outcome]) -> str:
    """Two lines: each suite's counts, and all of them together."""
    total = Outcome(
        "total",
        sum(outcome.passed for outcome in outcomes),
        sum(outcome.failed for outcome in outcomes),
        sum(outcome.skipped for outcome in outcomes),
    )
    each = "; ".join(f"{outcome.name} {outcome}" for outcome in outcomes)
    return f"By suite: {each}\n{total.name}: {total}"


def _environment(running: ExitStack) -> dict[str, str]:
    """The variables by which the suites find the browser and a PostgreSQL, which is started here.

    A Redis each test process starts for itself, so that two of them never share a queue; one that
    REDIS_URL names may hold somebody's data.
    """
    with step("Chromium"):
        browser = chromium.provide()
    with step("PostgreSQL"):
        if not services.has_postgres():
            debian.install("postgresql", why="PostgreSQL is missing")
        postgres = running.enter_context(services.postgres())
    # Without its bytecode each of many processes would compile all tests anew.
    left_out = {"REDIS_URL", "PYTHONDONTWRITEBYTECODE"}
    inherited = {name: value for name, value in os.environ.items() if name not in left_out}
    return {
        **inherited,
        "CHROMIUM": str(browser),
        "POSTGRES_URL": postgres.url,
        "POSTGRES_PROGRAMS": str(postgres.programs),
    }


def _outcomes(environment: Mapping[str, str]) -> list[Outcome]:
    sqlite = {**environment, "DATABASE_URL": ""}
    postgres = {**environment, "DATABASE_URL": environment["POSTGRES_URL"]}
    return [
        _check("lint and types", ["make", "--no-print-directory", "check"], environment),
        _check("scripts of the pages", ["npm", "run", "--silent", "test"], environment),
        _suite("SQLite", ["-m", "not browser", *TWO_AT_A_TIME], sqlite),
        _suite("PostgreSQL", ["-m", "database and not browser", *TWO_AT_A_TIME], postgres),
        # Apart from each other: Playwright keeps one event loop for as long as a journey's browser
        # lives, and the simulator's own tests need theirs.
        _suite("journeys", ["-m", "browser", "tests/journeys"], sqlite),
        _suite("rooms", ["-m", "browser", "--ignore=tests/journeys"], sqlite),
    ]


def _check(name: str, argv: Sequence[str], environment: Mapping[str, str]) -> Outcome:
    return Outcome(name, passed=0, failed=int(run_suite(name, argv, environment) != 0))


def _suite(name: str, arguments: Sequence[str], environment: Mapping[str, str]) -> Outcome:
    """Runs pytest in a folder of its own, so that a demo's database is out of its reach."""
    with tempfile.TemporaryDirectory(prefix="test-") as folder:
        report = Path(folder) / "report.xml"
        argv = [sys.executable, "-m", "pytest", "-q", f"--junit-xml={report}"]
        argv += ["-o", f"faulthandler_timeout={STUCK_SECONDS}", *arguments]
        code = run_suite(name, argv, {**environment, "VAR_DIR": folder})
        return counted(name, report, code)


def counted(name: str, report: Path, code: int) -> Outcome:
    """Reads pytest's JUnit report; errors count as failed, and so does a suite that ran nothing.

    `code` is pytest's: when it says that something is wrong, at least one failure is counted.
    """
    passed = failed = skipped = 0
    if report.is_file():
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):  # noqa: S314 (our own)
            failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped += int(suite.get("skipped", 0))
            passed += int(suite.get("tests", 0))
        passed -= failed + skipped
    if code != 0 or passed == 0:
        failed = max(failed, 1)
    return Outcome(name, passed, failed, skipped)


def run_suite(name: str, argv: Sequence[str], environment: Mapping[str, str]) -> int:
    """Runs a command, its output shown as it comes, and ends with it all that it started."""
    print(f"\n--- {name}", flush=True)
    begun = time.monotonic()
    process = subprocess.Popen(
        argv, cwd=ROOT, env=dict(environment), stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        code = process.wait(SUITE_SECONDS)
    except subprocess.TimeoutExpired:
        print(f"{name} is stopped: it ran for more than {SUITE_SECONDS / 60:.0f} minutes")
        code = 1
    finally:
        _end(process)
    print(f"--- {name} took {time.monotonic() - begun:.0f} s", flush=True)
    return code


def _end(process: subprocess.Popen[bytes]) -> None:
    """Lets a suite that still runs take its servers down, then ends what is left of its session."""
    with suppress(ProcessLookupError):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(GOODBYE_SECONDS)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


if __name__ == "__main__":
    sys.exit(main())
