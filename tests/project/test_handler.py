"""Requests to Django through our own handler, against a real server on loopback."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.core import signals
from django.db import connections
from django.http import StreamingHttpResponse

from accounts.models import User
from liveavatar_web import handler
from tests.sessions_app.racing import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def finished() -> Iterator[list[str]]:
    """The thread in which each request was finished, and with it its connection given back."""
    threads: list[str] = []

    def note(**_: object) -> None:
        threads.append(threading.current_thread().name)

    signals.request_finished.connect(note)
    yield threads
    signals.request_finished.disconnect(note)


def test_a_request_makes_no_thread_of_its_own(http: httpx.Client, finished: list[str]) -> None:
    http.get("/healthz")
    threads = set(threading.enumerate())

    for _ in range(20):
        assert http.get("/account/login/").status_code == 200

    assert set(threading.enumerate()) - threads == set()
    assert len(finished) == 21
    assert all(each.startswith("request") for each in finished)


def test_many_at_once_share_the_threads(server_url: str, finished: list[str]) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: httpx.get(f"{server_url}/readyz").status_code, range(40)))

    assert answers == [200] * 40
    assert len(finished) == 40
    assert len(set(finished)) <= handler.THREADS


def test_a_file_arrives_whole_and_its_request_is_finished(
    http: httpx.Client, finished: list[str]
) -> None:
    page = http.get("/account/login/").text
    script = page.split('src="/static/', 1)[1].split('"', 1)[0]

    answer = http.get(f"/static/{script}")

    assert answer.status_code == 200
    assert len(answer.content) == int(answer.headers["content-length"]) > 0
    wait_for(lambda: len(finished) == 2)


def test_a_browser_that_goes_away_within_its_request_harms_nobody(
    server_url: str, http: httpx.Client, finished: list[str]
) -> None:
    host, _, port = server_url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"POST /api/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        connection.sendall(b"Content-Length: 1000\r\n\r\n{")

    assert http.get("/healthz").status_code == 200
    assert len(finished) == 1


def test_an_address_that_is_no_text_is_answered(server_url: str, finished: list[str]) -> None:
    host, _, port = server_url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"GET /%ff HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        answer = connection.recv(4096)

    assert b" 404 " in answer.splitlines()[0]
    assert len(finished) == 1


def test_a_download_is_written_for_as_long_as_somebody_takes_it(finished: list[str]) -> None:
    """Each of its parts asks the database; no connection is held once its reader has gone."""
    sent: list[bytes] = []
    gone = asyncio.Event()
    held = []

    def part() -> bytes:
        held.append(connections["default"])
        return f"{User.objects.count()}\n".encode()

    async def parts() -> AsyncIterator[bytes]:
        while True:
            yield await sync_to_async(part)()

    def begin(_: object) -> StreamingHttpResponse:
        part()
        return StreamingHttpResponse(parts())

    async def receive() -> dict[str, Any]:
        if not sent:
            return {"type": "http.request", "body": b"", "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message.get("body", b""))
        if len(sent) == 4:
            gone.set()

    serving = handler.ThreadedHandler()
    serving.get_response = begin  # type: ignore[method-assign]
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    asyncio.run(serving(scope, receive, send))

    assert sent[:4] == [b"", b"0\n", b"0\n", b"0\n"]
    assert len(finished) == 1
    assert len(held) > 3
    assert all(each.connection is None for each in held)
