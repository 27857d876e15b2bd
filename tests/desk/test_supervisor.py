import signal
import subprocess
import sys

import pytest

from scripts.steps import ROOT


def rehearsal(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.desk.rehearsal", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ending(process: subprocess.Popen[str]) -> list[str]:
    """What the process still prints until it ends."""
    try:
        return process.communicate(timeout=20)[0].splitlines()
    finally:
        process.kill()


def test_a_process_that_ends_stops_the_others_and_is_named_with_its_last_words() -> None:
    with rehearsal("dies") as process:
        printed = ending(process)

    assert printed == [
        "other ended by itself with code 3; everything is stopped.",
        "  my last words",
    ]
    assert process.returncode == 1


def test_the_end_of_redis_stops_everything_that_needs_it() -> None:
    with rehearsal("redis-dies") as process:
        printed = ending(process)

    assert (printed[0], printed[-1]) == (
        "ready",
        "redis ended by itself; everything is stopped.",
    )
    assert process.returncode == 1


def test_what_is_not_ready_in_time_is_named_with_what_it_said() -> None:
    with rehearsal("never-ready") as process:
        printed = ending(process)

    assert printed == ["Not ready after 1 s: actor.", "  actor is on"]
    assert process.returncode == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_and_is_a_good_end(number: signal.Signals) -> None:
    with rehearsal() as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        printed = ending(process)

    assert printed[-1] == "Stopped."
    assert process.returncode == 0
