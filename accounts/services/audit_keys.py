"""The keys of the audit trail, which the database does not hold; one for each purpose."""

import hmac
from functools import cache
from typing import Final

from django.conf import settings

from liveavatar_web import keys

EVENT: Final = "audit event"
CHECKPOINT: Final = "audit checkpoint"
SEAL: Final = "audit seal"


@cache
def _newest(text: str) -> str:
    return keys.parse(text, setting="AUDIT_KEYS")[0].name


@cache
def _derived(text: str, purpose: str) -> dict[str, bytes]:
    return {key.name: key.derived(purpose) for key in keys.parse(text, setting="AUDIT_KEYS")}


def newest() -> str:
    """The name of the key that writes."""
    return _newest(settings.AUDIT_KEYS)


def for_purpose(purpose: str) -> dict[str, bytes]:
    """The derived key under each name of the ring."""
    return _derived(settings.AUDIT_KEYS, purpose)


def mac(purpose: str, key_name: str, message: bytes) -> bytes:
    """The code of a message. Raises KeyError for a key that AUDIT_KEYS does not hold."""
    return hmac.digest(for_purpose(purpose)[key_name], message, "sha256")


def is_genuine(purpose: str, key_name: str, message: bytes, code: bytes) -> bool:
    """Whether the code was made by somebody who holds the named key."""
    if key_name not in for_purpose(purpose):
        return False
    return hmac.compare_digest(mac(purpose, key_name, message), code)
