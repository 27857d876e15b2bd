"""What a page or a script may say to the API, and what it hears."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, User, Workspace
from sessions_app.lifecycle import State
from sessions_app.models import Avatar, AvatarSession, SessionEvent
from sessions_app.services.acceptance import Wish
from tests.sessions_app.answers import assert_one_error_shape
from tests.sessions_app.rows import placed

FORM = "application/x-www-form-urlencoded;charset=UTF-8"
CSRF = "c" * 32
PAGE_ID = "a" * 32


@pytest.fixture
def page(alice: User) -> Client:
    """Alice's browser, which has to prove that a request comes from our page."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    client.cookies["csrf"] = CSRF
    return client


@pytest.fixture
def live(alice: User, plan: Wish) -> AvatarSession:
    return placed(alice, plan, State.LIVE)


def send(page: Client, path: str, body: Any, **headers: str) -> Any:
    given = {"X-CSRFToken": CSRF, **headers}
    content = body if isinstance(body, str) else json.dumps(body)
    return page.post(path, content, content_type="application/json", headers=given)


def wished(plan: Wish, **changes: Any) -> dict[str, Any]:
    return {
        "avatar": str(plan.avatar.public_id),
        "provider_key": str(plan.provider_key.public_id),
        **changes,
    }


def test_a_start_answers_at_once_with_the_state_and_where_to_watch_it(
    page: Client, plan: Wish
) -> None:
    answer = send(page, "/api/sessions", wished(plan, max_minutes=2))

    session = AvatarSession.objects.get()
    body = answer.json()
    assert answer.status_code == 202
    assert body["watch_url"].startswith("/watch/")
    assert [step["name"] for step in body["steps"]] == ["requested"]
    assert {name: body[name] for name in ("id", "state", "version", "end_reason")} == {
        "id": str(session.public_id),
        "state": "requested",
        "version": session.version,
        "end_reason": "",
    }


def test_what_is_left_out_of_a_start_takes_its_default(page: Client, plan: Wish) -> None:
    send(page, "/api/sessions", wished(plan))

    session = AvatarSession.objects.get()
    chosen = (session.voice, session.model, float(session.temperature), session.max_seconds)
    assert chosen == ("alloy", "gpt-realtime", 0.8, 600)
    assert (session.context, session.is_sandbox) == (None, False)


def test_a_sandbox_start_lasts_as_long_as_the_sandbox_allows(page: Client, plan: Wish) -> None:
    Avatar.objects.update(is_sandbox=True)

    send(page, "/api/sessions", wished(plan, is_sandbox=True))

    assert AvatarSession.objects.get().max_seconds == 60


def test_the_same_idempotency_key_gets_the_same_session(page: Client, plan: Wish) -> None:
    headers = {"Idempotency-Key": "one click"}

    first = send(page, "/api/sessions", wished(plan), **headers)
    second = send(page, "/api/sessions", wished(plan), **headers)
    third = send(page, "/api/sessions", wished(plan))

    assert first.json()["id"] == second.json()["id"] != third.json()["id"]
    assert AvatarSession.objects.count() == 2


def test_a_key_that_only_begins_like_another_is_refused_and_not_cut(
    page: Client, plan: Wish
) -> None:
    answer = send(page, "/api/sessions", wished(plan), **{"Idempotency-Key": "k" * 81})

    assert answer.status_code == 400
    assert answer.json()["error"]["fields"] == {
        "Idempotency-Key": ["It has 80 characters at the most."]
    }


