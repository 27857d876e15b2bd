import os
import sys
from pathlib import Path

import pytest

from scripts import test as test_command
from scripts.test import Outcome, counted, run_suite, summary

REPORT = """<?xml version="1.0"?>
<testsuites><testsuite name="pytest" {counts} time="1.2"></testsuite></testsuites>
"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    return tmp_path / "report.xml"


def test_every_test_of_a_report_is_counted_once(report: Path) -> None:
    report.write_text(REPORT.format(counts='tests="10" failures="2" errors="1" skipped="3"'))

    assert counted("SQLite", report, 1) == Outcome("SQLite", passed=4, failed=3, skipped=3)


def test_a_suite_that_ran_no_test_has_failed(report: Path) -> None:
    report.write_text(REPORT.format(counts='tests="0" failures="0" errors="0" skipped="0"'))

    assert counted("browser", report, 5) == Outcome("browser", passed=0, failed=1)


def test_a_suite_that_left_no_report_has_failed(report: Path) -> None:
    assert counted("browser", report, 0) == Outcome("browser", passed=0, failed=1)


def test_a_run_that_ended_badly_after_good_tests_has_failed(report: Path) -> None:
    report.write_text(REPORT.format(counts='tests="7" failures="0" errors="0" skipped="0"'))

    assert counted("SQLite", report, 3) == Outcome("SQLite", passed=7, failed=1)


def test_the_last_line_is_the_plain_one_and_the_line_before_shows_each_suite() -> None:
    outcomes = [
        Outcome("lint and types", 0, 0),
        Outcome("SQLite", 412, 0),
        Outcome("PostgreSQL", 411, 1),
        Outcome("browser", 14, 0),
    ]

    assert summary(outcomes).splitlines() == [
        "By suite: lint and types ok; SQLite 412 passed, 0 failed; "
        "PostgreSQL 411 passed, 1 failed; browser 14 passed, 0 failed",
        "total: 837 passed, 1 failed",
    ]


def test_a_failed_check_shows_in_the_total() -> None:
    assert summary([Outcome("lint and types", 0, 1), Outcome("SQLite", 3, 0)]).splitlines() == [
        "By suite: lint and types 0 passed, 1 failed; SQLite 3 passed, 0 failed",
        "total: 3 passed, 1 failed",
    ]


def test_a_suite_that_takes_too_long_is_asked_to_tidy_up_and_has_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(test_command, "SUITE_SECONDS", 2)
    tidied = tmp_path / "tidied"
    endless = "import pathlib, signal, sys\n"
    endless += "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    endless += "try: signal.pause()\n"
    endless += "except KeyboardInterrupt: pathlib.Path(sys.argv[1]).touch()"

    code = run_suite("endless", [sys.executable, "-c", endless, str(tidied)], os.environ)

    assert code == 1
    assert tidied.exists()
    assert "endless is stopped" in capsys.readouterr().out


def test_a_suites_own_code_is_its_outcome() -> None:
    assert run_suite("short", [sys.executable, "-c", "raise SystemExit(5)"], os.environ) == 5
