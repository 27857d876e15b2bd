"""Who is at the other end of a request."""

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """The client's address: what the outermost trusted proxy saw, or the peer without proxies.

    `X-Forwarded-For` grows to the right, one address a proxy; only the last TRUSTED_PROXIES
    entries were written by somebody we trust.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.TRUSTED_PROXIES:
        return peer
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    trusted = [part for part in forwarded if part][-settings.TRUSTED_PROXIES :]
    return trusted[0] if trusted else peer
