"""A client so lean that it hardly takes part in what it measures: HTTP/1.1 on asyncio's streams."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """One connection, kept open; for servers that give every answer a length."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, headers: str
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._headers = headers

    @classmethod
    async def open(cls, address: str, headers: Mapping[str, str] | None = None) -> Self:
        """Connects to `http://host:port`; the headers go with every request."""
        parts = urlsplit(address)
        assert parts.hostname is not None
        assert parts.port is not None
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        lines = [f"{name}: {value}\r\n" for name, value in (headers or {}).items()]
        return cls(reader, writer, "".join([f"Host: {parts.netloc}\r\n", *lines]))

    async def ask(self, method: str, path: str, **body: Any) -> Answer:
        self.send(method, path, **body)
        return await self.answer()

    def send(self, method: str, path: str, **body: Any) -> None:
        content = json.dumps(body).encode() if body else b""
        head = f"{method} {path} HTTP/1.1\r\n{self._headers}"
        if method == "POST":
            head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        self._writer.write(head.encode() + b"\r\n" + content)

    async def answer(self) -> Answer:
        head = await self._reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        _, _, length = head.lower().partition(b"content-length:")
        size = int(length.split(b"\r\n", 1)[0]) if length else 0
        return Answer(status, await self._reader.readexactly(size) if size else b"")

    def close(self) -> None:
        self._writer.close()
