"""What goes over the wire, what comes back, what is written down, and what never is."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from decimal import Decimal

import httpx
import pytest

from liveavatar import (
    Client,
    LiteSession,
    OpenAIRealtime,
    SessionClient,
    StartedSession,
    Timeouts,
    errors,
)
from liveavatar.call import Call

ACCOUNT_KEY = "sim-account-key"
TOKEN = "header.payload.signature"
PROVIDER_KEY = "sk-sim-provider-key"


class Wire:
    """Answers from a list, one after the other, and keeps the requests it was sent."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.answers: list[httpx.Response | Exception] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def succeed(self, data: object, status: int = 200) -> None:
        body = {"code": 1000, "data": data, "message": "success"}
        self.answers.append(httpx.Response(status, json=body, headers={"x-request-id": "req-1"}))

    def refuse(self, status: int, message: str, **headers: str) -> None:
        body = {"code": 4000, "data": None, "message": message}
        self.answers.append(httpx.Response(status, json=body, headers=headers))

    @property
    def sent(self) -> tuple[str, str, object]:
        (request,) = self.requests
        content = request.content
        return request.method, request.url.raw_path.decode(), json.loads(content or "null")


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def client(wire: Wire):
    with Client(ACCOUNT_KEY, "http://cloud.test", transport=httpx.MockTransport(wire)) as client:
        yield client


CONTEXT = {"id": "c-1", "name": "Guide", "prompt": "Be kind", "opening_text": "Hello"}
TEXTS = {"name": "Guide", "prompt": "Be kind", "opening_text": "Hello"}
PAGE = {"count": 0, "next": None, "previous": None, "results": []}
ENTRY = {"id": "s-1", "mode": "LITE"}
AVATAR = {"id": "a-1", "name": "Wayne", "status": "ACTIVE"}
LITE = LiteSession("a-1", OpenAIRealtime("k-1"))
STARTED = {"session_id": "s-1", "livekit_url": "wss://room", "livekit_client_token": "jwt"}

CALLS: list[tuple[Callable[[Client], object], object, tuple[str, str, object]]] = [
    (
        lambda client: client.secrets.create(name="mine", value=PROVIDER_KEY),
        {"id": "k-1", "secret_name": "mine"},
        (
            "POST",
            "/v1/secrets",
            {
                "secret_name": "mine",
                "secret_value": PROVIDER_KEY,
                "secret_type": "OPENAI_API_KEY",
            },
        ),
    ),
    (lambda client: client.secrets.list(), [], ("GET", "/v1/secrets", None)),
    (lambda client: client.secrets.delete("k-1"), None, ("DELETE", "/v1/secrets/k-1", None)),
    (
        lambda client: client.contexts.list(page=2, page_size=20),
        PAGE,
        ("GET", "/v1/contexts?page=2&page_size=20", None),
    ),
    (lambda client: client.contexts.create(**TEXTS), CONTEXT, ("POST", "/v1/contexts", TEXTS)),
    (lambda client: client.contexts.get("c-1"), CONTEXT, ("GET", "/v1/contexts/c-1", None)),
    (
        lambda client: client.contexts.update("c-1", **TEXTS),
        CONTEXT,
        ("PATCH", "/v1/contexts/c-1", TEXTS),
    ),
    (lambda client: client.contexts.delete("c-1"), None, ("DELETE", "/v1/contexts/c-1", None)),
    (
        lambda client: list(client.avatars.public()),
        PAGE,
        ("GET", "/v1/avatars/public?page=1&page_size=100", None),
    ),
    (
        lambda client: list(client.avatars.own()),
        PAGE,
        ("GET", "/v1/avatars?page=1&page_size=100", None),
    ),
    (lambda client: client.avatars.get("a-1"), AVATAR, ("GET", "/v1/avatars/a-1", None)),
    (
        lambda client: client.sessions.mint(LITE),
        {"session_id": "s-1", "session_token": TOKEN},
        ("POST", "/v1/sessions/token", LITE.as_json()),
    ),
    (
        lambda client: client.sessions.stop("s-1"),
        None,
        ("POST", "/v1/sessions/stop", {"session_id": "s-1", "reason": "USER_CLOSED"}),
    ),
    (
        lambda client: client.sessions.keep_alive("s-1"),
        None,
        ("POST", "/v1/sessions/keep-alive", {"session_id": "s-1"}),
    ),
    (
        lambda client: client.sessions.list("historic", avatar_id="a-1"),
        PAGE,
        ("GET", "/v1/sessions?type=historic&avatar_id=a-1&page=1&page_size=100", None),
    ),
    (lambda client: client.sessions.get("s-1"), ENTRY, ("GET", "/v1/sessions/s-1", None)),
    (
        lambda client: client.sessions.transcript("s-1"),
        {"session_active": False, "transcript_data": []},
        ("GET", "/v1/sessions/s-1/transcript", None),
    ),
    (lambda client: client.credits(), {"credits_left": None}, ("GET", "/v1/users/credits", None)),
]


