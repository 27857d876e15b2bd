"""Rings of named 32-byte keys, as a variable holds them: `2026b:<base64>,2026a:<base64>`.

The newest comes first and is the one that writes; the others open, or verify, what they wrote.
"""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ImproperlyConfigured

_NAME: Final = re.compile(r"^[A-Za-z0-9_-]{1,32}$")


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    name: str
    material: bytes

    def derived(self, purpose: str) -> bytes:
        """A key of its own for one purpose, so that what one makes can never pass for another's."""
        return hmac.digest(self.material, purpose.encode(), hashlib.sha256)


def parse(text: str, *, setting: str) -> tuple[Key, ...]:
    """The keys that the setting holds, newest first; at least one.

    Raises ImproperlyConfigured, naming the setting and no key's value.
    """
    keys = tuple(_parse_one(entry, setting) for entry in text.split(",") if entry.strip())
    names = {key.name for key in keys}
    if not names:
        raise ImproperlyConfigured(f"{setting} holds no key; write name:base64 of 32 bytes")
    if len(names) != len(keys):
        raise ImproperlyConfigured(f"{setting} names a key twice")
    return keys


def _parse_one(entry: str, setting: str) -> Key:
    name, _, encoded = entry.strip().partition(":")
    try:
        material = base64.b64decode(encoded, altchars=b"-_", validate=True)
    except binascii.Error:
        material = b""
    if not _NAME.match(name) or len(material) != 32:
        raise ImproperlyConfigured(
            f"{setting}: key {name[:32]!r} is not name:base64 of exactly 32 bytes"
        )
    return Key(name, material)
