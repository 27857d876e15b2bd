"""Who is asking: an account (``X-API-KEY``) or one session (``Authorization: Bearer``)."""

from aiohttp import web

from simulator import tokens
from simulator.cloud import CLOUD
from simulator.envelope import NotAuthenticated, NotFound, Refusal
from simulator.records import Session

ACCOUNT_KEY_PREFIX = "sim-"


def require_account(request: web.Request) -> None:
    """Refuse with 401 unless the account's key is in its own header."""
    if not request.headers.get("X-API-KEY", "").startswith(ACCOUNT_KEY_PREFIX):
        raise Refusal(401, "Invalid API key")


def bearer_session(request: web.Request) -> Session:
    """Return the session whose token this is, or refuse with 403."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise NotAuthenticated()
    try:
        return request.app[CLOUD].session(tokens.session_of(token))
    except (tokens.BadToken, NotFound):
        raise NotAuthenticated() from None


def require_credentials(request: web.Request) -> None:
    """Refuse a stranger before anything else of the request is looked at."""
    if "X-API-KEY" in request.headers:
        require_account(request)
    else:
        bearer_session(request)


def account_or_session(request: web.Request, session_id: str | None) -> Session:
    """Return the session meant: named by an account's caller, or by its own token.

    For those who passed `require_credentials`. Raises 422 when an account names none, 404 for an
    unknown one.
    """
    if "X-API-KEY" not in request.headers:
        return bearer_session(request)
    if session_id is None:
        raise Refusal(422, "Request validation errors. body: session_id is required")
    return request.app[CLOUD].session(session_id)
