"""Headers that no library of ours sets, or reads with enough care."""

import re
from collections.abc import Callable
from typing import Final
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

# It goes into logs and into the audit trail, whose column is as long.
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")

_DENIED = "camera=(), display-capture=(), geolocation=(), payment=(), usb=()"


def request_id(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answers with the `X-Request-ID` that a page or a proxy sent, or with one made here.

    One that does not look like an id is replaced before anybody reads it. django-structlog puts it
    into every line of the request, and of the tasks that the request rings for.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        believed = given if _REQUEST_ID.fullmatch(given) else str(uuid4())
        request.META["HTTP_X_REQUEST_ID"] = believed
        response = get_response(request)
        response.headers["X-Request-ID"] = believed
        return response

    return middleware


def permissions_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Refuses the microphone everywhere but in a view that set the header itself."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", f"{_DENIED}, microphone=()")
        return response

    return middleware


def allow_microphone(response: HttpResponse) -> HttpResponse:
    """Opens the microphone, and the choice of a loudspeaker, for this one page."""
    response.headers["Permissions-Policy"] = (
        f"{_DENIED}, microphone=(self), speaker-selection=(self)"
    )
    return response
