"""The REST calls answer as the vendor's documents say."""

import jwt
import pytest

from tests.simulator.cloud import ACCOUNT, AMARA, WAYNE, SimulatedCloud, bearer

NOWHERE = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize("headers", [{}, {"X-API-KEY": "real-key"}, bearer("sim-account")])
def test_a_stranger_is_refused_in_the_envelope(
    cloud: SimulatedCloud, headers: dict[str, str]
) -> None:
    answer = cloud.http.get("/v1/secrets", headers=headers)

    assert answer.status_code == 401
    assert answer.json() == {"code": 4000, "data": None, "message": "Invalid API key"}


def test_a_secret_is_listed_without_its_value_until_deleted(cloud: SimulatedCloud) -> None:
    secret_id = cloud.secret("sk-sim-marked")

    listed = cloud.account("GET", "/v1/secrets").json()["data"]
    assert [(each["id"], each["secret_type"]) for each in listed] == [(secret_id, "OPENAI_API_KEY")]
    assert "sk-sim-marked" not in str(listed)
    assert [each["value"] for each in cloud.state()["secrets"]] == ["sk-sim-marked"]

    assert cloud.account("DELETE", f"/v1/secrets/{secret_id}").json()["data"] is None
    assert cloud.account("GET", "/v1/secrets").json()["data"] == []
    assert cloud.account("DELETE", f"/v1/secrets/{secret_id}").status_code == 404


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"colour": "red"}, "Additional properties are not allowed ('colour' was unexpected)"),
        ({"secret_name": ""}, "Input should satisfy minLength 1"),
        ({"secret_value": 7}, "Input should satisfy type string"),
    ],
)
def test_a_wrong_field_is_refused_without_repeating_values(
    cloud: SimulatedCloud, change: dict[str, object], complaint: str
) -> None:
    body = {"secret_name": "a", "secret_value": "sk-sim-b", "secret_type": "OPENAI_API_KEY"}

    answer = cloud.account("POST", "/v1/secrets", json=body | change)

    assert answer.status_code == 422
    assert answer.json()["code"] == 4000
    assert answer.json()["data"][0]["message"] == complaint
    assert cloud.state()["secrets"] == []


def test_a_context_is_created_replaced_read_and_deleted(cloud: SimulatedCloud) -> None:
    context_id = cloud.context()
    words = {"name": "Guide", "prompt": "Greet ${visitor}.", "opening_text": "Hi ${visitor}"}

    replaced = cloud.account("PATCH", f"/v1/contexts/{context_id}", json=words).json()["data"]

    assert replaced["prompt"] == "Greet ${visitor}."
    assert replaced["required_dynamic_variables"] == ["visitor"]
    assert cloud.account("GET", f"/v1/contexts/{context_id}").json()["data"] == replaced
    assert cloud.account("PUT", f"/v1/contexts/{context_id}", json=words).status_code == 405
    assert cloud.account("DELETE", f"/v1/contexts/{context_id}").json()["data"] is None
    assert cloud.account("GET", f"/v1/contexts/{context_id}").status_code == 404


def test_a_list_is_cut_into_pages_that_name_their_neighbours(cloud: SimulatedCloud) -> None:
    names = [f"context {number}" for number in range(5)]
    for name in names:
        cloud.context(name)

    seen, address = [], "/v1/contexts?page_size=2"
    while address:
        page = cloud.account("GET", address).json()["data"]
        seen += [each["name"] for each in page["results"]]
        assert page["count"] == 5
        address = page["next"]

    assert seen == names[::-1]
    assert cloud.account("GET", "/v1/contexts?page=0").status_code == 422
    assert cloud.account("GET", "/v1/contexts?colour=red").status_code == 422


def test_stock_avatars_need_no_key_and_own_ones_do(cloud: SimulatedCloud) -> None:
    stock = cloud.http.get("/v1/avatars/public").json()["data"]["results"]
    own = cloud.account("GET", "/v1/avatars").json()["data"]["results"]

    assert [each["name"] for each in stock[:2]] == ["Wayne", "Amara"]
    assert len(stock) == 10
    assert [(each["name"], each["status"]) for each in own] == [
        ("June", "ACTIVE"),
        ("Kofi", "FAILED"),
    ]
    assert cloud.http.get("/v1/avatars").status_code == 401


