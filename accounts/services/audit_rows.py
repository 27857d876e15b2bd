"""Reads audit events out of either database, quickly, in the form that codes are made over."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from accounts.models.audit_chain import INSTALLATION
from accounts.services import audit_chain

_PERSONAL: Final = "p.salt, p.address, p.agent, p.email"
_SAME: Final = "p.at = e.at AND p.workspace_id {0} e.workspace_id AND p.actor_id {0} e.actor_id"
_TABLES: Final = (
    "accounts_auditevent e LEFT JOIN accounts_auditpersonaldata p ON p.event_id = e.public_id"
)
_PLAIN: Final = (
    "e.actor_id, e.actor_label, e.object_type, e.object_id, e.object_label, "
    "e.workspace_id, e.workspace_label, e.request_id, e.details, e.personal_digest"
)
_POSTGRESQL: Final = (
    "e.id, e.mac, e.number, e.key_name, e.public_id, "
    "to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), "
    f"e.action, e.refused, {_PLAIN}, "
    f"{_SAME.format('IS NOT DISTINCT FROM')}, {_PERSONAL}"
)
# Expressions, for the driver would make values of another kind of the columns themselves.
_SQLITE: Final = (
    f"e.id, e.mac, e.number, e.key_name, e.public_id, e.at || '', e.action, e.refused + 0, "
    f"{_PLAIN}, {_SAME.format('IS')}, {_PERSONAL}"
)
_UUIDS: Final = (2, 6, 9, 11)


class Row(NamedTuple):
    """One event: the values of `audit_chain.FIELDS`, its code, and the personal data behind it.

    Of personal data first whether it says the same as its event of when, where and whose it is.
    """

    id: int
    mac: bytes
    values: list[Any]
    personal: tuple[bool, list[str]] | None


@dataclass(frozen=True, slots=True)
class Part:
    """Which events to read: those of a range of ids, or those of one chain from a number on."""

    condition: str
    parameters: tuple[Any, ...]

    @classmethod
    def ids(cls, after: int, until: int) -> "Part":
        return cls("e.id > %s AND e.id <= %s", (after, until))

    @classmethod
    def chain(cls, workspace_id: UUID, *, since: int) -> "Part":
        if workspace_id == INSTALLATION:
            return cls("e.workspace_id IS NULL AND e.number >= %s", (since,))
        own = workspace_id if connection.vendor == "postgresql" else workspace_id.hex
        return cls("e.workspace_id = %s AND e.number >= %s", (own, since))


@contextmanager
def snapshot(shared: str = "") -> Iterator[None]:
    """One view of the database until the end, while everybody else writes on.

    `shared` is the view of another connection, as PostgreSQL exports it.
    """
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            if shared:
                cursor.execute("SET TRANSACTION SNAPSHOT %s", [shared])
        else:
            cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def read(part: Part) -> Iterator[Row]:
    """The events in the order of their ids; in constant memory."""
    if connection.vendor == "postgresql":
        return _read_postgresql(part)
    return _read_sqlite(part)


def _read_postgresql(part: Part) -> Iterator[Row]:
    query = f"SELECT {_POSTGRESQL} FROM {_TABLES} WHERE {part.condition} ORDER BY e.id"  # noqa: S608
    connection.ensure_connection()
    with (
        connection.connection.cursor() as cursor,
        cursor.copy(f"COPY ({query}) TO STDOUT", part.parameters) as copy,
    ):
        for id_, mac, *values, same, salt, address, agent, email in copy.rows():
            values[0] = int(values[0])
            values[5] = values[5] == "t"
            values[14] = {} if values[14] == "{}" else json.loads(values[14])
            personal = None if salt is None else (same == "t", [salt, address, agent, email])
            yield Row(int(id_), bytes.fromhex(mac[2:]), values, personal)


def _read_sqlite(part: Part) -> Iterator[Row]:
    query = f"SELECT {_SQLITE} FROM {_TABLES} WHERE {part.condition} ORDER BY e.id"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(query, part.parameters)
        for id_, mac, *values, same, salt, address, agent, email in cursor:
            if not isinstance(values[0], int):
                values[0] = 0
            for place in _UUIDS:
                values[place] = _dashed(values[place])
            if len(values[3]) == len("2026-01-01 00:00:00"):
                values[3] += ".000000"
            values[5] = {0: False, 1: True}.get(values[5], values[5])
            values[14] = _parsed(values[14])
            personal = None if salt is None else (same == 1, [salt, address, agent, email])
            yield Row(id_, bytes(mac), values, personal)


def personal_data_agrees(row: Row) -> bool:
    """Whether the personal data behind an event is what the event was written with, or erased."""
    if row.personal is None:
        return True
    is_same, told = row.personal
    return is_same and audit_chain.digest(told) == row.values[15]


def _parsed(details: str) -> Any:
    try:
        return json.loads(details)
    except ValueError:
        return details


def _dashed(text: str | None) -> str | None:
    """A UUID as PostgreSQL writes it; what is none is left as it is."""
    if text is None or len(text) != 32:
        return text
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
