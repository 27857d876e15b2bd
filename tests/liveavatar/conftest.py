"""A server made of bytes, which says exactly what a test tells it to, and a client on a wire."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import httpx
import pytest
from hypothesis import HealthCheck, settings

from liveavatar import Client
from tests.liveavatar.wire import ACCOUNT_KEY, Wire

# On a busy machine an example takes long without saying anything about the code.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

Script = Callable[[socket.socket], None]


class ByteServer:
    """Accepts connections on loopback and runs the script on each; `requests` is what it read."""

    def __init__(self, script: Script) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._script = script
        self._connections: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.requests: list[bytes] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._start(self._accept)

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.append(connection)
            self._start(lambda connection=connection: self._serve(connection))

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                while request := connection.recv(65536):
                    self.requests.append(request)
                    self._script(connection)
            except OSError:
                return

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._connections:
            connection.close()
        for thread in self._threads:
            thread.join(timeout=5)


@pytest.fixture
def serve() -> Iterator[Callable[[Script], ByteServer]]:
    """Start servers that answer every request by running a script on its connection."""
    servers: list[ByteServer] = []

    def start(script: Script) -> ByteServer:
        servers.append(ByteServer(script))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def client(wire: Wire) -> Iterator[Client]:
    with Client(ACCOUNT_KEY, "http://cloud.test", transport=httpx.MockTransport(wire)) as client:
        yield client
