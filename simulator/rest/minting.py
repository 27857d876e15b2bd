"""Minting: a session is configured once and for all, which costs nothing and reserves nothing."""

import uuid
from typing import Any

from aiohttp import web

from simulator import envelope, lifecycle, tokens
from simulator.auth import require_account
from simulator.cloud import CLOUD
from simulator.envelope import Refusal, complaint
from simulator.records import Session
from simulator.validation import JSONObject, Shape, closed, read_json

VOICES = [
    "alloy",
    "ash",
    "ballad",
    "coral",
    "echo",
    "fable",
    "onyx",
    "nova",
    "shimmer",
    "sage",
    "verse",
    "marin",
    "cedar",
]
NOT_SIMULATED = (
    "elevenlabs_agent_config",
    "gemini_realtime_config",
    "cartesia_agent_config",
    "voice_agent",
    "livekit_config",
    "agora_config",
)
UUID: JSONObject = {"type": "string", "format": "uuid"}
OPENAI = closed(
    {
        "secret_id": UUID,
        "context_id": {"anyOf": [UUID, {"type": "null"}], "default": None},
        "voice": {"enum": VOICES, "default": "alloy"},
        "model": {"type": "string", "minLength": 1, "default": "gpt-realtime"},
        "temperature": {"type": "number", "minimum": 0.6, "maximum": 1.2, "default": 0.8},
    },
    required=("secret_id",),
)
VIDEO = closed(
    {
        "quality": {"enum": ["very_high", "high", "medium", "low"], "default": "high"},
        "encoding": {"enum": ["VP8", "H264"], "default": "H264"},
    }
)
LITE = Shape(
    {
        "mode": {"const": "LITE"},
        "avatar_id": UUID,
        "is_sandbox": {"type": "boolean", "default": False},
        "video_settings": {"anyOf": [VIDEO, {"type": "null"}], "default": None},
        "max_session_duration": {
            "anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}],
            "default": None,
        },
        "openai_realtime_config": OPENAI,
    },
    required=("mode", "avatar_id", "openai_realtime_config"),
)
routes = web.RouteTableDef()


@routes.post("/v1/sessions/token")
async def mint(request: web.Request) -> web.Response:
    require_account(request)
    cloud = request.app[CLOUD]
    given = _configuration(await read_json(request))
    openai, is_sandbox = given["openai_realtime_config"], given["is_sandbox"]
    avatar = lifecycle.usable_avatar(cloud, given["avatar_id"], is_sandbox=is_sandbox)
    asked = given["max_session_duration"]
    limit = lifecycle.longest(cloud, is_sandbox=is_sandbox, asked=asked)
    if cloud.switches.references == "token":
        lifecycle.check_references(cloud, openai)
    if cloud.switches.concurrency_stage == "token":
        lifecycle.check_concurrency(cloud)
    now = cloud.clock.now()
    session = Session(
        id=str(uuid.uuid4()),
        avatar=avatar,
        is_sandbox=is_sandbox,
        max_duration_s=limit,
        openai=openai,
        minted_at=now,
        updated_at=now,
    )
    cloud.sessions[session.id] = session
    token = tokens.session_token(
        session_id=session.id,
        expires_at=now + cloud.switches.token_ttl_s,
        start_session_data=given,
    )
    return envelope.success(cloud.switches, {"session_id": session.id, "session_token": token})


def _configuration(body: object) -> dict[str, Any]:
    mode = body.get("mode") if isinstance(body, dict) else None
    if mode not in ("LITE", "FULL"):
        message = "Unable to extract tag using discriminator 'mode'"
        errors = [complaint(["body"], message)]
        raise Refusal(422, f"Request validation errors. body: {message}", errors=errors)
    assert isinstance(body, dict)
    others = [name for name in NOT_SIMULATED if body.get(name)]
    if others and body.get("openai_realtime_config"):
        message = "more than one connector is not allowed"
        raise Refusal(422, f"Request validation errors. body: {message}")
    if others or mode == "FULL" or "openai_realtime_config" not in body:
        message = "only LITE with openai_realtime_config is simulated"
        raise Refusal(422, f"Request validation errors. body: {message}")
    return LITE.check(body, "body")
