"""The pictures that avatars' `preview_url` names."""

import asyncio

from aiohttp import web

from simulator import face
from simulator.cloud import CLOUD

routes = web.RouteTableDef()


@routes.get("/previews/{id}.png")
async def read(request: web.Request) -> web.Response:
    avatar = request.app[CLOUD].avatar(request.match_info["id"])
    look = face.Look.of(avatar.id, avatar.name)
    picture = await asyncio.to_thread(face.preview_png, look)
    keep = {"Cache-Control": "public, max-age=86400"}
    return web.Response(body=picture, content_type="image/png", headers=keep)
