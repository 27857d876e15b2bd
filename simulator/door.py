"""The simulator's own door, ``/_sim/…``: for people and tests, never part of the vendor's API.

========  =========================  ==============================================================
GET       ``state``                  everything: secrets with their values, sessions, calls, hung
POST      ``faults``                 script trouble for a route (see `simulator.faults.Fault`)
DELETE    ``faults?route=``          lift it, for one route or all, and release what hangs
POST      ``switches``, ``latency``  set by name; latency also takes ``{"profile": "typical"}``
POST      ``clock``                  ``{"advance_s": 60}``; what has come due by then happens
POST      ``credits``                ``{"credits": 12.5}``
POST      ``avatars``                ``{"name": "Zoe", "own": true}``: one more, or (by id) changed
DELETE    ``avatars/{id}``           it is gone from the catalogue
POST      ``sessions/{id}/end``      ``{"reason": "SERVER_ERROR"}``: the server ends it
POST      ``sessions/{id}/cut``      the client's signalling breaks; its media goes on
POST      ``sessions/{id}/freeze``   the client's media stop; joined again, it has fresh ones
POST      ``sessions/{id}/quality``  ``{"quality": "POOR"}``: tell the client how its connection is
POST      ``reset``                  forget everything, as when the process began
========  =========================  ==============================================================
"""

import uuid
from decimal import Decimal
from typing import get_args

from aiohttp import web

from simulator import lifecycle, report
from simulator.cloud import CLOUD, Cloud
from simulator.envelope import NotFound, Refusal
from simulator.faults import Fault, Mode
from simulator.records import Avatar
from simulator.rooms.room import Room
from simulator.rooms.signalling import ROOMS
from simulator.settings import Adjustable, BadSetting, Latency
from simulator.validation import Shape, read_json

