"""What each call sends, and what is made of its answer."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from liveavatar import (
    Client,
    StartedSession,
    errors,
)
from tests.liveavatar.wire import ACCOUNT_KEY, ENTRY, LITE, PROVIDER_KEY, STARTED, TOKEN

CONTEXT = {"id": "c-1", "name": "Guide", "prompt": "Be kind", "opening_text": "Hello"}
TEXTS = {"name": "Guide", "prompt": "Be kind", "opening_text": "Hello"}
PAGE = {"count": 0, "next": None, "previous": None, "results": []}
AVATAR = {"id": "a-1", "name": "Wayne", "status": "ACTIVE"}

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


@pytest.mark.parametrize(
    ("call", "data", "sent"), CALLS, ids=[" ".join(sent[:2]) for *_, sent in CALLS]
)
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
