"""Where the vendor's documents leave a doubt, the client understands every reading of them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from liveavatar import LiteSession, OpenAIRealtime, errors
from tests.contract.clouds import SANDBOX_AVATAR, billed

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def lite(simulated) -> LiteSession:
    """A session that is paid for."""
    secret = simulated.secrets.create(name="mine", value="sk-sim-mine")
    return LiteSession(SANDBOX_AVATAR, OpenAIRealtime(secret.id))


@pytest.fixture
def started(simulated, lite) -> str:
    minted = simulated.sessions.mint(lite)
    simulated.session(minted.session_token).start()
    return minted.session_id


@pytest.mark.parametrize("code", [1000, 100])
def test_either_code_is_a_success(simulated, cloud, code):
    cloud.door("POST", "switches", {"success_code": code})

    assert simulated.credits() == Decimal(1000)


@pytest.mark.parametrize("name", ["id", "secret_id"])
def test_either_name_of_a_new_secrets_id_is_read(simulated, cloud, name):
    cloud.door("POST", "switches", {"created_secret_id": name})

    created = simulated.secrets.create(name="mine", value="sk-sim-mine")

    assert [listed.id for listed in simulated.secrets.list()] == [created.id]


@pytest.mark.parametrize("body", ["live", "fastapi"])
def test_either_body_of_a_refusal_is_understood(simulated, cloud, body):
    cloud.door("POST", "switches", {"error_body": body})

    with pytest.raises(errors.BadRequest) as refused:
        simulated.secrets.create(name="", value="sk-sim-mine")

    assert (refused.value.status, refused.value.message.startswith("HTTP")) == (422, False)


@pytest.mark.parametrize("body", ["envelope", "empty"])
def test_a_spent_token_is_forbidden_with_or_without_words(simulated, cloud, lite, body):
    cloud.door("POST", "switches", {"auth_body": body, "token_ttl_s": 60})
    minted = simulated.sessions.mint(lite)
    cloud.door("POST", "clock", {"advance_s": 61})

    with pytest.raises(errors.Forbidden):
        simulated.session(minted.session_token).start()


@pytest.mark.parametrize("status", [402, 400, 403])
def test_no_credits_is_understood_by_any_status(simulated, cloud, lite, status):
    cloud.door("POST", "switches", {"no_credits_status": status})
    cloud.door("POST", "credits", {"credits": 0.5})
    minted = simulated.sessions.mint(lite)

    with pytest.raises(errors.NoCredits) as refused:
        simulated.session(minted.session_token).start()

    assert (refused.value.status, refused.value.retryable) == (status, False)


@pytest.mark.parametrize("stage", ["token", "start"])
@pytest.mark.parametrize("status", [400, 403, 409, 429])
def test_the_concurrency_limit_is_understood_by_any_status(simulated, cloud, lite, status, stage):
    cloud.door(
        "POST",
        "switches",
        {"concurrency_status": status, "concurrency_stage": stage, "concurrency_limit": 0},
    )

    with pytest.raises(errors.ConcurrencyReached) as refused:
        simulated.session(simulated.sessions.mint(lite).session_token).start()

    assert (refused.value.status, refused.value.retryable) == (status, True)


@pytest.mark.parametrize("stage", ["token", "start"])
def test_an_unknown_secret_is_a_bad_request_wherever_it_is_found_out(simulated, cloud, stage):
    cloud.door("POST", "switches", {"references": stage})
    lite = LiteSession(SANDBOX_AVATAR, OpenAIRealtime(NOBODY))

    with pytest.raises(errors.BadRequest) as refused:
        simulated.session(simulated.sessions.mint(lite).session_token).start()

    assert refused.value.message == "Invalid secret_id"


@pytest.mark.parametrize("status", [200, 204])
def test_stopping_what_is_over_succeeds_with_and_without_a_body(simulated, cloud, started, status):
    cloud.door("POST", "switches", {"stop_finished": status})
    simulated.sessions.stop(started)

    simulated.sessions.stop(started)

    assert billed(cloud) == []


def test_stopping_what_is_over_may_also_find_nothing(simulated, cloud, started):
    cloud.door("POST", "switches", {"stop_finished": 404})
    simulated.sessions.stop(started)

    with pytest.raises(errors.NotFound):
        simulated.sessions.stop(started)


def test_an_agent_token_is_kept_but_not_shown(simulated, cloud, lite):
    cloud.door("POST", "switches", {"agent_token": True})

    started = simulated.session(simulated.sessions.mint(lite).session_token).start()

    assert started.agent_token
    assert started.agent_token not in repr(started)
    assert started.client_token not in repr(started)


def test_a_transcript_that_was_not_kept_is_empty_or_refused(simulated, cloud, started):
    empty = simulated.sessions.transcript(started)
    cloud.door("POST", "switches", {"transcript": "refused"})

    assert (empty.session_active, empty.lines) == (True, ())
    with pytest.raises(errors.BadRequest):
        simulated.sessions.transcript(started)


def test_the_vendors_reason_of_an_end_is_kept(simulated, cloud, started):
    cloud.door("POST", f"sessions/{started}/end", {"reason": "DISPATCH_FAILED"})

    assert simulated.sessions.get(started).end_reason == "DISPATCH_FAILED"


def test_a_session_is_charged_by_the_minute(simulated, cloud, started):
    simulated.sessions.keep_alive(started)
    cloud.door("POST", "clock", {"advance_s": 90})

    entry = simulated.sessions.get(started)

    assert (entry.credits_consumed, simulated.credits()) == (Decimal(2), Decimal(998))
    assert entry.duration in {90, 91}
