"""What can be wrong with the audit trail, as verification says it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# The most that is kept of one verification; who finds so much need not be told all of it.
MOST: Final = 1_000


class Wrong(StrEnum):
    ALTERED = "altered"
    MISSING = "missing"
    INSERTED = "inserted"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    HEAD = "head"
    CHECKPOINT = "checkpoint"
    PERSONAL_DATA = "personal data"
    KEY = "key"
    SEAL = "seal"


@dataclass(frozen=True, slots=True)
class Finding:
    """`chain` is a workspace's public id; events are `first` to `last` by their numbers in it."""

    wrong: Wrong
    text: str
    chain: str = ""
    first: int = 0
    last: int = 0


def events(first: int, last: int) -> str:
    """How one or several are called."""
    return f"event {first:,}" if first == last else f"events {first:,} to {last:,}"
