"""Users: the credits the account has left, a decimal in a string."""

from aiohttp import web

from simulator import envelope
from simulator.auth import require_account
from simulator.cloud import CLOUD

routes = web.RouteTableDef()


@routes.get("/v1/users/credits")
async def read_credits(request: web.Request) -> web.Response:
    require_account(request)
    cloud = request.app[CLOUD]
    return envelope.success(cloud.switches, {"credits_left": str(cloud.credits)})