def test_the_catalogue_can_grow_change_and_shrink(cloud: SimulatedCloud) -> None:
    def own() -> list[tuple[str, bool]]:
        page = cloud.account("GET", "/v1/avatars").json()["data"]["results"]
        return [(each["name"], each["is_expired"]) for each in page]

    zoe = cloud.door("POST", "avatars", {"name": "Zoe", "own": True})
    assert own() == [("June", False), ("Kofi", False), ("Zoe", False)]
    cloud.door("POST", "avatars", {"id": zoe["id"], "name": "Zoe", "own": True, "is_expired": True})
    assert own() == [("June", False), ("Kofi", False), ("Zoe", True)]
    cloud.door("DELETE", f"avatars/{zoe['id']}")
    assert own() == [("June", False), ("Kofi", False)]


def test_a_preview_is_a_picture_that_may_be_kept(cloud: SimulatedCloud) -> None:
    avatar = cloud.account("GET", f"/v1/avatars/{WAYNE}").json()["data"]

    preview = cloud.http.get(avatar["preview_url"], headers={"Origin": "http://desk"})

    assert preview.headers["Content-Type"] == "image/png"
    assert preview.headers["Cache-Control"] == "public, max-age=86400"
    assert preview.headers["Access-Control-Allow-Origin"] == "http://desk"
    assert preview.content.startswith(b"\x89PNG")
    assert cloud.http.get(f"/previews/{NOWHERE}.png").status_code == 404


def test_a_session_token_carries_its_configuration(cloud: SimulatedCloud) -> None:
    session_id, token = cloud.mint(avatar_id=WAYNE, is_sandbox=True)

    claims = jwt.decode(token, options={"verify_signature": False})

    assert claims["session_id"] == session_id
    assert claims["start_session_data"]["mode"] == "LITE"
    assert claims["start_session_data"]["openai_realtime_config"]["voice"] == "alloy"


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"mode": "CUSTOM"}, 422, "Unable to extract tag using discriminator 'mode'"),
        ({"openai_realtime_config": None}, 422, "type object"),
        ({"mode": "FULL"}, 422, "only LITE with openai_realtime_config is simulated"),
        ({"gemini_realtime_config": {}}, 422, "Additional properties"),
        (
            {"gemini_realtime_config": {"secret_id": NOWHERE}},
            422,
            "more than one connector is not allowed",
        ),
        ({"openai": {"voice": "darth"}}, 422, "voice: Input should satisfy enum"),
        ({"openai": {"temperature": 1.3}}, 422, "temperature: Input should satisfy maximum 1.2"),
        ({"is_sandbox": "yes"}, 422, "is_sandbox: Input should satisfy type boolean"),
        ({"is_sandbox": True}, 400, "This avatar is not supported in sandbox mode"),
        ({"avatar_id": NOWHERE}, 400, "You dont have access to this avatar"),
        ({"openai": {"secret_id": NOWHERE}}, 400, "Invalid secret_id"),
        ({"openai": {"context_id": NOWHERE}}, 400, "Invalid context_id"),
        (
            {"avatar_id": WAYNE, "is_sandbox": True, "max_session_duration": 180},
            400,
            "max_session_duration (180s) exceeds the maximum allowed (60s)",
        ),
    ],
)
def test_a_session_that_cannot_be_is_not_minted(
    cloud: SimulatedCloud, changes: dict[str, object], status: int, words: str
) -> None:
    answer = cloud.account("POST", "/v1/sessions/token", json=cloud.configuration(**changes))

    assert answer.status_code == status
    assert words in answer.text
    assert cloud.state()["sessions"] == []


def test_starting_needs_the_sessions_own_token(cloud: SimulatedCloud) -> None:
    cloud.mint()

    for headers in ({}, ACCOUNT, bearer("nonsense")):
        answer = cloud.http.post("/v1/sessions/start", headers=headers)
        assert answer.status_code == 403
        assert answer.json() == {"code": 4003, "data": None, "message": "Not authenticated"}

    assert cloud.state()["running"] == 0


