"""What answering a request took, counted: by the clock two answers never take the same."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from unittest import mock

from django.contrib.auth.hashers import get_hasher
from django.db import connection
from django.test.utils import CaptureQueriesContext

# Text, blobs, numbers, ids and nothing, as they stand in what was sent to the database.
_VALUE: Final = re.compile(
    r"(?:'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b|\b[0-9a-f]{32}\b|\bNULL(?=[,)]))(?:::\w+)?"
)
_NAME: Final = re.compile(r'"?s\d+_x\d+"?')


@dataclass
class Effort:
    """`queries` in their order, without the values in them; `hashings` of passwords."""

    queries: list[str] = field(default_factory=list)
    hashings: int = 0


@contextmanager
def counted() -> Iterator[Effort]:
    effort = Effort()
    hasher = type(get_hasher())
    encode: Callable[..., str] = hasher.encode

    def counting(self: Any, *args: Any, **kwargs: Any) -> str:
        effort.hashings += 1
        return encode(self, *args, **kwargs)

    with (
        mock.patch.object(hasher, "encode", counting),
        CaptureQueriesContext(connection) as captured,
    ):
        yield effort
    effort.queries = [_plain(query["sql"]) for query in captured.captured_queries]


def _plain(sql: str) -> str:
    return _NAME.sub("savepoint", _VALUE.sub("?", sql))
