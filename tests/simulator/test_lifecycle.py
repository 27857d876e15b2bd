"""A session begins once, costs what it should, and ends in every way it can."""

import pytest

from tests.simulator.cloud import SimulatedCloud, bearer, until


def end_of(cloud: SimulatedCloud, session_id: str) -> tuple[str, float, int]:
    session = cloud.session_state(session_id)
    return session["end_reason"], round(session["billed_seconds"]), session["credits_consumed"]


def test_a_token_starts_one_session_once(cloud: SimulatedCloud) -> None:
    _, token = cloud.mint()

    assert cloud.start(token).status_code == 201
    assert cloud.start(token).status_code == 400
    assert cloud.state()["running"] == 1


def test_a_token_goes_stale(cloud: SimulatedCloud) -> None:
    _, token = cloud.mint()
    cloud.door("POST", "clock", {"advance_s": 301})

    assert cloud.start(token).status_code == 403
    assert cloud.state()["running"] == 0


def test_a_late_start_takes_effect_after_a_stop_that_came_too_early(cloud: SimulatedCloud) -> None:
    session_id, token = cloud.mint()

    assert cloud.stop(session_id).status_code == 404
    assert cloud.account("GET", f"/v1/sessions/{session_id}").status_code == 404
    assert cloud.start(token).status_code == 201
    assert cloud.stop(session_id).status_code == 200
    assert cloud.start(token).status_code == 400
    assert cloud.state()["running"] == 0


def test_stop_and_keep_alive_take_the_account_or_the_session(cloud: SimulatedCloud) -> None:
    session_id, token = cloud.mint()
    cloud.start(token)

    keep = "/v1/sessions/keep-alive"
    assert cloud.account("POST", keep, json={"session_id": session_id}).status_code == 200
    assert cloud.http.post(keep, headers=bearer(token)).status_code == 200
    assert cloud.account("POST", keep).status_code == 422
    assert cloud.http.post("/v1/sessions/stop", headers=bearer(token)).status_code == 200
    assert end_of(cloud, session_id)[0] == "USER_CLOSED"
    assert cloud.stop(session_id).status_code == 200
    assert cloud.http.post(keep, headers=bearer(token)).status_code == 404


def test_an_idle_session_ends_unless_kept_alive(cloud: SimulatedCloud) -> None:
    idle, kept = cloud.started()["session_id"], cloud.started()["session_id"]

    cloud.door("POST", "clock", {"advance_s": 200})
    cloud.account("POST", "/v1/sessions/keep-alive", json={"session_id": kept})
    cloud.door("POST", "clock", {"advance_s": 200})

    assert end_of(cloud, idle) == ("IDLE_TIMEOUT", 300, 5)
    assert cloud.session_state(kept)["state"] == "active"


def test_a_session_ends_at_its_maximum_duration(cloud: SimulatedCloud) -> None:
    session_id = cloud.started(max_session_duration=90)["session_id"]

    cloud.door("POST", "clock", {"advance_s": 1000})

    assert end_of(cloud, session_id) == ("MAX_DURATION_REACHED", 90, 2)


def test_credits_run_down_by_the_minute_and_their_end_is_the_sessions(
    cloud: SimulatedCloud,
) -> None:
    cloud.door("POST", "credits", {"credits": 2.5})
    session_id = cloud.started()["session_id"]

    cloud.door("POST", "clock", {"advance_s": 250})

    assert end_of(cloud, session_id) == ("NO_CREDITS", 120, 2)
    assert cloud.account("GET", "/v1/users/credits").json()["data"] == {"credits_left": "0.5"}
    _, token = cloud.mint()
    assert cloud.start(token).status_code == 402


def test_a_sandbox_session_is_short_and_free(cloud: SimulatedCloud) -> None:
    cloud.door("POST", "credits", {"credits": 0})
    wayne = "dd73ea75-1218-4ef3-92ce-606d5f7fbc0a"
    started = cloud.started(avatar_id=wayne, is_sandbox=True)

    cloud.door("POST", "clock", {"advance_s": 61})

    assert started["max_session_duration"] == 60
    assert end_of(cloud, started["session_id"]) == ("MAX_DURATION_REACHED", 60, 0)


def test_a_session_ends_by_itself_when_its_time_is_up(cloud: SimulatedCloud) -> None:
    cloud.door("POST", "switches", {"idle_timeout_s": 0.05})
    session_id = cloud.started()["session_id"]

    until(lambda: cloud.state()["running"] == 0)

    assert end_of(cloud, session_id)[0] == "IDLE_TIMEOUT"


@pytest.mark.parametrize("stage", ["token", "start"])
def test_too_many_at_once_are_refused(cloud: SimulatedCloud, stage: str) -> None:
    cloud.door("POST", "switches", {"concurrency_limit": 1, "concurrency_stage": stage})
    cloud.started()

    configuration = cloud.configuration()
    answer = cloud.account("POST", "/v1/sessions/token", json=configuration)
    if stage == "start":
        answer = cloud.start(answer.json()["data"]["session_token"])

    assert answer.status_code == 403
    assert answer.json() == {
        "code": 4000,
        "data": None,
        "message": "Session concurrency limit reached",
    }
    assert cloud.state()["running"] == 1


def test_the_door_ends_a_session_for_any_reason(cloud: SimulatedCloud) -> None:
    session_id = cloud.started()["session_id"]

    cloud.door("POST", f"sessions/{session_id}/end", {"reason": "AGENT_HANG_UP"})

    assert end_of(cloud, session_id)[0] == "AGENT_HANG_UP"
