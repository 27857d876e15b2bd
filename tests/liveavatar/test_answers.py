"""How an HTTP answer is read: success, refusal, or neither."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from liveavatar import errors
from liveavatar.answers import Answer, data_of


def answer(status: int, body: object = None, **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer("POST", "/v1/sessions/start", status, named, raw)


def refusal(status: int, body: object = None, **headers: str) -> errors.LiveAvatarError:
    with pytest.raises(errors.LiveAvatarError) as refused:
        data_of(answer(status, body, **headers))
    return refused.value


@pytest.mark.parametrize("code", [1000, 100])
def test_a_success_gives_its_data(code):
    body = {"code": code, "data": {"id": "a"}, "message": "success"}

    assert data_of(answer(201, body)) == {"id": "a"}


def test_decimals_keep_their_digits():
    body = b'{"code": 1000, "data": {"credits_consumed": 0.1000}}'

    assert data_of(answer(200, body)) == {"credits_consumed": Decimal("0.1000")}


@pytest.mark.parametrize(("status", "body"), [(204, b""), (200, b""), (200, {"code": 100})])
def test_a_success_may_carry_nothing(status, body):
    assert data_of(answer(status, body)) is None


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", {"message": "fine"}])
def test_a_page_from_elsewhere_is_no_success(body):
    with pytest.raises(errors.UnexpectedResponse):
        data_of(answer(200, body))


def test_an_answer_does_not_show_what_it_carries():
    carrying = answer(200, {"data": {"session_token": "jwt-of-mine"}}, set_cookie="session")

    assert repr(carrying) == "Answer(method='POST', route='/v1/sessions/start', status=200)"


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (400, "Bad request error", errors.BadRequest),
        (401, "Invalid API key", errors.Unauthorised),
        (402, "Payment required", errors.NoCredits),
        (403, "Not authenticated", errors.Forbidden),
        (404, "Session not found", errors.NotFound),
        (405, "Method Not Allowed", errors.BadRequest),
        (409, "Already started", errors.Conflict),
        (422, "Unable to extract tag using discriminator 'mode'", errors.BadRequest),
        (429, "Too many requests", errors.RateLimited),
        (500, "Internal server error", errors.ServerFault),
        (503, "concurrency of credits", errors.ServerFault),
        (400, "Session concurrency limit reached", errors.ConcurrencyReached),
        (403, "SESSION CONCURRENCY LIMIT REACHED", errors.ConcurrencyReached),
        (409, "Too many concurrent sessions", errors.ConcurrencyReached),
        (429, "Session concurrency limit reached", errors.ConcurrencyReached),
        (400, "Not enough credits", errors.NoCredits),
        (403, "Insufficient credit", errors.NoCredits),
        (404, "No credits here", errors.NotFound),
        (400, "This avatar is not supported in sandbox mode", errors.AvatarNotInSandbox),
        (400, "You dont have access to this avatar", errors.AvatarNotAccessible),
        (403, "You dont have access to this avatar", errors.AvatarNotAccessible),
        (422, "You dont have access to this avatar", errors.AvatarNotAccessible),
        (404, "You dont have access to this avatar", errors.NotFound),
        (299, "Invalid secret_id", errors.BadRequest),
        (
            400,
            "max_session_duration (180s) exceeds the maximum allowed (60s) in sandbox",
            errors.DurationTooLong,
        ),
        (200, "Invalid secret_id", errors.BadRequest),
        (200, "Session concurrency limit reached", errors.ConcurrencyReached),
        (201, "Not enough credits", errors.NoCredits),
    ],
)
def test_a_refusal_is_read_by_its_status_and_then_by_its_words(status, message, kind):
    error = refusal(status, {"code": 4000, "data": None, "message": message})

    assert (type(error), error.message, error.status, error.code) == (kind, message, status, 4000)


def test_a_spent_session_token_is_forbidden_even_inside_a_success():
    error = refusal(200, {"code": 4003, "data": None, "message": "Not authenticated"})

    assert (type(error), error.code) == (errors.Forbidden, 4003)


def test_all_the_words_decide_not_only_the_first():
    complaint = {"loc": ["avatar_id"], "message": "Refused", "params": {}}
    error = refusal(400, {"code": 4000, "data": [complaint], "message": "Not enough credits"})

    assert (type(error), error.message) == (errors.NoCredits, "Refused")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"data": [{"message": "first"}], "message": "second"}, "first"),
        ({"data": {"message": "first"}, "message": "second"}, "first"),
        ({"data": None, "message": "second", "error": "third"}, "second"),
        ({"error": "third", "detail": "fifth"}, "third"),
        ({"detail": [{"loc": ["body", "mode"], "msg": "fourth", "type": "missing"}]}, "fourth"),
        ({"detail": "fifth"}, "fifth"),
        ({"message": "two\nlines\tand  more"}, "two lines and more"),
        ({"message": "x" * 501}, "x" * 500),
        ({"message": ""}, "HTTP 400"),
        ({"message": 7, "data": [], "detail": []}, "HTTP 400"),
        ([], "HTTP 400"),
        (b"", "HTTP 400"),
        (b"<html>Bad gateway</html>", "HTTP 400"),
        (b"\xff\xfe\x00", "HTTP 400"),
    ],
)
def test_the_vendors_words_are_found_in_either_body(body, message):
    assert refusal(400, body).message == message


@pytest.mark.parametrize(
    ("status", "body", "field"),
    [
        (200, b"<html>", "body"),
        (200, [1], "body"),
        (200, {"data": {}}, "code"),
        (200, {"code": "1000", "data": {}}, "code"),
        (200, {"code": True, "data": {}}, "code"),
        (302, b"", "status"),
        (300, {"code": 1000}, "status"),
        (304, {"code": 1000}, "status"),
    ],
)
def test_an_answer_that_is_neither_yes_nor_no_names_what_is_wrong(status, body, field):
    error = refusal(status, body)

    assert isinstance(error, errors.UnexpectedResponse)
    assert (error.field, error.status) == (field, status)


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        (429, {"retry_after": "2"}, 2.0),
        (429, {"retry_after": "0.25"}, 0.25),
        (429, {"retry_after": "-5"}, 0.0),
        (429, {"retry_after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0.0),
        (429, {"retry_after": "soon"}, None),
        (429, {"retry_after": "inf"}, None),
        (429, {"x_ratelimit_reset": "0.5"}, 0.5),
        (429, {}, None),
        (500, {"x_ratelimit_reset": "0.5"}, None),
        (503, {"retry_after": "120"}, 120.0),
    ],
)
def test_the_wait_is_what_the_cloud_asks_for(status, headers, wait):
    assert refusal(status, None, **headers).retry_after == wait


@pytest.mark.parametrize("zone", ["GMT", "-0000"])
def test_a_wait_until_a_date_is_counted_from_now(zone):
    date = (datetime.now(UTC) + timedelta(seconds=60)).strftime(f"%a, %d %b %Y %H:%M:%S {zone}")

    wait = refusal(503, None, retry_after=date).retry_after

    assert wait is not None
    assert 50 < wait <= 60


@pytest.mark.parametrize(
    ("headers", "request_id"),
    [
        ({"x_request_id": "req-1", "cf_ray": "ray"}, "req-1"),
        ({"cf_ray": "ray"}, "ray"),
        ({"x_request_id": "two\nlines"}, None),
        ({"x_request_id": "x" * 101}, "x" * 100),
        ({}, None),
    ],
)
def test_the_vendors_id_of_the_request_is_kept(headers, request_id):
    assert refusal(500, None, **headers).request_id == request_id


def test_a_credential_repeated_by_the_cloud_is_masked():
    with pytest.raises(errors.BadRequest) as refused:
        data_of(
            answer(400, {"message": "sk-sim-mine is not a key"}),
            hidden=("sk-sim-mine", ""),
        )

    assert refused.value.message == "*** is not a key"


json_values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: (
        some.lists(inner)
        | some.dictionaries(
            some.sampled_from(["code", "data", "message", "error", "detail", "msg", "x"]), inner
        )
    ),
)


@given(
    some.integers(100, 599),
    some.binary() | json_values.map(lambda value: json.dumps(value).encode()),
    some.dictionaries(some.sampled_from(["retry-after", "x-request-id"]), some.text()),
)
def test_no_answer_is_too_odd_to_be_told(status, body, headers):
    odd = Answer("GET", "/v1/secrets", status, headers, body)

    error = failure_of(odd)

    assert error or 200 <= status < 300
    assert not error or str(error).startswith(f"GET /v1/secrets answered {status}: ")
    assert not error or error.retry_after is None or error.retry_after >= 0


def failure_of(answer: Answer) -> errors.LiveAvatarError | None:
    try:
        data_of(answer)
    except errors.LiveAvatarError as error:
        return error
    return None
