"""The shape of every answer: ``{code, data, message}``, and the refusals that are raised."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from simulator.settings import Switches

BAD_REQUEST = 4000
NOT_AUTHENTICATED = 4003
"""The two codes that live traffic has shown; the others are not published."""


class Refusal(Exception):
    """The cloud says no; the error middleware turns it into an answer."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: int | None = None,
        errors: list[dict[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code or BAD_REQUEST
        self.errors = errors
        self.headers = headers or {}


class NotAuthenticated(Refusal):
    """The session's token is missing, not ours, or too old to start it."""

    def __init__(self) -> None:
        super().__init__(403, "Not authenticated", code=NOT_AUTHENTICATED)


class NotFound(Refusal):
    """There is no such thing, or not any more."""

    def __init__(self, what: str) -> None:
        super().__init__(404, f"{what} not found")


def complaint(loc: list[str | int], message: str) -> dict[str, Any]:
    """Return one entry of a refusal's `data`: where in the request, and what is wrong there."""
    return {"loc": loc, "message": message, "params": {}}


def success(switches: Switches, data: object, status: int = 200) -> web.Response:
    """Answer with `data` in the envelope."""
    body = {"code": switches.success_code, "data": data, "message": "success"}
    return web.json_response(body, status=status)


def refusal(switches: Switches, refused: Refusal) -> web.Response:
    """Answer with the refusal, in the shape the switches ask for."""
    status, headers = refused.status, dict(refused.headers)
    concerns_credentials = status == 401 or isinstance(refused, NotAuthenticated)
    if concerns_credentials and switches.auth_body == "empty":
        return web.Response(status=status, headers=headers)
    body: dict[str, Any]
    if status == 422 and switches.error_body == "fastapi":
        body = {
            "detail": [
                {"loc": each["loc"], "msg": each["message"], "type": "value_error"}
                for each in refused.errors or [complaint(["body"], refused.message)]
            ]
        }
    else:
        body = {"code": refused.code, "data": refused.errors, "message": refused.message}
    return web.json_response(body, status=status, headers=headers)
