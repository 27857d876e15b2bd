"""A deadline over a whole call, held each time the call touches the network.

httpx's timeouts are per phase and start again with every byte received, so a server that drips
its answer can hold a call for ever; and a slow resolver is not timed at all. Here every look-up,
connect, handshake, read and write is given no more time than the call has left.
"""

from __future__ import annotations

import math
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore  # the engine under httpx, the only layer where one call's bytes can be timed
import httpx

_ends_at: ContextVar[float] = ContextVar("liveavatar_call_ends_at", default=math.inf)

WRITE_SIZE = 16 * 1024


@contextmanager
def until(moment: float) -> Iterator[None]:
    """Hold every network operation of this thread to `moment`, on the clock of time.monotonic."""
    token = _ends_at.set(moment)
    try:
        yield
    finally:
        _ends_at.reset(token)


def time_left() -> float:
    """Seconds until the deadline of this thread's call, negative once it has passed."""
    return _ends_at.get() - time.monotonic()


class DeadlineTransport(httpx.HTTPTransport):
    """httpx's own transport, whose connections keep the deadline of the call that uses them."""

    def __init__(self, limits: httpx.Limits) -> None:
        super().__init__(limits=limits)
        # httpx offers no parameter for its pool's network backend; httpcore's pool does.
        self._pool._network_backend = _Backend(self._pool._network_backend)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, inner: httpcore.NetworkBackend) -> None:
        self._inner = inner

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception | None = None
        for address in _look_up(host, port, _allowed(timeout, httpx.ConnectTimeout)):
            allowed = _allowed(timeout, httpx.ConnectTimeout)
            try:
                return _Stream(
                    self._inner.connect_tcp(address, port, allowed, local_address, socket_options)
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpx.ConnectError("the name has no address")


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _allowed(timeout, httpx.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), WRITE_SIZE):
            part = buffer[start : start + WRITE_SIZE]
            self._inner.write(part, _allowed(timeout, httpx.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        allowed = _allowed(timeout, httpx.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, allowed))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _allowed(timeout: float | None, passed: type[httpx.TimeoutException]) -> float | None:
    left = time_left()
    if left <= 0:
        raise passed("the deadline of the whole call has passed")
    allowed = min(left, math.inf if timeout is None else timeout)
    return None if math.isinf(allowed) else allowed


def _look_up(host: str, port: int, timeout: float | None) -> list[str]:
    # getaddrinfo takes no timeout and cannot be interrupted: it is left behind in its thread.
    found: Future[list[str]] = Future()

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.set_result([str(address[0]) for *_, address in answers])
        except (OSError, UnicodeError) as error:
            found.set_exception(error)

    threading.Thread(target=ask, name="liveavatar-look-up", daemon=True).start()
    try:
        return found.result(timeout)
    except TimeoutError as error:
        raise httpx.ConnectTimeout("the name could not be looked up in time") from error
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError("the name could not be looked up") from error