def test_two_people_may_use_the_same_idempotency_key(page: Client, bob: User, plan: Wish) -> None:
    other = Client()
    other.force_login(bob)
    headers = {"Idempotency-Key": "1"}

    first = send(page, "/api/sessions", wished(plan), **headers)
    second = send(other, "/api/sessions", wished(plan), **headers)

    assert first.json()["id"] != second.json()["id"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("avatar", "not-an-id", "Must be a valid UUID."),
        ("avatar", "00000000-0000-4000-8000-000000000000", "There is nothing by this id here."),
        ("provider_key", None, "This field may not be null."),
        ("context", "00000000-0000-4000-8000-000000000000", "There is nothing by this id here."),
        ("voice", "darth", '"darth" is not a valid choice.'),
        ("model", "gpt realtime", "A model's name has letters, digits and .-_:/ only."),
        ("model", "", "This field may not be blank."),
        ("model", "x" * 101, "Ensure this field has no more than 100 characters."),
        ("temperature", 0.59, "Ensure this value is greater than or equal to 0.6."),
        ("temperature", 1.21, "Ensure this value is less than or equal to 1.2."),
        ("temperature", "warm", "A valid number is required."),
        ("temperature", 0.805, "Ensure that there are no more than 2 decimal places."),
        ("max_minutes", 0, "Ensure this value is greater than or equal to 1."),
        ("max_minutes", "long", "A valid integer is required."),
        ("is_sandbox", "perhaps", "Must be a valid boolean."),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_words(
    name: str, value: Any, words: str, page: Client, plan: Wish
) -> None:
    answer = send(page, "/api/sessions", wished(plan, **{name: value}))

    assert answer.status_code == 400
    assert_one_error_shape(answer)
    error = answer.json()["error"]
    assert (error["code"], error["fields"]) == ("invalid", {name: [words]})
    assert AvatarSession.objects.count() == 0


def test_a_choice_that_cannot_be_started_is_named(page: Client, plan: Wish) -> None:
    Avatar.objects.update(is_expired=True)

    answer = send(page, "/api/sessions", wished(plan))

    assert answer.status_code == 422
    assert answer.json()["error"] == {
        "code": "not_startable.avatar",
        "message": "This avatar cannot be used now. Choose another one.",
        "retryable": False,
    }


def test_more_minutes_than_allowed_are_refused_with_how_many_are(page: Client, plan: Wish) -> None:
    answer = send(page, "/api/sessions", wished(plan, max_minutes=10**9))

    assert answer.status_code == 422
    assert answer.json()["error"]["message"] == "A session may last 10 minutes here at the most."


def test_a_limit_that_is_reached_is_told_as_one_that_may_pass(page: Client, plan: Wish) -> None:
    Workspace.objects.update(max_concurrent_sessions=0)

    answer = send(page, "/api/sessions", wished(plan))

    assert answer.status_code == 409
    error = answer.json()["error"]
    assert (error["code"], error["retryable"]) == ("quota.concurrency", True)


@pytest.mark.parametrize(
    ("method", "content", "media_type", "status", "code"),
    [
        ("POST", "{", "application/json", 400, "parse_error"),
        ("POST", "[]", "application/json", 400, "invalid"),
        ("POST", "<a/>", "text/xml", 415, "unsupported_media_type"),
        ("DELETE", "", "application/json", 405, "method_not_allowed"),
    ],
)
def test_what_is_no_request_of_ours_is_refused_in_the_same_shape(
    method: str, content: str, media_type: str, status: int, code: str, page: Client
) -> None:
    answer = page.generic(
        method, "/api/sessions", content, media_type, headers={"X-CSRFToken": CSRF}
    )

    assert answer.status_code == status
    assert set(answer.json()) == {"error", "request_id"}
    assert answer.json()["error"]["code"] == code


@pytest.mark.parametrize("path", ["", "/presence", "/stop", "/lines", "/reports"])
def test_a_request_from_another_site_changes_nothing(
    path: str, page: Client, live: AvatarSession
) -> None:
    address = f"/api/sessions/{live.public_id}{path}" if path else "/api/sessions"
    before = AvatarSession.objects.values().get()

    answer = page.post(address, "{}", content_type="application/json")

    assert answer.status_code == 403
    assert_one_error_shape(answer)
    assert answer.json()["error"]["message"].startswith("CSRF Failed")
    assert AvatarSession.objects.values().get() == before


# The page in the room.


def test_the_room_is_given_as_often_as_it_is_asked_for_and_never_stored(
    page: Client, live: AvatarSession
) -> None:
    answers = [page.get(f"/api/sessions/{live.public_id}/room") for _ in range(2)]

    for answer in answers:
        assert answer.json() == {"url": "wss://room.example", "token": "a-room-token"}
        assert answer.headers["Cache-Control"] == "no-store"
    given = AuditEvent.objects.filter(action="avatar_session.room_given")
    assert [event.object_id for event in given] == [live.public_id] * 2


def test_presence_renews_the_lease(page: Client, live: AvatarSession) -> None:
    AvatarSession.objects.update(lease_until=timezone.now() + timedelta(seconds=3))

    answer = send(page, f"/api/sessions/{live.public_id}/presence", {})

    live.refresh_from_db()
    assert 50 < (live.lease_until - timezone.now()).total_seconds() <= 60
    assert set(answer.json()) == {"state", "lease_until", "limit_at", "server_time"}
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_beacon_says_goodbye_as_a_form_whose_body_holds_the_csrf_token(
    page: Client, live: AvatarSession
) -> None:
    beacon = urlencode({"gone": "1", "page": PAGE_ID, "csrfmiddlewaretoken": CSRF})
    path = f"/api/sessions/{live.public_id}/presence"

    answer = page.post(path, beacon, content_type=FORM)
    late_renewal = send(page, path, {"page": PAGE_ID})

    assert (answer.status_code, late_renewal.status_code) == (200, 200)
    live.refresh_from_db()
    assert 5 < (live.lease_until - timezone.now()).total_seconds() <= 15


def test_a_beacon_without_the_token_says_nothing(page: Client, live: AvatarSession) -> None:
    before = AvatarSession.objects.values().get()

    answer = page.post(f"/api/sessions/{live.public_id}/presence", "gone=1", content_type=FORM)

    assert answer.status_code == 403
    assert AvatarSession.objects.values().get() == before


def test_stopping_twice_is_stopping_once(page: Client, live: AvatarSession) -> None:
    address = f"/api/sessions/{live.public_id}/stop"

    states = [send(page, address, {}).json()["state"] for _ in range(2)]

    assert states == ["stopping", "stopping"]
    assert AuditEvent.objects.filter(action="avatar_session.stopping").count() == 1


def test_the_end_is_told_with_what_it_means(page: Client, alice: User, plan: Wish) -> None:
    session = placed(
        alice, plan, State.FAILED, end_reason="no_credits", last_error_message="Not enough credits"
    )

    body = page.get(f"/api/sessions/{session.public_id}").json()

    assert {name: body[name] for name in body if name.startswith(("end", "vendor", "retry"))} == {
        "end_reason": "no_credits",
        "end_message": "The LiveAvatar account has no credits left. "
        "Whoever runs this installation can add some.",
        "vendor_message": "Not enough credits",
        "retryable": False,
    }


def test_a_line_sent_twice_is_kept_once(page: Client, live: AvatarSession) -> None:
    def line(key: str, text: str) -> dict[str, str]:
        return {"key": key, "role": "avatar", "text": text, "at": timezone.now().isoformat()}

    address = f"/api/sessions/{live.public_id}/lines"
    send(page, address, {"lines": [line("1", "Hello.")]})
    answer = send(page, address, {"lines": [line("1", "Hello."), line("2", "Welcome.")]})

    assert answer.json() == {"stored": 2}
    kept = SessionEvent.objects.filter(kind="avatar_line")
    assert [event.text for event in kept] == ["Hello.", "Welcome."]


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ({"role": "narrator"}, "role"),
        ({"text": ""}, "text"),
        ({"text": "x" * 4001}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"at": "yesterday"}, "at"),
        ({"key": "k" * 65}, "key"),
    ],
)
def test_a_line_that_cannot_be_is_refused_with_what_is_wrong(
    line: dict[str, str], wrong: str, page: Client, live: AvatarSession
) -> None:
    good = {"key": "1", "role": "user", "text": "Hi", "at": timezone.now().isoformat()}

    answer = send(page, f"/api/sessions/{live.public_id}/lines", {"lines": [{**good, **line}]})

    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]["lines"]["0"]) == [wrong]
    assert SessionEvent.objects.count() == 0


