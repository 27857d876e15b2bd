"""What every answer goes through: CORS, counting, the envelope of refusals, limits, trouble."""

import asyncio
import time
from dataclasses import dataclass

from aiohttp import web

from simulator import envelope
from simulator.cloud import CLOUD
from simulator.envelope import Refusal
from simulator.faults import Handler

DOOR = "/_sim"


def route_of(request: web.Request) -> str:
    """Return the call's name, such as ``GET /v1/secrets/{id}``."""
    resource = request.match_info.route.resource
    return f"{request.method} {resource.canonical if resource else request.path}"


@web.middleware
async def cors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Echo the origin: the official SDK sends credentials, so a star would be refused.

    The test door shows secrets, so pages of other origins may not read it.
    """
    if request.path.startswith(DOOR):
        return await handler(request)
    origin = request.headers.get("Origin")
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        response: web.StreamResponse = web.Response(status=204)
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, PUT, PATCH, DELETE"
        asked = request.headers.get("Access-Control-Request-Headers", "")
        response.headers["Access-Control-Allow-Headers"] = asked
        response.headers["Access-Control-Max-Age"] = "600"
    else:
        response = await handler(request)
    if origin and not response.prepared:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers["Vary"] = "Origin"
    return response


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count the call, and turn refusals into answers."""
    cloud = request.app[CLOUD]
    try:
        response = await handler(request)
    except Refusal as refused:
        response = envelope.refusal(cloud.switches, refused)
    except web.HTTPException as error:
        response = envelope.refusal(cloud.switches, Refusal(error.status, error.reason))
    if not request.path.startswith(DOOR):
        cloud.calls[route_of(request), response.status] += 1
    return response


@dataclass
class Window:
    """One caller's calls of one endpoint in the present second."""

    second: int = 0
    used: int = 0


class RateLimit:
    """A fixed window of one second for each caller and endpoint (docs: core concepts)."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, str], Window] = {}

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer with the limit's headers, or refuse with 429 and when to come back."""
        if request.path.startswith(DOOR):
            return await handler(request)
        limit = request.app[CLOUD].switches.rate_limit
        now = time.time()
        window = self._window(request, int(now))
        reset = f"{int(now) + 1 - now:.3f}"
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - window.used)),
            "X-RateLimit-Reset": reset,
        }
        if window.used > limit:
            raise Refusal(429, "Rate limit exceeded", headers={**headers, "Retry-After": "1"})
        try:
            response = await handler(request)
        except Refusal as refused:
            refused.headers = {**headers, **refused.headers}
            raise
        if not response.prepared:
            response.headers.update(headers)
        return response

    def _window(self, request: web.Request, second: int) -> Window:
        if len(self._windows) > 10_000:
            self._windows.clear()
        sent = request.headers
        caller = sent.get("X-API-KEY") or sent.get("Authorization") or str(request.remote)
        window = self._windows.setdefault((caller, route_of(request)), Window())
        if window.second != second:
            window.second, window.used = second, 0
        window.used += 1
        return window


@web.middleware
async def trouble(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Be as slow as the latency profile says, and meet the scripted faults."""
    cloud = request.app[CLOUD]
    if request.path.startswith(DOOR):
        return await handler(request)
    # Read now: the caller may be gone by the time a late effect needs the body.
    await request.read()
    route = route_of(request)
    if delay := _delay_ms(request, route):
        await asyncio.sleep(delay / 1000)
    fault = cloud.faults.strike(route)
    if fault is None:
        return await handler(request)
    return await cloud.faults.perform(fault, request, handler)


def _delay_ms(request: web.Request, route: str) -> int:
    latency = request.app[CLOUD].latency
    if route == "POST /v1/sessions/token":
        return latency.token_ms
    if route == "POST /v1/sessions/start":
        return latency.start_ms
    return latency.other_ms if request.path.startswith("/v1/") else 0
