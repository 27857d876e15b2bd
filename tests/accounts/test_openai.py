"""What OpenAI says of a key, told apart from what it could not say."""

from typing import Any

import pytest

from liveavatar_web import openai
from liveavatar_web.openai import Verdict
from liveavatar_web.vault import Secret
from tests.simulator.cloud import SimulatedCloud

MODELS = "GET /openai/v1/models"


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("sk-sim-good", Verdict.ACCEPTED),
        ("sk-sim-norealtime-1", Verdict.NO_REALTIME),
        ("sk-something-else", Verdict.REFUSED),
    ],
)
def test_a_key_is_judged_by_the_models_it_sees(
    cloud: SimulatedCloud, value: str, verdict: Verdict
) -> None:
    assert openai.check(Secret(value)) is verdict


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 429},
        # A restricted key may speak without being allowed to list models.
        {"status": 403},
        {"status": 200, "body": "<h1>Welcome to this network</h1>"},
        {"status": 200, "body": ["gpt-realtime"]},
        {"status": 200, "body": {"data": "gpt-realtime"}},
        {"mode": "close_before"},
    ],
)
def test_an_answer_that_says_nothing_of_the_key_leaves_it_open(
    cloud: SimulatedCloud, fault: dict[str, Any]
) -> None:
    cloud.door("POST", "faults", {"route": MODELS, **fault})

    assert openai.check(Secret("sk-sim-good")) is Verdict.UNREACHABLE


@pytest.mark.parametrize("mode", ["hang_before", "drip"])
def test_nobody_waits_for_a_provider_that_takes_its_time(
    cloud: SimulatedCloud, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setattr(openai, "DEADLINE_SECONDS", 0.3)
    cloud.door("POST", "faults", {"route": MODELS, "mode": mode, "drip_ms": 100})

    assert openai.check(Secret("sk-sim-good")) is Verdict.UNREACHABLE


def test_no_server_is_no_verdict(settings: Any) -> None:
    settings.OPENAI_BASE_URL = "http://127.0.0.1:9/v1"

    assert openai.check(Secret("sk-sim-good")) is Verdict.UNREACHABLE


def test_a_check_logs_its_verdict_and_not_the_key(
    cloud: SimulatedCloud, caplog: pytest.LogCaptureFixture
) -> None:
    openai.check(Secret("sk-sim-a-marked-key"))

    assert "accepted" in caplog.text
    assert "marked" not in caplog.text