@pytest.mark.parametrize(("call", "data", "sent"), CALLS, ids=lambda case: str(case)[:60])
def test_each_call_of_the_account_is_one_request_with_its_key(client, wire, call, data, sent):
    wire.succeed(data)

    call(client)

    assert wire.sent == sent
    assert wire.requests[0].headers["X-API-KEY"] == ACCOUNT_KEY
    assert "authorization" not in wire.requests[0].headers


@pytest.mark.parametrize(
    ("call", "data", "sent"),
    [
        (lambda session: session.start(), STARTED, ("POST", "/v1/sessions/start", None)),
        (
            lambda session: session.stop(),
            None,
            ("POST", "/v1/sessions/stop", {"reason": "USER_CLOSED"}),
        ),
        (lambda session: session.keep_alive(), None, ("POST", "/v1/sessions/keep-alive", {})),
    ],
    ids=["start", "stop", "keep_alive"],
)
def test_each_call_of_a_session_is_one_request_with_its_token(client, wire, call, data, sent):
    wire.succeed(data)

    call(client.session(TOKEN))

    assert wire.sent == sent
    assert wire.requests[0].headers["Authorization"] == f"Bearer {TOKEN}"
    assert "x-api-key" not in wire.requests[0].headers


def test_a_start_gives_the_way_into_the_room(client, wire):
    wire.succeed(STARTED, status=201)

    assert client.session(TOKEN).start() == StartedSession("s-1", "wss://room", "jwt")


@pytest.mark.parametrize(
    ("left", "told"), [("12.50", Decimal("12.50")), (None, None), (3, Decimal(3))]
)
def test_credits_are_a_decimal_or_not_counted(client, wire, left, told):
    wire.succeed({"credits_left": left})

    assert client.credits() == told


@pytest.mark.parametrize("data", [{}, {"credits_left": "plenty"}, None])
def test_credits_that_cannot_be_read_are_not_taken_for_none(client, wire, data):
    wire.succeed(data)

    with pytest.raises(errors.UnexpectedResponse):
        client.credits()


def test_all_pages_are_read_by_number_and_only_as_far_as_needed(client, wire):
    elsewhere = "http://elsewhere.test/v1/avatars/public?page=2"
    wire.succeed({"count": 3, "next": elsewhere, "results": [AVATAR, {**AVATAR, "id": "a-2"}]})
    wire.succeed({"count": 3, "next": None, "results": [{**AVATAR, "id": "a-3"}]})

    avatars = client.avatars.public()
    next(avatars)
    asked_for_the_first = len(wire.requests)
    rest = [avatar.id for avatar in avatars]

    assert (asked_for_the_first, rest) == (1, ["a-2", "a-3"])
    assert [str(request.url) for request in wire.requests] == [
        f"http://cloud.test/v1/avatars/public?page={page}&page_size=100" for page in (1, 2)
    ]


