"""Avatars: the account's own, and the stock ones that anybody may list."""

from typing import Any

from aiohttp import web

from simulator import envelope
from simulator.auth import require_account
from simulator.clock import iso
from simulator.cloud import CLOUD
from simulator.records import Avatar
from simulator.rest.paging import PAGED, page_of
from simulator.validation import read_query

CATALOGUED_AT = 1_767_225_600.0
"""2026-01-01: when every face of the catalogue says it was made."""
routes = web.RouteTableDef()


@routes.get("/v1/avatars")
async def own(request: web.Request) -> web.Response:
    require_account(request)
    return _page(request, own=True)


@routes.get("/v1/avatars/public")
async def public(request: web.Request) -> web.Response:
    return _page(request, own=False)


@routes.get("/v1/avatars/{id}")
async def read(request: web.Request) -> web.Response:
    require_account(request)
    cloud = request.app[CLOUD]
    avatar = cloud.avatar(request.match_info["id"])
    return envelope.success(cloud.switches, shown(avatar, cloud.address(request)))


def shown(avatar: Avatar, address: str) -> dict[str, Any]:
    """Return the avatar as the API shows it; its preview is served from `address`."""
    return {
        "id": avatar.id,
        "type": "VIDEO",
        "status": avatar.status,
        "name": avatar.name,
        "preview_url": f"{address}/previews/{avatar.id}.png",
        "is_expired": avatar.is_expired,
        "default_voice": None,
        "is_1080p": False,
        "error_message": avatar.error_message,
        "created_at": iso(CATALOGUED_AT),
        "updated_at": iso(CATALOGUED_AT),
    }


def _page(request: web.Request, *, own: bool) -> web.Response:
    cloud = request.app[CLOUD]
    address = cloud.address(request)
    chosen = [each for each in cloud.avatars.values() if each.own is own]
    page = page_of(
        request, read_query(request, PAGED), chosen, lambda avatar: shown(avatar, address)
    )
    return envelope.success(cloud.switches, page)
