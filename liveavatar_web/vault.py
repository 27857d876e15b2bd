"""Sealing of secrets at rest: AES-256-GCM under a ring of named keys.

Sealed text reads `v1.<key name>.<nonce>.<ciphertext>` (URL-safe base64). Table, field and row id
are its associated data, so that a ciphertext copied to another row does not open there. The newest
key seals, every key of the ring opens; `manage.py rotate_vault` seals old rows again.

Keys are not derived from SECRET_KEY, whose loss should cost sessions and no more.
"""

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass
from functools import cache
from typing import Final, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from liveavatar_web import keys
from liveavatar_web.keys import Key

_FORMAT: Final = "v1"
_NONCE_BYTES: Final = 12  # NIST SP 800-38D, 8.2: the length GCM is built for


class CannotOpen(Exception):
    """Sealed text that no key of the ring opens for this place: wrong key, row or content."""


class Secret:
    """A value that prints as stars; `reveal()` is the one way out, and easy to search for."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    @property
    def last4(self) -> str:
        """The last four characters, or nothing where they would be most of the secret."""
        return self._value[-4:] if len(self._value) >= 12 else ""

    def __str__(self) -> str:
        return "********"

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __bool__(self) -> bool:
        return bool(self._value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not pickled: it would leave in clear")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value lives; sealed text opens in its own place only."""

    table: str
    field: str
    row: str

    def associated_data(self) -> bytes:
        return "\x1f".join((self.table, self.field, self.row)).encode()


class Keyring:
    """Named keys, newest first. Raises ImproperlyConfigured when a key is not usable."""

    def __init__(self, text: str) -> None:
        self._keys = keys.parse(text, setting="VAULT_KEYS")

    @property
    def newest(self) -> str:
        return self._keys[0].name

    def seal(self, secret: Secret, place: Place) -> str:
        key = self._keys[0]
        nonce = os.urandom(_NONCE_BYTES)
        clear = secret.reveal().encode()
        sealed = AESGCM(key.material).encrypt(nonce, clear, place.associated_data())
        return ".".join((_FORMAT, key.name, _encode(nonce), _encode(sealed)))

    def open(self, sealed: str, place: Place) -> Secret:
        """Raises CannotOpen; never returns ciphertext or a part of the text."""
        try:
            version, name, nonce, ciphertext = sealed.split(".")
            if version != _FORMAT:
                raise CannotOpen(f"unknown format {version!r}")
            key = next(key for key in self._keys if key.name == name)
            clear = AESGCM(key.material).decrypt(
                _decode(nonce), _decode(ciphertext), place.associated_data()
            )
        except StopIteration:
            raise CannotOpen(f"sealed under key {name!r}, which VAULT_KEYS does not hold") from None
        except (ValueError, binascii.Error, InvalidTag):
            raise CannotOpen(f"sealed text of {place.table}.{place.field} does not open") from None
        return Secret(clear.decode())

    def is_current(self, sealed: str) -> bool:
        return sealed.startswith(f"{_FORMAT}.{self.newest}.")

    def witnesses(self) -> dict[str, str]:
        """For each key something by which it is recognised, and from which it is not found."""
        return {
            key.name: hmac.digest(key.material, b"witness", hashlib.sha256).hex()[:16]
            for key in self._keys
        }

    def fingerprint(self, secret: Secret) -> str:
        """A keyed digest under the newest key: equal for equal secrets, useless to a thief."""
        return _fingerprint(self._keys[0], secret)

    def fingerprints(self, secret: Secret) -> list[str]:
        """The digest under every key of the ring, to find rows not yet sealed again."""
        return [_fingerprint(key, secret) for key in self._keys]


def key_name(sealed: str) -> str:
    """The name of the key under which something was sealed."""
    return sealed.split(".", 2)[1]


@cache
def _ring(text: str) -> Keyring:
    return Keyring(text)


def keyring() -> Keyring:
    """The ring of this installation, from the setting VAULT_KEYS."""
    return _ring(settings.VAULT_KEYS)


def _fingerprint(key: Key, secret: Secret) -> str:
    own_key = key.derived("fingerprint")
    return f"{key.name}:{hmac.digest(own_key, secret.reveal().encode(), hashlib.sha256).hex()}"


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    # The library skips what is not base64, and the bits that a last character has to spare.
    if _encode(raw) != text:
        raise ValueError("not base64 as we write it")
    return raw
