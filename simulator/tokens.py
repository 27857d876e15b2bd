"""The two tokens a session has: one to start it, one to enter its room."""

import secrets
from typing import Any

import jwt

ROOM_ISSUER = "APIsimulator"
_SESSION_ISSUER = "simulator"
_KEY = secrets.token_hex(32)


class BadToken(Exception):
    """Not one of ours, not of this kind, or too old."""


def session_token(*, session_id: str, expires_at: float, start_session_data: dict[str, Any]) -> str:
    """Return the JWT that starts a session; the official SDK reads `start_session_data` in it."""
    claims = {
        "iss": _SESSION_ISSUER,
        "session_id": session_id,
        "exp": int(expires_at),
        "start_session_data": start_session_data,
    }
    return jwt.encode(claims, _KEY, algorithm="HS256")


def session_of(token: str) -> str:
    """Return the session id in a session token, whatever its age.

    A token starts its session only while it is fresh, which is the session's own rule, but goes on
    to stop it and keep it alive: the official SDK holds on to it for that.
    """
    return str(_claims(token, _SESSION_ISSUER, "session_id")["session_id"])


def room_token(*, session_id: str, identity: str, now: float, lifetime_s: float) -> str:
    """Return a LiveKit access token for the session's room (its name is the session id)."""
    claims = {
        "iss": ROOM_ISSUER,
        "sub": identity,
        "name": identity,
        "nbf": int(now) - 10,
        "exp": int(now + lifetime_s),
        "video": {
            "room": session_id,
            "roomJoin": True,
            "canPublish": True,
            "canSubscribe": True,
            "canPublishData": True,
        },
    }
    return jwt.encode(claims, _KEY, algorithm="HS256")


def room_and_identity(token: str, now: float) -> tuple[str, str]:
    """Return the room and identity a LiveKit token admits to, or raise `BadToken`."""
    claims = _claims(token, ROOM_ISSUER, "sub", "video")
    if claims["exp"] <= now:
        raise BadToken("token is expired")
    grant = claims["video"]
    if not grant.get("roomJoin"):
        raise BadToken("token has no permission to join")
    return str(grant["room"]), str(claims["sub"])


def _claims(token: str, issuer: str, *required: str) -> dict[str, Any]:
    # Age is judged by the simulated clock, which this library does not know.
    options: Any = {"verify_exp": False, "verify_nbf": False, "require": ["exp", *required]}
    try:
        return jwt.decode(token, _KEY, algorithms=["HS256"], issuer=issuer, options=options)
    except jwt.InvalidTokenError as error:
        raise BadToken(str(error)) from error
