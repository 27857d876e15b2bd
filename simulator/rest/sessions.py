"""Sessions: start, stop, keep alive, and reading them back."""

from typing import Any

from aiohttp import web

from simulator import envelope, lifecycle
from simulator.auth import account_or_session, bearer_session, require_account, require_credentials
from simulator.cloud import CLOUD, Cloud
from simulator.envelope import NotFound, Refusal
from simulator.records import Session
from simulator.rest.paging import PAGE, page_of
from simulator.validation import Shape, read_query

ID = {"type": "string", "format": "uuid"}
NOTHING = Shape({})
STOP = Shape({"session_id": ID, "reason": {"enum": list(lifecycle.END_REASONS)}})
KEEP_ALIVE = Shape({"session_id": ID})
CHOICE = Shape(
    PAGE
    | {
        "type": {"enum": ["active", "historic"]},
        "avatar_id": ID,
        "context_id": ID,
        "embed_id": ID,
    },
    required=("type",),
)
SPAN = Shape({"start_timestamp": {"type": "integer"}, "end_timestamp": {"type": "integer"}})
routes = web.RouteTableDef()


@routes.post("/v1/sessions/start")
async def start(request: web.Request) -> web.Response:
    session = bearer_session(request)
    await NOTHING.read(request)
    cloud = request.app[CLOUD]
    lifecycle.start(cloud, session)
    data: dict[str, Any] = {
        "session_id": session.id,
        "livekit_url": cloud.address(request).replace("http", "ws", 1),
        "livekit_client_token": lifecycle.room_token(cloud, session),
        "max_session_duration": session.max_duration_s,
        "ws_url": None,
    }
    if cloud.switches.agent_token:
        data["livekit_agent_token"] = lifecycle.room_token(cloud, session)
    return envelope.success(cloud.switches, data, status=201)


@routes.post("/v1/sessions/stop")
async def stop(request: web.Request) -> web.Response:
    require_credentials(request)
    body = await STOP.read(request)
    session = account_or_session(request, body.get("session_id"))
    cloud = request.app[CLOUD]
    if session.state == "minted" and cloud.switches.stop_unstarted == 404:
        raise NotFound("Session")
    if session.state == "ended" and cloud.switches.stop_finished != 200:
        return web.Response(status=cloud.switches.stop_finished)
    default = "UNKNOWN" if await request.read() else "USER_CLOSED"
    reason = body.get("reason", default)
    lifecycle.end(cloud, session, reason)
    return envelope.success(cloud.switches, None)


@routes.delete("/v1/sessions")
async def stop_by_alias(request: web.Request) -> web.Response:
    cloud = request.app[CLOUD]
    if not cloud.switches.delete_alias:
        raise Refusal(405, "Method Not Allowed")
    lifecycle.end(cloud, bearer_session(request), "USER_CLOSED")
    return envelope.success(cloud.switches, None)


@routes.post("/v1/sessions/keep-alive")
async def keep_alive(request: web.Request) -> web.Response:
    require_credentials(request)
    body = await KEEP_ALIVE.read(request)
    session = account_or_session(request, body.get("session_id"))
    cloud = request.app[CLOUD]
    if session.state != "active":
        raise NotFound("Session")
    lifecycle.keep_alive(cloud, session)
    return envelope.success(cloud.switches, None)


@routes.get("/v1/sessions")
async def list_page(request: web.Request) -> web.Response:
    require_account(request)
    cloud = request.app[CLOUD]
    query = read_query(request, CHOICE)
    chosen = [each for each in reversed(cloud.sessions.values()) if _matches(each, query)]
    now = cloud.clock.now()
    page = page_of(request, query, chosen, lambda session: session.shown(now))
    return envelope.success(cloud.switches, page)


@routes.get("/v1/sessions/{id}")
async def read(request: web.Request) -> web.Response:
    require_account(request)
    cloud = request.app[CLOUD]
    return envelope.success(cloud.switches, _visible(cloud, request).shown(cloud.clock.now()))


@routes.get("/v1/sessions/{id}/transcript")
async def transcript(request: web.Request) -> web.Response:
    require_account(request)
    cloud = request.app[CLOUD]
    session, span = _visible(cloud, request), read_query(request, SPAN)
    if cloud.switches.transcript == "refused":
        raise Refusal(400, "Transcripts are not available for LITE sessions")
    lines = session.lines if cloud.switches.transcript == "recorded" else []
    first = span.get("start_timestamp", 0)
    last = span.get("end_timestamp", cloud.clock.now())
    began = session.started_at or 0.0
    data = {
        "session_active": session.state == "active",
        "next_timestamp": None,
        "transcript_data": [
            {
                "role": each.role,
                "transcript": each.text,
                "absolute_timestamp": int(each.said_at),
                "relative_timestamp": int(each.said_at - began),
            }
            for each in lines
            if first <= each.said_at <= last
        ],
    }
    return envelope.success(cloud.switches, data)


@routes.delete("/v1/sessions/{id}/events")
async def delete_events(request: web.Request) -> web.Response:
    require_account(request)
    cloud = request.app[CLOUD]
    _visible(cloud, request).lines.clear()
    return envelope.success(cloud.switches, None)


def _visible(cloud: Cloud, request: web.Request) -> Session:
    session = cloud.session(request.match_info["id"])
    if session.state == "minted" and not cloud.switches.minted_visible:
        raise NotFound("Session")
    return session


def _matches(session: Session, query: dict[str, Any]) -> bool:
    wanted = "active" if query["type"] == "active" else "ended"
    return (
        session.state == wanted
        and query.get("avatar_id", session.avatar.id) == session.avatar.id
        and query.get("context_id", session.context_id) == session.context_id
        and "embed_id" not in query
    )
