"""The one OpenAI call the desk needs: is this key good, and does it see a realtime model?

Answers in OpenAI's own shapes (platform.openai.com/docs/api-reference/models and …/error-codes).
"""

from aiohttp import web

GOOD_KEY_PREFIX = "sk-sim-"
KEY_WITHOUT_REALTIME_PREFIX = "sk-sim-norealtime"
MODELS = ("gpt-realtime", "gpt-realtime-2.1", "gpt-4o-mini")
routes = web.RouteTableDef()


@routes.get("/openai/v1/models")
async def list_models(request: web.Request) -> web.Response:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.startswith(GOOD_KEY_PREFIX):
        return web.json_response({"error": _refused(key)}, status=401)
    blind = key.startswith(KEY_WITHOUT_REALTIME_PREFIX)
    models = [name for name in MODELS if not (blind and "realtime" in name)]
    data = [
        {"id": name, "object": "model", "created": 1_756_000_000, "owned_by": "system"}
        for name in models
    ]
    return web.json_response({"object": "list", "data": data})


def _refused(key: str) -> dict[str, str | None]:
    shown = f"{key[:3]}{'*' * 8}{key[-4:]}" if len(key) > 12 else "********"
    return {
        "message": f"Incorrect API key provided: {shown}.",
        "type": "invalid_request_error",
        "param": None,
        "code": "invalid_api_key",
    }