def test_a_listing_of_sessions_goes_through_all_pages(client, wire):
    wire.succeed({"count": 2, "next": "more", "results": [ENTRY]})
    wire.succeed({"count": 2, "next": None, "results": [{**ENTRY, "id": "s-2"}]})

    assert [entry.id for entry in client.sessions.iterate("active")] == ["s-1", "s-2"]


def test_an_id_cannot_name_another_route(client, wire):
    wire.succeed(None)

    client.secrets.delete("../sessions?type=active#")

    assert wire.sent[1] == "/v1/secrets/..%2Fsessions%3Ftype%3Dactive%23"


@pytest.mark.parametrize("secret_id", ["", ".", ".."])
def test_an_id_made_of_dots_is_refused_before_anything_is_sent(client, wire, secret_id):
    with pytest.raises(ValueError, match="more than dots"):
        client.secrets.delete(secret_id)

    assert wire.requests == []


def test_a_cookie_set_by_the_cloud_is_not_carried_on(client, wire):
    wire.succeed([])
    wire.answers[0].headers["set-cookie"] = "la_session=somebody; Path=/"
    wire.succeed(STARTED)

    client.secrets.list()
    client.session(TOKEN).start()

    assert [request.headers.get("cookie") for request in wire.requests] == [None, None]


def test_a_safe_call_is_repeated_when_its_answer_was_lost(client, wire):
    wire.answers.append(httpx.ReadTimeout("silence"))
    wire.succeed([])

    assert client.secrets.list() == ()
    assert len(wire.requests) == 2


def test_a_call_that_changes_something_is_not_repeated_when_its_answer_was_lost(client, wire):
    wire.answers.append(httpx.ReadTimeout("silence"))

    with pytest.raises(errors.OutcomeUnknown) as unknown:
        client.session(TOKEN).start()

    assert str(unknown.value) == "POST /v1/sessions/start: no whole answer (ReadTimeout)"
    assert len(wire.requests) == 1


def test_a_call_that_was_never_sent_is_repeated_whatever_it_is(client, wire):
    wire.answers += [httpx.ConnectError("refused"), httpx.PoolTimeout("full")]
    wire.succeed(STARTED, status=201)

    client.session(TOKEN).start()

    assert len(wire.requests) == 3


def test_a_call_gives_up_after_the_last_attempt(client, wire):
    wire.answers += [httpx.ConnectError("refused")] * 3

    with pytest.raises(errors.NeverSent) as failure:
        client.sessions.stop("s-1")

    assert str(failure.value) == "POST /v1/sessions/stop: not sent (ConnectError: refused)"
    assert wire.answers == []


def test_a_rate_limit_is_waited_out_when_the_wait_is_short(client, wire):
    wire.refuse(429, "Too many requests", **{"Retry-After": "0"})
    wire.succeed([])

    assert client.secrets.list() == ()


def test_a_rate_limit_on_a_change_is_handed_on_with_its_wait(client, wire):
    wire.refuse(429, "Too many requests", **{"Retry-After": "1"})

    with pytest.raises(errors.RateLimited) as limited:
        client.sessions.mint(LITE)

    assert (limited.value.retry_after, len(wire.requests)) == (1.0, 1)


def test_a_wait_that_would_pass_the_deadline_is_not_begun(wire):
    wire.refuse(429, "Too many requests", **{"Retry-After": "1.5"})
    hurried = Timeouts(total=1.0)

    client = Client("sim-key", transport=httpx.MockTransport(wire), timeouts=hurried)
    with client, pytest.raises(errors.RateLimited):
        client.secrets.list()

    assert len(wire.requests) == 1


def test_a_missing_field_is_named_with_the_call(client, wire):
    wire.succeed({"session_id": "s-1", "livekit_url": None, "livekit_client_token": "jwt"})

    with pytest.raises(errors.UnexpectedResponse) as unexpected:
        client.session(TOKEN).start()

    assert unexpected.value.field == "data.livekit_url"
    assert str(unexpected.value) == (
        "POST /v1/sessions/start answered 200: data.livekit_url is not a non-empty string"
    )