def test_more_than_200_lines_at_once_are_refused(page: Client, live: AvatarSession) -> None:
    now = timezone.now().isoformat()
    lines = [{"key": str(uuid4()), "role": "user", "text": "Hi", "at": now} for _ in range(201)]

    answer = send(page, f"/api/sessions/{live.public_id}/lines", {"lines": lines})

    assert answer.status_code == 400
    assert SessionEvent.objects.count() == 0


def test_only_what_a_page_can_notice_is_noted(page: Client, live: AvatarSession) -> None:
    address = f"/api/sessions/{live.public_id}/reports"

    good = send(page, address, {"event": "no_picture", "detail": "Firefox"})
    bad = send(page, address, {"event": "the moon is full"})

    assert (good.status_code, bad.status_code) == (204, 400)
    noted = SessionEvent.objects.get()
    assert (noted.kind, noted.cause, noted.text) == ("notice", "no_picture", "Firefox")


def test_the_schema_describes_every_route_without_a_guess(tmp_path: Any) -> None:
    target = tmp_path / "schema.json"

    call_command(
        "spectacular", fail_on_warn=True, validate=True, format="openapi-json", file=target
    )

    assert sorted(json.loads(target.read_text())["paths"]) == [
        "/api/embed/v1/resume",
        "/api/embed/v1/sessions",
        "/api/embed/v1/sessions/{public_id}",
        "/api/embed/v1/sessions/{public_id}/feedback",
        "/api/embed/v1/sessions/{public_id}/lines",
        "/api/embed/v1/sessions/{public_id}/presence",
        "/api/embed/v1/sessions/{public_id}/reports",
        "/api/embed/v1/sessions/{public_id}/room",
        "/api/embed/v1/sessions/{public_id}/stop",
        "/api/embed/v1/sessions/{public_id}/timeline",
        "/api/embed/v1/tickets",
        "/api/sessions",
        "/api/sessions/{public_id}",
        "/api/sessions/{public_id}/continued",
        "/api/sessions/{public_id}/extend",
        "/api/sessions/{public_id}/lines",
        "/api/sessions/{public_id}/presence",
        "/api/sessions/{public_id}/reports",
        "/api/sessions/{public_id}/room",
        "/api/sessions/{public_id}/stop",
        "/api/sessions/{public_id}/successor",
        "/api/sessions/{public_id}/timeline",
    ]
