"""Secrets that can be recognised wherever they turn up, whole or in part, and however encoded."""

import html
import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, quote_plus

# The last four characters of a key are shown on purpose; three times as many are a leak.
PIECE: Final = 12
STEP: Final = 4
URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")

Evidence = Mapping[str, bytes]


@dataclass(frozen=True)
class Mark:
    """A secret by a name that may be told. Any part of it that is 15 bytes long is recognised."""

    name: str
    secret: bytes

    def traces(self) -> set[bytes]:
        """What would be seen of it, in every encoding that text here goes through."""
        starts = range(0, len(self.secret) - PIECE + 1, STEP)
        pieces = [self.secret[start : start + PIECE] for start in starts]
        written = {text for piece in pieces for text in _written(piece)}
        return written | {trace for text in written for trace in _encoded(text)}


def leaks(marks: Iterable[Mark], evidence: Evidence) -> set[tuple[str, str]]:
    """Which secret is seen where, both by name."""
    return {
        (mark.name, source)
        for mark in marks
        for trace in mark.traces()
        for source, content in evidence.items()
        if trace in content
    }


def _written(piece: bytes) -> list[bytes]:
    """As it is, and as it stands in addresses, JSON and HTML."""
    try:
        text = piece.decode()
    except UnicodeDecodeError:
        return [piece]
    written = [text, quote(text, safe=""), quote_plus(text), json.dumps(text)[1:-1]]
    return [each.encode() for each in [*written, html.escape(text)]]


def _encoded(text: bytes) -> list[bytes]:
    """In hex, and in base64 wherever in a longer text it begins."""
    base64 = [_in_base64(text, offset) for offset in range(3)]
    return [text.hex().encode(), *base64, *(each.translate(URL_SAFE) for each in base64)]


def _in_base64(text: bytes, offset: int) -> bytes:
    """The characters that no byte before or after it has a part in; it begins at `offset` of 3."""
    whole = b64encode(bytes(offset) + text)
    first = -(-offset * 4 // 3)
    last = (offset + len(text)) * 4 // 3
    return whole[first:last]