def test_a_start_without_a_body_is_no_start_that_can_be_used(client, wire):
    wire.answers.append(httpx.Response(201))

    with pytest.raises(errors.UnexpectedResponse) as unexpected:
        client.session(TOKEN).start()

    assert (unexpected.value.field, unexpected.value.may_have_happened) == ("data", True)


def test_every_attempt_is_one_record_without_ids_headers_or_body(client, wire, caplog):
    caplog.set_level(logging.DEBUG, logger="liveavatar")
    wire.refuse(503, "busy")
    wire.succeed(ENTRY)

    client.sessions.get("s-1")

    told = [
        {name: vars(record)[name] for name in TOLD} | {"message": record.getMessage()}
        for record in caplog.records
        if record.name == "liveavatar"
    ]
    common = {"message": "cloud.called", "method": "GET", "route": "/v1/sessions/{session_id}"}
    assert told == [
        common | {"attempt": 1, "outcome": "ServerFault", "status": 503, "vendor_request_id": None},
        common | {"attempt": 2, "outcome": "ok", "status": 200, "vendor_request_id": "req-1"},
    ]
    assert all(vars(record)["duration_ms"] >= 0 for record in caplog.records)


TOLD = ["method", "route", "attempt", "outcome", "status", "vendor_request_id"]


@pytest.mark.parametrize(
    ("call", "credentials"),
    [
        (
            lambda client: client.secrets.create(name="mine", value=PROVIDER_KEY),
            [ACCOUNT_KEY, PROVIDER_KEY],
        ),
        (lambda client: client.session(TOKEN).start(), [TOKEN]),
    ],
    ids=["account", "session"],
)
@pytest.mark.parametrize("trouble", ["refused", "cut", "unexpected"])
def test_no_credential_is_told_by_an_error_or_a_log(
    client, wire, caplog, call, credentials, trouble
):
    caplog.set_level(logging.DEBUG, logger="liveavatar")
    match trouble:
        case "refused":
            wire.refuse(400, " and ".join(credentials) + " are wrong")
        case "cut":
            wire.answers.append(httpx.ReadError("cut"))
        case "unexpected":
            wire.succeed({"echo": credentials})

    with pytest.raises(errors.LiveAvatarError) as failure:
        call(client)

    error = failure.value
    told = f"{error!r} {error} {error.args} {vars(error)}"
    logged = "".join(str(vars(record)) for record in caplog.records if record.name == "liveavatar")
    assert [word for word in credentials if word in told + logged] == []
    assert logged


def test_neither_client_nor_call_tells_a_credential(client):
    call = Call("POST", "/v1/secrets", body={"secret_value": PROVIDER_KEY}, hidden=(PROVIDER_KEY,))
    told = f"{client!r} {client.secrets!r} {client.session(TOKEN)!r} {call!r}"

    assert [word for word in (ACCOUNT_KEY, PROVIDER_KEY, TOKEN) if word in told] == []


@pytest.mark.parametrize("credential", ["", "two words", "line\nbreak", "ключ"])
def test_a_credential_that_cannot_be_sent_is_refused_without_being_quoted(credential):
    with pytest.raises(ValueError, match="a credential is") as refused:
        Client(credential)

    assert not credential or credential not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    ["cloud.test", "ftp://cloud.test", "http://", "https://me:secret@cloud.test", "http://c?q=1"],
)
def test_an_address_that_is_not_plain_is_refused(url):
    with pytest.raises(ValueError, match="the base URL"):
        Client("sim-key", url)


def test_a_client_tells_where_it_calls(client):
    assert repr(client) == "Client(base_url='http://cloud.test')"


def test_an_address_may_have_a_path(wire):
    wire.succeed([])

    with Client("sim-key", "http://proxy.test/cloud/", transport=httpx.MockTransport(wire)) as one:
        one.secrets.list()

    assert str(wire.requests[0].url) == "http://proxy.test/cloud/v1/secrets"


def test_the_two_credentials_are_two_types(client):
    assert not isinstance(client.session(TOKEN), Client)
    assert not hasattr(SessionClient, "secrets")
    assert not hasattr(Client, "start")
