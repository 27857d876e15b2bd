"""Which calls are attempted again, and what is written down of every attempt."""

from __future__ import annotations

import logging

import httpx
import pytest

from liveavatar import (
    Client,
    Timeouts,
    errors,
)
from tests.liveavatar.wire import ENTRY, LITE, STARTED, TOKEN

TOLD = ["method", "route", "attempt", "outcome", "status", "vendor_request_id"]


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
