import socket
import threading
from collections.abc import Iterator

import httpx
import pytest
import uvicorn

from liveavatar_web.asgi import application


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """Our ASGI application under uvicorn, on a free port."""
    config = uvicorn.Config(application, lifespan="off", log_level="warning", log_config=None)
    server = uvicorn.Server(config)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        # Callers queue from here on, also before the server accepts.
        listener.listen()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def http(server_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server_url, timeout=30) as client:
        yield client
