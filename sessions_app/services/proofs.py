"""Proof of possession (RFC 9449, DPoP): each request shows that its page holds the ticket's key."""

import base64
import hashlib
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import redis
from django.core.cache import caches
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

# A goodbye is signed with the renewal before it, and a hidden page renews once a minute.
GOOD_FOR: Final = timedelta(seconds=120)
_CLOCKS_APART: Final = timedelta(seconds=30)
_LONGEST: Final = 2_000


class NotProven(Exception):
    """No proof, not for this request, not by this key, too old, or used before."""


class Unavailable(Exception):
    """Whether a proof was used before cannot be known now, so it does not count."""


def thumbprint(jwk: object) -> str:
    """The thumbprint (RFC 7638) of a public P-256 key. Raises NotProven for anything else."""
    return _key(jwk).thumbprint()


def check(proof: str, *, method: str, path: str, now: datetime, ticket: str | None = None) -> str:
    """The thumbprint of the key that signed `proof` for exactly this request, once.

    Raises NotProven, and Unavailable where Redis does not answer.
    """
    key, claims = _verified(proof)
    hashed = None if ticket is None else _digest(ticket)
    try:
        is_for_this = (
            claims.get("htm") == method
            and urlsplit(str(claims.get("htu"))).path == path
            and claims.get("ath") == hashed
            and _is_fresh(claims.get("iat"), now)
        )
    except (ValueError, OverflowError) as error:
        raise NotProven from error
    if not is_for_this:
        raise NotProven
    _use_once(key.thumbprint(), str(claims.get("jti", "")))
    return key.thumbprint()


def _is_fresh(issued_at: object, now: datetime) -> bool:
    if not isinstance(issued_at, int | float):
        return False
    age = now.timestamp() - issued_at
    return -_CLOCKS_APART.total_seconds() <= age <= GOOD_FOR.total_seconds()


def _verified(proof: str) -> tuple[ECKey, dict[str, Any]]:
    if not proof or len(proof) > _LONGEST:
        raise NotProven
    try:
        header = jws.extract_compact(proof.encode()).headers()
        key = _key(header.get("jwk"))
        token = jwt.decode(proof, key, algorithms=["ES256"])
    except (JoseError, ValueError, TypeError) as error:
        raise NotProven from error
    if header.get("typ") != "dpop+jwt":
        raise NotProven
    return key, token.claims


def _key(jwk: object) -> ECKey:
    if not isinstance(jwk, dict) or "d" in jwk or jwk.get("crv") != "P-256":
        raise NotProven
    try:
        # Of everything sent, only what makes a public key is believed.
        return ECKey.import_key({name: str(jwk[name]) for name in ("kty", "crv", "x", "y")})
    except (JoseError, ValueError, KeyError) as error:
        raise NotProven from error


def _use_once(holder: str, jti: str) -> None:
    if not 8 <= len(jti) <= 64:
        raise NotProven
    try:
        lifetime = (GOOD_FOR + _CLOCKS_APART).total_seconds()
        is_first = caches["strict"].add(f"proof:{holder}:{_digest(jti)}", 1, timeout=lifetime)
    except redis.RedisError as error:
        raise Unavailable from error
    if not is_first:
        raise NotProven


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
