"""Each point the documents leave open can be turned to its other reading."""

from typing import Any

import pytest

from tests.simulator.cloud import SimulatedCloud, bearer


def turn(cloud: SimulatedCloud, **switches: Any) -> None:
    cloud.door("POST", "switches", switches)


def test_an_unknown_switch_turns_none(cloud: SimulatedCloud) -> None:
    refused = cloud.http.post("/_sim/switches", json={"success_code": 100, "colour": "red"})

    assert refused.status_code == 422
    assert cloud.state()["switches"]["success_code"] == 1000


def test_reset_turns_every_switch_back(cloud: SimulatedCloud) -> None:
    before = cloud.state()
    turn(cloud, success_code=100, greeting=False)
    cloud.door("POST", "latency", {"profile": "typical"})

    cloud.door("POST", "reset")

    after = cloud.state()
    assert (after["switches"], after["latency"]) == (before["switches"], before["latency"])


def test_the_code_of_success_and_the_bodies_of_refusals_have_two_forms(
    cloud: SimulatedCloud,
) -> None:
    turn(cloud, success_code=100, error_body="fastapi", auth_body="empty")

    good = cloud.account("GET", "/v1/secrets")
    invalid = cloud.account("POST", "/v1/secrets", json={"secret_name": "a"})
    stranger = cloud.http.get("/v1/secrets")

    assert good.json()["code"] == 100
    assert invalid.json()["detail"][0] == {
        "loc": ["body"],
        "msg": "'secret_value' is a required property",
        "type": "value_error",
    }
    assert (stranger.status_code, stranger.content) == (401, b"")


@pytest.mark.parametrize("status", [402, 400, 403])
def test_the_status_of_no_credits_can_vary(cloud: SimulatedCloud, status: int) -> None:
    turn(cloud, no_credits_status=status)
    cloud.door("POST", "credits", {"credits": 0})
    _, token = cloud.mint()

    assert cloud.start(token).status_code == status


def test_a_second_start_can_be_accepted_without_a_second_bill(cloud: SimulatedCloud) -> None:
    turn(cloud, second_start="accepted")
    session_id, token = cloud.mint()

    assert [cloud.start(token).status_code for _ in range(2)] == [201, 201]
    assert cloud.session_state(session_id)["credits_consumed"] == 1


def test_references_can_be_checked_at_start_or_never(cloud: SimulatedCloud) -> None:
    nowhere = {"secret_id": "00000000-0000-4000-8000-000000000000"}
    turn(cloud, references="start")
    _, token = cloud.mint(openai=nowhere)
    assert cloud.start(token).status_code == 400

    turn(cloud, references="ignored")
    assert cloud.start(token).status_code == 201


def test_stop_has_three_answers_for_a_finished_session(cloud: SimulatedCloud) -> None:
    session_id = cloud.started()["session_id"]
    cloud.stop(session_id)

    answers = []
    for status in (200, 204, 404):
        turn(cloud, stop_finished=status)
        answers.append(cloud.stop(session_id).status_code)

    assert answers == [200, 204, 404]


def test_a_session_never_started_can_be_seen_and_stopped(cloud: SimulatedCloud) -> None:
    turn(cloud, minted_visible=True, stop_unstarted=200)
    session_id, token = cloud.mint()

    assert cloud.account("GET", f"/v1/sessions/{session_id}").status_code == 200
    assert cloud.stop(session_id).status_code == 200
    assert cloud.start(token).status_code == 201


def test_smaller_switches_do_what_they_say(cloud: SimulatedCloud) -> None:
    turn(cloud, created_secret_id="secret_id", context_put=True, agent_token=True)
    body = {"secret_name": "a", "secret_value": "sk-sim-a", "secret_type": "OPENAI_API_KEY"}
    created = cloud.account("POST", "/v1/secrets", json=body).json()["data"]
    words = {"name": "a", "prompt": "b", "opening_text": "c"}
    replaced = cloud.account("PUT", f"/v1/contexts/{cloud.context()}", json=words)
    turn(cloud, created_secret_id="id")
    _, token = cloud.mint(openai={"secret_id": created["secret_id"]})

    assert replaced.json()["data"]["name"] == "a"
    assert "livekit_agent_token" in cloud.start(token).json()["data"]
    turn(cloud, delete_alias=False)
    assert cloud.http.delete("/v1/sessions", headers=bearer(token)).status_code == 405
    turn(cloud, delete_alias=True)
    assert cloud.http.delete("/v1/sessions", headers=bearer(token)).status_code == 200
    assert cloud.state()["running"] == 0


def test_a_slow_cloud_is_slow_where_it_was_told_to_be(cloud: SimulatedCloud) -> None:
    cloud.door("POST", "latency", {"token_ms": 120})

    answer = cloud.account("POST", "/v1/sessions/token", json=cloud.configuration())
    other = cloud.account("GET", "/v1/secrets")

    assert answer.elapsed.total_seconds() >= 0.12
    assert other.elapsed < answer.elapsed


def test_the_page_shows_running_rooms_and_what_has_ended(cloud: SimulatedCloud) -> None:
    running, ended = cloud.started()["session_id"], cloud.started()["session_id"]
    cloud.stop(ended, reason="AGENT_HANG_UP")

    page = cloud.http.get("/").text

    rooms, _, past = page.partition("Ended lately")
    assert "<title>1 rooms" in rooms
    assert running in rooms
    assert ended not in rooms
    assert ended in past
    assert "AGENT_HANG_UP" in past


def test_an_empty_body_is_for_credentials_and_keeps_other_refusals_in_words(
    cloud: SimulatedCloud,
) -> None:
    turn(cloud, auth_body="empty", concurrency_limit=0, concurrency_status=403)

    _, token = cloud.mint()

    assert "concurrency" in cloud.start(token).json()["message"].lower()
