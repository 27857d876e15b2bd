"""A Redis of the test's own, which can be taken away and given back at the same address."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from scripts import services
from scripts.serving import free_port


class Broker:
    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._running = ExitStack()

    def start(self) -> None:
        self._server = self._running.enter_context(services.redis(self.port))

    def stop(self) -> None:
        """Ends the server, and with it all that it held; whoever calls is refused."""
        self._running.close()

    @contextmanager
    def away(self) -> Iterator[None]:
        self.stop()
        yield
        self.start()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """The server still takes connections, and answers nobody."""
        os.kill(self._server.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._server.process.pid, signal.SIGCONT)
