"""Answers of the ASGI applications that stand ahead of Django's, without its middleware."""

from collections.abc import Awaitable, Callable
from typing import Any

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


async def answer(
    send: Send, status: int, content: bytes = b"", *, headers: dict[str, str] | None = None
) -> None:
    """Sends a whole answer, which is to be kept nowhere."""
    told = {"cache-control": "no-store", "content-length": str(len(content)), **(headers or {})}
    encoded = [(name.encode(), value.encode()) for name, value in told.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": content})
