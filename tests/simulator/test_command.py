"""The simulator is a program of its own: it says what it is and where, and stops cleanly."""

import socket
import subprocess
import sys
from dataclasses import fields

import httpx
import pytest

from simulator import __main__ as command
from simulator.settings import Latency, Switches
from tests.simulator.cloud import ACCOUNT


def simulator(*arguments: str) -> subprocess.CompletedProcess[str]:
    given = [sys.executable, "-m", "simulator", *arguments]
    return subprocess.run(given, capture_output=True, text=True, check=False)


def test_help_lists_every_switch_and_latency() -> None:
    shown = simulator("--help").stdout

    missing = [
        each.name
        for each in (*fields(Switches), *fields(Latency))
        if f"  {each.name} = {each.default}" not in shown
    ]
    assert missing == []


def test_a_port_in_use_gets_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = simulator("--port", str(port))

    assert refused.returncode == 1
    assert (
        refused.stderr == f"simulator: cannot listen on 127.0.0.1:{port}: Address already in use\n"
    )


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("colour=red", "there is no colour"),
        ("success_code=7", "success_code does not take 7"),
        ("greeting=loud", "greeting does not take 'loud'"),
        ("idle_timeout_s=-1", "idle_timeout_s does not take -1"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_in_words(
    setting: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["simulator", "--switch", setting])

    assert command.main() == 2
    assert words in capsys.readouterr().err


def test_it_starts_as_told_and_stops_cleanly_while_a_call_hangs() -> None:
    given = [sys.executable, "-m", "simulator", "--port", "0", "--profile", "typical"]
    given += ["--switch", "error_body=fastapi", "--public-url", "http://cloud.test"]
    with subprocess.Popen(given, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().removeprefix("simulator ready on ").strip()
        with httpx.Client(base_url=url, timeout=10) as http:
            state = http.get("/_sim/state").json()
            avatars = http.get("/v1/avatars/public").json()["data"]["results"]
            http.post("/_sim/faults", json={"route": "GET /v1/secrets", "mode": "hang_before"})
            with pytest.raises(httpx.ReadTimeout):
                http.get("/v1/secrets", headers=ACCOUNT, timeout=0.2)
        process.terminate()

        assert process.wait(timeout=10) == 0
    assert state["latency"]["start_ms"] == 900
    assert state["switches"]["error_body"] == "fastapi"
    assert avatars[0]["preview_url"].startswith("http://cloud.test/previews/")
