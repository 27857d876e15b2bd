"""Files of any length: written while they are read, and taken literally by whoever opens them."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync

from liveavatar_web import exports
from liveavatar_web.exports import Format, Record

pytestmark = pytest.mark.django_db

ID = UUID("0123456789abcdef0123456789abcdef")
RECORD = {
    "text": 'Ä, "quoted"\nand broken',
    "formula": "=1+1",
    "nothing": None,
    "yes": True,
    "count": -3,
    "cost": Decimal("0.0250"),
    "at": datetime(2026, 11, 1, 12, 30, 1, 234567, tzinfo=UTC),
    "id": ID,
    "details": {"a": 1},
}


def written(kind: Format, *records: Record) -> str:
    answer = exports.answer([records], columns=list(RECORD), kind=kind, name="file")

    async def whole() -> bytes:
        return b"".join([piece async for piece in answer])

    return async_to_sync(whole)().decode()


def test_a_spreadsheet_takes_each_value_literally() -> None:
    text = written(Format.CSV, RECORD)

    assert text.startswith("\ufefftext,formula,")
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert row == {
        "text": RECORD["text"],
        "formula": "'=1+1",
        "nothing": "",
        "yes": "true",
        "count": "-3",
        "cost": "0.025",
        "at": "2026-11-01T12:30:01.234Z",
        "id": str(ID),
        "details": '{"a":1}',
    }


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_begins_like_a_formula(begin: str) -> None:
    record = {**RECORD, "text": f"{begin}cmd|' /C calc'!A0"}

    (row,) = csv.DictReader(io.StringIO(written(Format.CSV, record).removeprefix("\ufeff")))

    assert row["text"] == f"'{record['text']}"


def test_programs_get_a_record_a_line() -> None:
    first, second = written(Format.JSON_LINES, RECORD, RECORD).splitlines()

    assert json.loads(first) == {
        **RECORD,
        "cost": 0.025,
        "at": "2026-11-01T12:30:01.234Z",
        "id": str(ID),
    }
    assert first == second


def test_what_no_file_can_hold_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(ValueError, match="object is no value of an export"):
        written(Format.JSON_LINES, {"text": object()})


@pytest.mark.parametrize("kind", Format)
def test_it_is_sent_while_it_is_read(kind: Format) -> None:
    """A reader that takes its time has the next handful read when it asks for it."""
    read = []

    def handfuls() -> Iterator[list[Record]]:
        for number in range(3):
            read.append(number)
            yield [RECORD]

    answer: Any = exports.answer(handfuls(), columns=list(RECORD), kind=kind, name="file")

    async def pieces() -> list[int]:
        return [len(read) async for piece in answer if b"quoted" in piece]

    assert answer.is_async
    assert answer.headers["Cache-Control"] == "no-store"
    assert async_to_sync(pieces)() == [1, 2, 3]
