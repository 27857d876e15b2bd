"""One shape for every error of the API.

{"error": {"code": "not_live", "message": "…", "retryable": false, "fields": {…}},
 "request_id": "…"}
"""

from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler


class Refused(APIException):
    """A refusal that a person or a script can act on: stable code, words, and whether to retry."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = status.HTTP_409_CONFLICT,
        retryable: bool = False,
    ) -> None:
        super().__init__(detail=message, code=code)
        self.status_code = status
        self.retryable = retryable


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. Unknown errors stay unhandled, and become a 500 without details."""
    response = exception_handler(error, context)
    if response is None:
        return None
    response.data = body(error)
    return response


def body(error: Exception) -> dict[str, Any]:
    if isinstance(error, ValidationError):
        content: dict[str, Any] = {
            "code": "invalid",
            "message": "Some values are not right.",
            "retryable": False,
            "fields": error.detail,
        }
    elif isinstance(error, PermissionDenied):
        content = {
            "code": getattr(error, "code", "not_allowed"),
            "message": str(error) or "You may not do this.",
            "retryable": False,
        }
    else:
        detail = getattr(error, "detail", None)
        content = {
            "code": getattr(detail, "code", "not_found"),
            "message": str(detail) if detail is not None else "There is nothing here for you.",
            "retryable": getattr(error, "retryable", False),
        }
    return {"error": content, "request_id": request_id()}


def request_id() -> str:
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))
