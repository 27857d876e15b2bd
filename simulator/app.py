"""The application: every route, every middleware, and the keeper that ends what is due."""

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from simulator import door, index, lifecycle, middleware, openai_door
from simulator.cloud import CLOUD, Cloud
from simulator.rest import avatars, contexts, minting, previews, secrets, sessions, users
from simulator.rooms import signalling
from simulator.rooms.signalling import ROOMS, Rooms

PARTS = (
    *(secrets, contexts, avatars, previews, minting, sessions, users),
    *(signalling, openai_door, door, index),
)
MAX_LINE = 16_384
"""Bytes of a request line: a LiveKit v1 join carries its whole offer in the address."""


def make_app(cloud: Cloud) -> web.Application:
    """Return the simulator around `cloud`, ready to be served."""
    limit = web.middleware(middleware.RateLimit())
    app = web.Application(
        middlewares=[middleware.cors, middleware.refusals, limit, middleware.trouble],
    )
    app[CLOUD] = cloud
    app[ROOMS] = Rooms(cloud)
    for part in PARTS:
        app.add_routes(part.routes)
    app.cleanup_ctx.append(_keeper)
    app.on_shutdown.append(_let_go)
    return app


def make_runner(cloud: Cloud) -> web.AppRunner:
    """Return what serves the simulator around `cloud` on any number of sites."""
    return web.AppRunner(
        make_app(cloud), access_log=None, shutdown_timeout=2, max_line_size=MAX_LINE
    )


async def _keeper(app: web.Application) -> AsyncIterator[None]:
    task = asyncio.create_task(lifecycle.keep(app[CLOUD]))
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _let_go(app: web.Application) -> None:
    app[CLOUD].faults.clear(then="drop")
    await app[ROOMS].close()
