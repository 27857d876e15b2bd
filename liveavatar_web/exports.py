"""Files of any length, written while they are read: CSV for spreadsheets, JSON Lines for programs.

Rows come in handfuls, each by queries of its own, so that neither memory nor a connection to the
database is held for as long as somebody downloads.
"""

import csv
import io
import json
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import close_old_connections, connection
from django.http import StreamingHttpResponse

Record = Mapping[str, Any]

# A spreadsheet takes what begins so for a formula, which may do anything.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
# Spreadsheets see by it that a file is UTF-8.
_MARK: Final = "\ufeff"


# The header that says about how many rows are to come.
ABOUT: Final = "X-About-Rows"


class Format(StrEnum):
    """The endings of files."""

    CSV = "csv"
    JSON_LINES = "jsonl"


_TYPES: Final = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.JSON_LINES: "application/jsonl; charset=utf-8",
}


def answer(
    handfuls: Iterable[Sequence[Record]],
    *,
    columns: Sequence[str],
    kind: Format,
    name: str,
    about: int | None = None,
) -> StreamingHttpResponse:
    """Sends the records as a file called `name`; each has every one of the columns.

    `handfuls` may hold nothing of the database's between two of them. `about` tells the page how
    many there are, where that is known.
    """
    response = StreamingHttpResponse(
        _one_by_one(_written(handfuls, columns, kind)),
        content_type=_TYPES[kind],
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{kind.value}"',
            "Cache-Control": "no-store",
            # A proxy that collects the answer first would hide how far it has come.
            "X-Accel-Buffering": "no",
        },
    )
    if about is not None:
        response.headers[ABOUT] = str(about)
    return response


def _written(
    handfuls: Iterable[Sequence[Record]], columns: Sequence[str], kind: Format
) -> Iterator[bytes]:
    if kind == Format.CSV:
        yield (_MARK + _as_csv([columns])).encode()
    for records in handfuls:
        if kind == Format.CSV:
            yield _as_csv([_cell(each[name]) for name in columns] for each in records).encode()
        else:
            yield "".join(f"{_as_json(each)}\n" for each in records).encode()


async def _one_by_one(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Django itself reads a plain iterator to its end before it sends the first byte."""

    def piece() -> bytes | None:
        try:
            return next(pieces, None)
        finally:
            # A download may take an hour; whoever asks meanwhile needs the connection.
            if not connection.in_atomic_block:
                close_old_connections()

    while (written := await sync_to_async(piece)()) is not None:
        yield written


def _as_csv(rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _as_json(record: Record) -> str:
    return json.dumps(record, default=_plain, ensure_ascii=False, separators=(",", ":"))


def _cell(value: Any) -> str | int | float:
    """As a spreadsheet takes it literally."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case int() | float():
            return value
        case dict():
            return _as_json(value)
        case str():
            return f"'{value}" if value.startswith(_FORMULA) else value
        case _:
            return _plain(value)


def _plain(value: Any) -> str | float:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case Decimal():
            return float(value)
        case UUID():
            return str(value)
    raise ValueError(f"{type(value).__name__} is no value of an export")
