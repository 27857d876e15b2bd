"""Headers that no library of ours sets."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

_DENIED = "camera=(), display-capture=(), geolocation=(), payment=(), usb=()"


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