def test_a_start_gives_the_room_and_begins_the_clock(cloud: SimulatedCloud) -> None:
    started = cloud.started(max_session_duration=90)

    host = cloud.http.base_url.netloc.decode()
    grant = jwt.decode(started["livekit_client_token"], options={"verify_signature": False})
    assert started["livekit_url"] == f"ws://{host}"
    assert started["ws_url"] is None
    assert started["max_session_duration"] == 90
    assert grant["video"]["room"] == started["session_id"]
    listed = cloud.account("GET", "/v1/sessions?type=active").json()["data"]["results"]
    assert [each["id"] for each in listed] == [started["session_id"]]


def test_the_address_of_the_room_follows_the_name_the_caller_used(cloud: SimulatedCloud) -> None:
    _, token = cloud.mint()

    answer = cloud.http.post(
        "/v1/sessions/start", headers=bearer(token) | {"Host": "cloud.test:1234"}
    )

    assert answer.json()["data"]["livekit_url"] == "ws://cloud.test:1234"


def test_a_read_session_tells_how_it_ended(cloud: SimulatedCloud) -> None:
    session_id = cloud.started()["session_id"]
    cloud.stop(session_id, reason="USER_DISCONNECTED")

    entry = cloud.account("GET", f"/v1/sessions/{session_id}").json()["data"]

    assert entry["end_reason"] == "USER_DISCONNECTED"
    assert (entry["mode"], entry["source"], entry["credits_consumed"]) == ("LITE", "API", 1)
    assert cloud.account("GET", "/v1/sessions").status_code == 422
    historic = cloud.account(
        "GET", "/v1/sessions", params={"type": "historic", "avatar_id": AMARA}
    ).json()["data"]
    assert historic["results"] == [entry]


def test_the_transcript_of_a_lite_session_is_empty(cloud: SimulatedCloud) -> None:
    session_id = cloud.started()["session_id"]

    answer = cloud.account("GET", f"/v1/sessions/{session_id}/transcript")

    assert answer.json()["data"] == {
        "session_active": True,
        "next_timestamp": None,
        "transcript_data": [],
    }


def test_openai_keys_are_judged_as_openai_would(cloud: SimulatedCloud) -> None:
    def models(key: str) -> list[str]:
        answer = cloud.http.get("/openai/v1/models", headers=bearer(key))
        return [each["id"] for each in answer.json()["data"]]

    assert models("sk-sim-abc") == ["gpt-realtime", "gpt-realtime-2.1", "gpt-4o-mini"]
    assert models("sk-sim-norealtime-abc") == ["gpt-4o-mini"]
    refused = cloud.http.get("/openai/v1/models", headers=bearer("sk-proj-abcdefghijkl"))
    assert refused.status_code == 401
    assert refused.json()["error"]["code"] == "invalid_api_key"
    assert "abcdefgh" not in refused.text


def test_a_browser_on_another_origin_may_call_with_credentials(cloud: SimulatedCloud) -> None:
    preflight = {
        "Origin": "http://desk:8000",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }

    allowed = cloud.http.options("/v1/sessions/start", headers=preflight)
    refused = cloud.http.post("/v1/sessions/start", headers={"Origin": "http://desk:8000"})

    assert allowed.status_code == 204
    assert allowed.headers["Access-Control-Allow-Headers"] == "authorization,content-type"
    for answer in (allowed, refused):
        assert answer.headers["Access-Control-Allow-Origin"] == "http://desk:8000"
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"


def test_a_page_of_another_origin_cannot_read_the_test_door(cloud: SimulatedCloud) -> None:
    answer = cloud.http.get("/_sim/state", headers={"Origin": "http://elsewhere"})

    assert "Access-Control-Allow-Origin" not in answer.headers


def test_too_many_calls_in_a_second_are_told_to_wait(cloud: SimulatedCloud) -> None:
    cloud.door("POST", "switches", {"rate_limit": 2})

    answers = [cloud.account("GET", "/v1/users/credits") for _ in range(10)]

    limited = [each for each in answers if each.status_code == 429]
    assert limited
    assert limited[0].headers["Retry-After"] == "1"
    assert answers[0].headers["X-RateLimit-Remaining"] == "1"
    assert limited[0].headers["X-RateLimit-Limit"] == "2"


def test_a_stranger_is_refused_before_their_request_is_judged(cloud: SimulatedCloud) -> None:
    for path in ("/v1/sessions/stop", "/v1/sessions/keep-alive"):
        answer = cloud.http.post(path, json={"surprise": 1}, headers={"X-API-KEY": "wrong"})

        assert answer.status_code == 401