NATURAL = {"type": "integer", "minimum": 0}
FAULT = Shape(
    {
        "route": {"type": "string"},
        "mode": {"enum": list(get_args(Mode))},
        "status": {"type": "integer", "minimum": 200, "maximum": 599},
        "code": {"type": "integer"},
        "message": {"type": "string"},
        "body": {},
        "headers": {"type": "object", "additionalProperties": {"type": "string"}},
        "delay_ms": NATURAL,
        "drip_ms": NATURAL,
        "retry_after": NATURAL,
        "times": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
        "skip": NATURAL,
        "then": {"enum": ["proceed", "drop"]},
    },
    required=("route",),
)
ADVANCE = Shape({"advance_s": {"type": "number", "minimum": 0}}, required=("advance_s",))
CREDITS = Shape({"credits": {"type": "number", "minimum": 0}}, required=("credits",))
AVATAR = Shape(
    {
        "id": {"type": "string", "format": "uuid"},
        "name": {"type": "string", "minLength": 1},
        "own": {"type": "boolean"},
        "status": {"enum": ["ACTIVE", "INIT", "DEPLOYING", "FAILED"]},
        "is_expired": {"type": "boolean"},
        "error_message": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
    required=("name",),
)
END = Shape({"reason": {"enum": list(lifecycle.END_REASONS), "default": "SERVER_ERROR"}})
QUALITY = Shape({"quality": {"enum": ["POOR", "GOOD", "EXCELLENT", "LOST"]}}, required=("quality",))
PROFILE = Shape({"profile": {"enum": ["fast", "typical"]}}, required=("profile",))
routes = web.RouteTableDef()


@routes.get("/_sim/state")
async def state(request: web.Request) -> web.Response:
    return web.json_response(report.everything(request.app[CLOUD]))


@routes.post("/_sim/faults")
async def add_fault(request: web.Request) -> web.Response:
    fault = Fault(**await FAULT.read(request))
    known = {
        f"{route.method} {route.resource.canonical}"
        for route in request.app.router.routes()
        if route.resource is not None
    }
    if fault.route not in known:
        raise Refusal(422, f"No route {fault.route}; there are: {', '.join(sorted(known))}")
    request.app[CLOUD].faults.add(fault)
    return web.json_response(fault.shown())


@routes.delete("/_sim/faults")
async def clear_faults(request: web.Request) -> web.Response:
    request.app[CLOUD].faults.clear(route=request.query.get("route"))
    return web.json_response({})


@routes.post("/_sim/switches")
async def turn_switches(request: web.Request) -> web.Response:
    return await _adjust(request, request.app[CLOUD].switches)


@routes.post("/_sim/latency")
async def set_latency(request: web.Request) -> web.Response:
    body = await read_json(request)
    latency = request.app[CLOUD].latency
    if isinstance(body, dict) and "profile" in body:
        latency.adjust(Latency.profile(PROFILE.check(body, "body")["profile"]).as_dict())
        return web.json_response(latency.as_dict())
    return await _adjust(request, latency)


@routes.post("/_sim/clock")
async def advance(request: web.Request) -> web.Response:
    cloud = request.app[CLOUD]
    cloud.clock.advance((await ADVANCE.read(request))["advance_s"])
    _settle(cloud)
    return web.json_response({"now": cloud.clock.now()})


@routes.post("/_sim/credits")
async def set_credits(request: web.Request) -> web.Response:
    cloud = request.app[CLOUD]
    cloud.credits = Decimal(str((await CREDITS.read(request))["credits"]))
    return web.json_response({"credits_left": str(cloud.credits)})


@routes.post("/_sim/avatars")
async def put_avatar(request: web.Request) -> web.Response:
    given = await AVATAR.read(request)
    given.setdefault("id", str(uuid.uuid4()))
    avatar = Avatar(**given)
    request.app[CLOUD].avatars[avatar.id] = avatar
    return web.json_response(vars(avatar))


@routes.delete("/_sim/avatars/{id}")
async def remove_avatar(request: web.Request) -> web.Response:
    cloud = request.app[CLOUD]
    del cloud.avatars[cloud.avatar(request.match_info["id"]).id]
    return web.json_response({})


@routes.post("/_sim/sessions/{id}/end")
async def end_session(request: web.Request) -> web.Response:
    cloud = request.app[CLOUD]
    session = cloud.session(request.match_info["id"])
    lifecycle.end(cloud, session, (await END.read(request))["reason"])
    return web.json_response(report.of_session(cloud, session))


@routes.post("/_sim/sessions/{id}/cut")
async def cut_signalling(request: web.Request) -> web.Response:
    await _room(request).cut()
    return web.json_response({})


@routes.post("/_sim/sessions/{id}/freeze")
async def freeze_media(request: web.Request) -> web.Response:
    _room(request).freeze()
    return web.json_response({})


@routes.post("/_sim/sessions/{id}/quality")
async def tell_quality(request: web.Request) -> web.Response:
    room = _room(request)
    if room.member is None:
        raise NotFound("Client")
    room.member.tell_quality((await QUALITY.read(request))["quality"])
    return web.json_response({})


@routes.post("/_sim/reset")
async def reset(request: web.Request) -> web.Response:
    cloud = request.app[CLOUD]
    for session in list(cloud.active.values()):
        lifecycle.end(cloud, session, "SERVER_ERROR")
    cloud.reset()
    return web.json_response({})


def _room(request: web.Request) -> Room:
    room = request.app[ROOMS].open.get(request.match_info["id"])
    if room is None:
        raise NotFound("Room")
    return room


async def _adjust(request: web.Request, settings: Adjustable) -> web.Response:
    body = await read_json(request)
    try:
        settings.adjust(body if isinstance(body, dict) else {})
    except BadSetting as error:
        raise Refusal(422, str(error)) from error
    _settle(request.app[CLOUD])
    return web.json_response(settings.as_dict())


def _settle(cloud: Cloud) -> None:
    lifecycle.settle(cloud)
    cloud.changed.set()
