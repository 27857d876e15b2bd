"""Scripted trouble happens before or after the effect, as often as asked, and can be lifted."""

import threading

import httpx
import pytest

from tests.simulator.cloud import ACCOUNT, SimulatedCloud, until

ROUTE = "POST /v1/secrets"


def create(cloud: SimulatedCloud) -> httpx.Response:
    body = {"secret_name": "a", "secret_value": "sk-sim-b", "secret_type": "OPENAI_API_KEY"}
    return cloud.account("POST", "/v1/secrets", json=body)


def test_a_fault_answers_in_the_clouds_shape_as_often_as_asked(cloud: SimulatedCloud) -> None:
    script = {"route": ROUTE, "status": 503, "message": "Busy", "times": 2, "skip": 1}
    cloud.door("POST", "faults", script)

    statuses = [create(cloud).status_code for _ in range(4)]

    assert statuses == [200, 503, 503, 200]
    assert cloud.state()["calls"][ROUTE] == {"200": 2, "503": 2}


def test_a_fault_may_answer_anything(cloud: SimulatedCloud) -> None:
    html = {"route": ROUTE, "status": 502, "body": "<h1>Bad gateway</h1>", "times": 1}
    cloud.door("POST", "faults", html | {"headers": {"Content-Type": "text/html", "X-A": "b"}})
    cloud.door("POST", "faults", {"route": ROUTE, "status": 200, "code": 4000, "message": "No"})

    first, second = create(cloud), create(cloud)

    assert (first.status_code, first.text) == (502, "<h1>Bad gateway</h1>")
    assert first.headers["X-A"] == "b"
    assert (second.status_code, second.json()["code"]) == (200, 4000)


@pytest.mark.parametrize(("mode", "made"), [("respond", 0), ("respond_after", 1)])
def test_an_answer_that_says_nothing_may_hide_an_effect(
    cloud: SimulatedCloud, mode: str, made: int
) -> None:
    cloud.door("POST", "faults", {"route": ROUTE, "mode": mode, "status": 200, "body": "{"})

    assert (create(cloud).status_code, create(cloud).text) == (200, "{")
    assert len(cloud.state()["secrets"]) == 2 * made


@pytest.mark.parametrize(("mode", "made"), [("close_before", 0), ("close_after", 1)])
def test_a_cut_connection_leaves_the_caller_in_doubt(
    cloud: SimulatedCloud, mode: str, made: int
) -> None:
    cloud.door("POST", "faults", {"route": ROUTE, "mode": mode})

    with pytest.raises(httpx.RemoteProtocolError):
        create(cloud)

    assert len(cloud.state()["secrets"]) == made
    assert cloud.state()["calls"][ROUTE] == {"499": 1}


@pytest.mark.parametrize(
    ("mode", "then", "made_while_hung", "made_after"),
    [
        ("hang_before", "proceed", 0, 1),
        ("hang_before", "drop", 0, 0),
        ("hang_after", "proceed", 1, 1),
    ],
)
def test_a_hung_call_waits_until_it_is_released(
    cloud: SimulatedCloud, mode: str, then: str, made_while_hung: int, made_after: int
) -> None:
    cloud.door("POST", "faults", {"route": ROUTE, "mode": mode, "then": then})
    call = threading.Thread(target=_create_or_be_cut, args=(str(cloud.http.base_url),))
    call.start()
    until(lambda: cloud.state()["hung"] == {ROUTE: 1})

    assert len(cloud.state()["secrets"]) == made_while_hung
    cloud.door("DELETE", "faults")
    call.join(timeout=5)

    assert len(cloud.state()["secrets"]) == made_after
    assert cloud.state()["hung"] == {}


def test_a_caller_that_gave_up_may_still_have_its_effect(cloud: SimulatedCloud) -> None:
    cloud.door("POST", "faults", {"route": ROUTE, "mode": "hang_before"})
    with pytest.raises(httpx.ReadTimeout):
        _create_or_be_cut(str(cloud.http.base_url), timeout=0.3)

    cloud.door("DELETE", "faults")

    until(lambda: len(cloud.state()["secrets"]) == 1)


def test_a_scripted_rate_limit_says_when_to_come_back(cloud: SimulatedCloud) -> None:
    cloud.door("POST", "faults", {"route": ROUTE, "mode": "rate_limit", "retry_after": 7})

    answer = create(cloud)

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert cloud.state()["secrets"] == []


def test_a_dripping_answer_is_whole_in_the_end(cloud: SimulatedCloud) -> None:
    cloud.door("POST", "faults", {"route": ROUTE, "mode": "drip", "drip_ms": 1})

    answer = create(cloud)

    assert answer.status_code == 200
    assert [each["id"] for each in cloud.state()["secrets"]] == [answer.json()["data"]["id"]]


def test_a_fault_on_an_unknown_route_is_refused(cloud: SimulatedCloud) -> None:
    answer = cloud.http.post("/_sim/faults", json={"route": "POST /v1/sessions/begin"})

    assert answer.status_code == 422
    assert "POST /v1/sessions/start" in answer.json()["message"]


def _create_or_be_cut(base_url: str, timeout: float = 10) -> None:
    body = {"secret_name": "a", "secret_value": "sk-sim-b", "secret_type": "OPENAI_API_KEY"}
    with httpx.Client(base_url=base_url, timeout=timeout, headers=ACCOUNT) as http:
        try:
            http.post("/v1/secrets", json=body)
        except httpx.RemoteProtocolError:
            return
