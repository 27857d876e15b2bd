"""Contexts: the words that make a persona."""

import uuid
from typing import Any

from aiohttp import web

from simulator import envelope
from simulator.auth import require_account
from simulator.cloud import CLOUD
from simulator.envelope import Refusal
from simulator.records import Context
from simulator.rest.paging import PAGED, page_of
from simulator.validation import Shape, closed, read_query

LINK = closed(
    {"url": {"type": "string"}, "faq": {"type": "string"}, "id": {"type": "string"}},
    required=("url", "faq"),
)
WORDS = Shape(
    {
        "name": {"type": "string"},
        "prompt": {"type": "string"},
        "opening_text": {"type": "string"},
        "links": {"type": "array", "items": LINK, "default": []},
    },
    required=("name", "prompt", "opening_text"),
)
routes = web.RouteTableDef()


@routes.get("/v1/contexts")
async def list_page(request: web.Request) -> web.Response:
    require_account(request)
    cloud = request.app[CLOUD]
    newest_first = list(reversed(cloud.contexts.values()))
    page = page_of(request, read_query(request, PAGED), newest_first, Context.summary)
    return envelope.success(cloud.switches, page)


@routes.post("/v1/contexts")
async def create(request: web.Request) -> web.Response:
    require_account(request)
    cloud = request.app[CLOUD]
    words = _with_link_ids(await WORDS.read(request))
    now = cloud.clock.now()
    context = Context(id=str(uuid.uuid4()), created_at=now, updated_at=now, **words)
    cloud.contexts[context.id] = context
    return envelope.success(cloud.switches, context.shown())


@routes.get("/v1/contexts/{id}")
async def read(request: web.Request) -> web.Response:
    require_account(request)
    cloud = request.app[CLOUD]
    return envelope.success(cloud.switches, cloud.context(request.match_info["id"]).shown())


@routes.patch("/v1/contexts/{id}")
async def replace(request: web.Request) -> web.StreamResponse:
    require_account(request)
    cloud = request.app[CLOUD]
    context = cloud.context(request.match_info["id"])
    words = _with_link_ids(await WORDS.read(request))
    context.name, context.prompt = words["name"], words["prompt"]
    context.opening_text, context.links = words["opening_text"], words["links"]
    context.updated_at = cloud.clock.now()
    return envelope.success(cloud.switches, context.shown())


@routes.put("/v1/contexts/{id}")
async def put(request: web.Request) -> web.StreamResponse:
    if not request.app[CLOUD].switches.context_put:
        raise Refusal(405, "Method Not Allowed")
    return await replace(request)


@routes.delete("/v1/contexts/{id}")
async def delete(request: web.Request) -> web.Response:
    require_account(request)
    cloud = request.app[CLOUD]
    del cloud.contexts[cloud.context(request.match_info["id"]).id]
    return envelope.success(cloud.switches, None)


def _with_link_ids(words: dict[str, Any]) -> dict[str, Any]:
    links = [{"id": str(uuid.uuid4())} | each for each in words["links"]]
    return words | {"links": links}
