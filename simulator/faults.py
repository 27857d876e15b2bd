"""Scripted trouble, one route at a time: refusals, cut connections, silence, a slow drip.

"Before" and "after" mean before and after the call has taken effect: a caller that sees its
connection close cannot tell which it was, and that doubt is what these are for.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

from simulator.envelope import Refusal

Mode = Literal[
    "respond",
    "respond_after",
    "close_before",
    "close_after",
    "hang_before",
    "hang_after",
    "rate_limit",
    "drip",
]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CLOSED = 499
"""How a call that was cut without an answer is counted (no such status is ever sent)."""


@dataclass
class Fault:
    """One script. `times` None is every time; the first `skip` calls pass untouched.

    A hung call waits to be released; `then` says whether it goes on or is dropped when it is.
    """

    route: str
    mode: Mode = "respond"
    status: int = 500
    code: int | None = None
    message: str = "Internal server error"
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    delay_ms: int = 0
    drip_ms: int = 200
    retry_after: int = 1
    times: int | None = None
    skip: int = 0
    then: Literal["proceed", "drop"] = "proceed"
    released: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def shown(self) -> dict[str, Any]:
        hidden = {"released"}
        return {name: value for name, value in vars(self).items() if name not in hidden}

    async def pause(self, milliseconds: int) -> None:
        """Wait that long, or until the fault is cleared."""
        try:
            async with asyncio.timeout(milliseconds / 1000):
                await self.released.wait()
        except TimeoutError:
            return


class Faults:
    """The scripts in force, and the calls that hang on them."""

    def __init__(self) -> None:
        self._scripts: list[Fault] = []
        self.hung: Counter[str] = Counter()

    def add(self, fault: Fault) -> None:
        self._scripts.append(fault)

    def shown(self) -> list[dict[str, Any]]:
        """Return the scripts that can still strike."""
        return [each.shown() for each in self._scripts if each.times != 0]

    def clear(self, route: str | None = None, then: Literal["drop"] | None = None) -> None:
        """Lift the scripts (of one route, or all) and release the calls that hang on them."""
        for fault in [each for each in self._scripts if route in (None, each.route)]:
            fault.then = then or fault.then
            fault.released.set()
            self._scripts.remove(fault)

    def strike(self, route: str) -> Fault | None:
        """Return the script that this call of `route` meets, and count it off."""
        for fault in self._scripts:
            if fault.route != route or fault.times == 0:
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            if fault.times is not None:
                fault.times -= 1
            return fault
        return None

    async def perform(
        self, fault: Fault, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        """Answer the call the way the script says."""
        await fault.pause(fault.delay_ms)
        match fault.mode:
            case "respond":
                return _scripted(fault)
            case "respond_after":
                await handler(request)
                return _scripted(fault)
            case "rate_limit":
                wait = {"Retry-After": str(fault.retry_after)}
                raise Refusal(429, "Rate limit exceeded", headers=wait)
            case "close_before":
                return _cut(request)
            case "close_after":
                await handler(request)
                return _cut(request)
            case "hang_before":
                await self._hang(fault)
                return await handler(request) if fault.then == "proceed" else _cut(request)
            case "hang_after":
                response = await handler(request)
                await self._hang(fault)
                return response if fault.then == "proceed" else _cut(request)
            case "drip":
                return await _drip(fault, request, await handler(request))

    async def _hang(self, fault: Fault) -> None:
        self.hung[fault.route] += 1
        try:
            await fault.released.wait()
        finally:
            self.hung[fault.route] -= 1


def _scripted(fault: Fault) -> web.Response:
    if fault.body is None:
        raise Refusal(fault.status, fault.message, code=fault.code, headers=fault.headers)
    text = fault.body if isinstance(fault.body, str) else json.dumps(fault.body)
    headers = {"Content-Type": "application/json"} | fault.headers
    return web.Response(status=fault.status, text=text, headers=headers)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.close()
    return web.Response(status=CLOSED)


async def _drip(
    fault: Fault, request: web.Request, response: web.StreamResponse
) -> web.StreamResponse:
    assert isinstance(response, web.Response)
    body = response.body
    assert body is None or isinstance(body, bytes)
    head = f"HTTP/1.1 {response.status} {response.reason}\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {len(body or b'')}\r\nConnection: close\r\n\r\n"
    for byte in head.encode() + (body or b""):
        if request.transport is None or request.transport.is_closing():
            break
        request.transport.write(bytes([byte]))
        await fault.pause(fault.drip_ms)
    return _cut(request)
