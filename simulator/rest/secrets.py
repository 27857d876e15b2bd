"""Secrets: providers' keys, written once and never read back."""

import uuid

from aiohttp import web

from simulator import envelope
from simulator.auth import require_account
from simulator.cloud import CLOUD
from simulator.records import Secret
from simulator.validation import Shape

KINDS = [
    "OPENAI_API_KEY",
    "ELEVENLABS_API_KEY",
    "GEMINI_API_KEY",
    "CARTESIA_API_KEY",
    "LLM_API_KEY",
]
NEW = Shape(
    {
        "secret_name": {"type": "string", "minLength": 1, "maxLength": 255},
        "secret_value": {"type": "string", "minLength": 1},
        "secret_type": {"enum": KINDS},
    },
    required=("secret_name", "secret_value", "secret_type"),
)
routes = web.RouteTableDef()


@routes.post("/v1/secrets")
async def create(request: web.Request) -> web.Response:
    require_account(request)
    cloud = request.app[CLOUD]
    given = await NEW.read(request)
    secret = Secret(
        id=str(uuid.uuid4()),
        name=given["secret_name"],
        type=given["secret_type"],
        value=given["secret_value"],
        created_at=cloud.clock.now(),
    )
    cloud.secrets[secret.id] = secret
    created = {cloud.switches.created_secret_id: secret.id, "secret_name": secret.name}
    return envelope.success(cloud.switches, created)


@routes.get("/v1/secrets")
async def list_all(request: web.Request) -> web.Response:
    require_account(request)
    cloud = request.app[CLOUD]
    newest_first = [each.shown() for each in reversed(cloud.secrets.values())]
    return envelope.success(cloud.switches, newest_first)


@routes.delete("/v1/secrets/{id}")
async def delete(request: web.Request) -> web.Response:
    require_account(request)
    cloud = request.app[CLOUD]
    del cloud.secrets[cloud.secret(request.match_info["id"]).id]
    return envelope.success(cloud.switches, None)
