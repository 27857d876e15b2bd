"""Everything an installation leaves behind, as bytes by the name of where it is."""

import json
import os
import socket
import subprocess
import threading
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection

from tests.crash.installation import Installation


def database() -> dict[str, bytes]:
    """SQLite's files or PostgreSQL's dump; and the sessions, which are compressed in there."""
    opened = [session.get_decoded() for session in Session.objects.all()]
    return {"database": _stored(), "sessions": json.dumps(opened).encode()}


def _stored() -> bytes:
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        # Not read by this process: closing a file would give up the locks that it has on it.
        return _printed("cat", *Path(name).parent.glob(f"{Path(name).name}*"))
    url = urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()
    return _printed(_pg_dump(), f"--dbname={url}")


def _pg_dump() -> Path:
    """The one that came with the server, since an older one would refuse; else the PATH's."""
    return Path(os.environ.get("POSTGRES_PROGRAMS", "")) / "pg_dump"


def _printed(*command: str | Path) -> bytes:
    return subprocess.run(command, capture_output=True, check=True).stdout


def outputs(files: Iterable[Path]) -> dict[str, bytes]:
    """What the processes have printed."""
    return {file.name: file.read_bytes() for file in files}


def metrics(installation: Installation, *names: str) -> dict[str, bytes]:
    """What the processes tell Prometheus."""
    return {f"{name}.metrics": installation.metrics(name).encode() for name in names}


def responses(answers: Iterable[httpx.Response]) -> dict[str, bytes]:
    """Answers as they came, each route's together: address, headers and body."""
    found: dict[str, bytes] = {}
    for answer in answers:
        source = f"{answer.request.method} {answer.request.url.path}"
        lines = [b": ".join(header) for header in answer.headers.raw]
        content = [str(answer.request.url).encode(), *lines, answer.content]
        found[source] = found.get(source, b"") + b"\n".join(content)
    return found


class Monitor:
    """Redis's own record of every command that anybody sends it."""

    def __init__(self, url: str) -> None:
        self.url = url
        address = urlsplit(url)
        self._socket = socket.create_connection((address.hostname or "", address.port or 0))
        self._record: list[bytes] = []
        self._reader = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> "Monitor":
        self._socket.sendall(b"MONITOR\r\n")
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._reader.join()
        self._socket.close()

    def record(self) -> dict[str, bytes]:
        return {"redis": b"".join(self._record)}

    def _read(self) -> None:
        while received := self._socket.recv(65_536):
            self._record.append(received)
