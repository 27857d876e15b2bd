"""A call never outlasts its deadline, whatever the other side does, and says what it knows."""

from __future__ import annotations

import logging
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from liveavatar import Client, Timeouts, errors
from liveavatar.call import Call
from liveavatar.deadline import DeadlineTransport
from liveavatar.exchange import Exchange
from liveavatar.retry import FIRST_WAIT

HURRIED = Timeouts(total=0.8)
LATEST = 5.0
"""Seconds: far above the deadline, far below the phases' own timeouts."""


@pytest.fixture
def over():
    """Set when the test is over, so that no server goes on dripping."""
    event = threading.Event()
    yield event
    event.set()


def start_and_fail(url: str, timeouts: Timeouts = HURRIED) -> errors.LiveAvatarError:
    began = time.monotonic()
    with (
        Client("sim-key", url, timeouts) as client,
        pytest.raises(errors.LiveAvatarError) as failure,
    ):
        client.session("token").start()
    assert time.monotonic() - began < LATEST
    return failure.value


def drip(connection: socket.socket, head: bytes, drop: bytes, over: threading.Event) -> None:
    connection.sendall(head)
    while not over.wait(0.02):
        connection.sendall(drop)


def test_a_server_that_says_nothing_leaves_the_outcome_unknown(serve, over):
    server = serve(lambda connection: over.wait())

    error = start_and_fail(server.url)

    assert type(error) is errors.OutcomeUnknown


def test_a_phase_keeps_its_own_time_within_the_deadline(serve, over):
    server = serve(lambda connection: over.wait())

    error = start_and_fail(server.url, Timeouts(read=0.2, total=60))

    assert type(error) is errors.OutcomeUnknown


def test_a_server_that_drips_its_headers_is_left_at_the_deadline(serve, over):
    server = serve(lambda connection: drip(connection, b"HTTP/1.1 201 Created\r\n", b"x", over))

    error = start_and_fail(server.url)

    assert type(error) is errors.OutcomeUnknown


def test_a_server_that_drips_its_body_is_left_at_the_deadline(serve, over):
    head = b"HTTP/1.1 201 Created\r\nContent-Length: 100000\r\n\r\n"
    server = serve(lambda connection: drip(connection, head, b"{", over))

    error = start_and_fail(server.url)

    assert type(error) is errors.OutcomeUnknown


def test_a_server_that_floods_without_end_is_left_at_the_deadline(serve, over):
    def flood(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not over.is_set():
            connection.sendall(b"400\r\n" + b"x" * 0x400 + b"\r\n")

    error = start_and_fail(serve(flood).url)

    assert type(error) is errors.OutcomeUnknown


def test_a_server_that_takes_nothing_in_is_left_at_the_deadline():
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        began = time.monotonic()

        patient = Timeouts(write=60, total=2)
        with Client("sim-key", url, patient) as client, pytest.raises(errors.OutcomeUnknown):
            client.contexts.create(name="long", prompt="x" * 8_000_000, opening_text="")

    assert time.monotonic() - began < LATEST


def test_a_name_that_is_never_looked_up_is_a_call_never_sent(monkeypatch, over):
    def stalled(*args: object, **kwargs: object) -> list[object]:
        over.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", stalled)

    error = start_and_fail("http://cloud.invalid")

    assert type(error) is errors.NeverSent


def test_a_call_that_gets_no_connection_in_time_is_never_sent(serve, over):
    arrived = threading.Event()

    def hold(connection: socket.socket) -> None:
        arrived.set()
        over.wait()
        connection.shutdown(socket.SHUT_RDWR)

    server = serve(hold)
    one_connection = DeadlineTransport(httpx.Limits(max_connections=1))
    with (
        httpx.Client(base_url=server.url, transport=one_connection) as http,
        ThreadPoolExecutor(1) as elsewhere,
    ):
        patient = Exchange.with_account_key(http, Timeouts(), "sim-key")
        hurried = Exchange.with_account_key(http, Timeouts(pool=60, total=0.4), "sim-key")
        first = elsewhere.submit(patient.send, Call("POST", "/v1/sessions/start"))
        arrived.wait(timeout=5)
        began = time.monotonic()
        with pytest.raises(errors.NeverSent):
            hurried.send(Call("POST", "/v1/sessions/start"))
        took = time.monotonic() - began
        over.set()

    assert took < LATEST
    assert isinstance(first.exception(), errors.OutcomeUnknown)
    assert len(server.requests) == 1


def test_a_refused_connection_is_a_call_never_sent(unused_url):
    error = start_and_fail(unused_url)

    assert type(error) is errors.NeverSent


def test_a_connection_cut_after_the_request_leaves_the_outcome_unknown(serve):
    server = serve(lambda connection: connection.shutdown(socket.SHUT_RDWR))

    error = start_and_fail(server.url)

    assert type(error) is errors.OutcomeUnknown
    (request,) = server.requests
    assert request.startswith(b"POST /v1/sessions/start HTTP/1.1\r\n")


def test_a_connection_cut_inside_the_answer_leaves_the_outcome_unknown(serve):
    def half(connection: socket.socket) -> None:
        connection.sendall(b'HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n{"code": 1000')
        connection.shutdown(socket.SHUT_RDWR)

    error = start_and_fail(serve(half).url)

    assert type(error) is errors.OutcomeUnknown


def test_an_answer_that_is_not_http_leaves_the_outcome_unknown(serve):
    def noise(connection: socket.socket) -> None:
        connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
        connection.shutdown(socket.SHUT_RDWR)

    error = start_and_fail(serve(noise).url)

    assert type(error) is errors.OutcomeUnknown


def test_tls_that_never_shakes_hands_is_a_call_never_sent(serve, over):
    server = serve(lambda connection: over.wait())

    error = start_and_fail(server.url.replace("http", "https"))

    assert type(error) is errors.NeverSent


def test_no_retry_is_begun_that_would_pass_the_deadline(unused_url, caplog):
    caplog.set_level(logging.INFO, logger="liveavatar")
    hurried = Timeouts(total=FIRST_WAIT / 2)

    with Client("sim-key", unused_url, hurried) as client, pytest.raises(errors.NeverSent):
        client.secrets.list()

    assert [record.attempt for record in caplog.records if record.name == "liveavatar"] == [1]


def test_every_address_of_a_name_is_tried(serve, monkeypatch):
    body = b'{"code": 1000, "data": {"credits_left": "7.5"}}'
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
    server = serve(lambda connection: connection.sendall(head + body))
    port = int(server.url.rpartition(":")[2])
    closed_then_open = [(0, 0, 0, "", ("::1", port)), (0, 0, 0, "", ("127.0.0.1", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_, **__: (
        closed_then_open if host == "cloud.invalid" else [(2, 1, 6, "", (host, port))]
    ))  # fmt: skip

    with Client("sim-key", f"http://cloud.invalid:{port}") as client:
        left = client.credits()

    assert str(left) == "7.5"


@pytest.fixture
def unused_url() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"
