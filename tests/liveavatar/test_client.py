"""The two clients and their credentials, which nothing may tell."""

from __future__ import annotations

import logging

import httpx
import pytest

from liveavatar import (
    Client,
    SessionClient,
    errors,
)
from liveavatar.call import Call
from tests.liveavatar.wire import ACCOUNT_KEY, PROVIDER_KEY, STARTED, TOKEN


def test_a_cookie_set_by_the_cloud_is_not_carried_on(client, wire):
    wire.succeed([])
    wire.answers[0].headers["set-cookie"] = "la_session=somebody; Path=/"
    wire.succeed(STARTED)

    client.secrets.list()
    client.session(TOKEN).start()

    assert [request.headers.get("cookie") for request in wire.requests] == [None, None]


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
