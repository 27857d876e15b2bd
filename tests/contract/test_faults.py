"""What the client says of a call that goes wrong on the way, held against what really happened."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from liveavatar import Client, LiteSession, OpenAIRealtime, Timeouts, errors
from tests.contract.clouds import SANDBOX_AVATAR, billed

START = "POST /v1/sessions/start"
LIST = "GET /v1/secrets"


@pytest.fixture
def token(simulated) -> str:
    secret = simulated.secrets.create(name="mine", value="sk-sim-mine")
    lite = LiteSession(SANDBOX_AVATAR, OpenAIRealtime(secret.id))
    return simulated.sessions.mint(lite).session_token


@pytest.fixture
def hurried(simulator_url: str):
    """A client whose calls take a second at most."""
    with Client("sim-contract", simulator_url, Timeouts(total=1)) as client:
        yield client


def calls(cloud, route: str) -> int:
    return sum(cloud.state()["calls"].get(route, {}).values())


@pytest.mark.parametrize(("mode", "sessions"), [("close_before", 0), ("close_after", 1)])
def test_a_cut_start_is_unknown_whether_it_took_effect_or_not(
    simulated, cloud, token, mode, sessions
):
    cloud.door("POST", "faults", {"route": START, "mode": mode})

    with pytest.raises(errors.OutcomeUnknown):
        simulated.session(token).start()

    assert (len(billed(cloud)), calls(cloud, START)) == (sessions, 1)


@pytest.mark.parametrize(("mode", "sessions"), [("hang_before", 0), ("hang_after", 1)])
def test_a_hung_start_is_unknown_at_the_deadline(hurried, cloud, token, mode, sessions):
    cloud.door("POST", "faults", {"route": START, "mode": mode})
    began = time.monotonic()

    with pytest.raises(errors.OutcomeUnknown):
        hurried.session(token).start()

    assert time.monotonic() - began < 5
    assert len(billed(cloud)) == sessions


def test_a_dripping_start_is_unknown_at_the_deadline(hurried, cloud, token):
    cloud.door("POST", "faults", {"route": START, "mode": "drip", "drip_ms": 50})
    began = time.monotonic()

    with pytest.raises(errors.OutcomeUnknown):
        hurried.session(token).start()

    assert time.monotonic() - began < 5


def test_a_server_fault_on_start_is_told_and_not_repeated(simulated, cloud, token):
    cloud.door("POST", "faults", {"route": START, "status": 500, "message": "Something broke"})

    with pytest.raises(errors.ServerFault) as fault:
        simulated.session(token).start()

    assert (fault.value.message, fault.value.may_have_happened) == ("Something broke", True)
    assert calls(cloud, START) == 1


@pytest.mark.parametrize("trouble", [{"mode": "close_before"}, {"status": 503}])
def test_a_reading_call_rides_out_brief_trouble(simulated, cloud, trouble):
    cloud.door("POST", "faults", {"route": LIST, "times": 2, **trouble})

    assert simulated.secrets.list() == ()
    assert calls(cloud, LIST) == 3


def test_the_rate_limit_says_how_long_to_wait(simulated, cloud):
    cloud.door(
        "POST", "faults", {"route": "POST /v1/secrets", "mode": "rate_limit", "retry_after": 7}
    )

    with pytest.raises(errors.RateLimited) as limited:
        simulated.secrets.create(name="mine", value="sk-sim-mine")

    assert (limited.value.retry_after, limited.value.may_have_happened) == (7.0, False)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"status": 502, "body": "<html>Bad gateway</html>"}, errors.ServerFault),
        ({"status": 200, "body": "<html>Sign in</html>"}, errors.UnexpectedResponse),
        ({"status": 200, "body": {"code": 1000, "data": None}}, errors.UnexpectedResponse),
        ({"status": 200, "body": {"code": 4000, "message": "Invalid"}}, errors.BadRequest),
    ],
)
def test_odd_answers_are_told_apart(simulated, cloud, token, fault, kind):
    cloud.door("POST", "faults", {"route": START, **fault})

    with pytest.raises(errors.LiveAvatarError) as odd:
        simulated.session(token).start()

    assert type(odd.value) is kind


def test_one_client_serves_many_threads_over_kept_connections(simulated, cloud):
    together = threading.Barrier(8)

    def work(number: int) -> str:
        together.wait(timeout=10)
        return simulated.secrets.create(name=str(number), value=f"sk-sim-{number}").name or ""

    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(work, range(8)))

    assert names == {listed.name for listed in simulated.secrets.list()}
