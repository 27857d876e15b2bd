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

_TABLES: Final = (
    "accounts_auditevent e LEFT JOIN accounts_auditpersonaldata p ON p.event_id = e.public_id"
)
# Personal data tells the same of its event, beside what the digest is of.
_SAME: Final = "p.at = e.at AND p.workspace_id {0} e.workspace_id AND p.actor_id {0} e.actor_id"
_PLAIN: Final = (
    "e.actor_id, e.actor_label, e.object_type, e.object_id, e.object_label, "
    "e.workspace_id, e.workspace_label, e.request_id, e.details, e.personal_digest"
)
# PostgreSQL writes the message itself, which is much quicker than to take it apart and write it.
_POSTGRESQL: Final = f"""
    COALESCE(e.workspace_id, '{INSTALLATION}'), e.number, e.key_name, e.mac,
    json_build_array('{audit_chain.FORMAT}', e.number, e.key_name, e.public_id,
        to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
        e.action, e.refused, {_PLAIN}),
    p.id IS NULL OR ({_SAME.format("IS NOT DISTINCT FROM")} AND e.personal_digest = encode(sha256(
        convert_to(json_build_array(p.salt, p.address, p.agent, p.email)::text, 'UTF8')), 'hex'))
"""
# Expressions, for the driver would make values of another kind of the columns themselves.
_SQLITE: Final = f"""
    e.mac, e.number, e.key_name, e.public_id, e.at || '', e.action, e.refused + 0, {_PLAIN},
    {_SAME.format("IS")}, p.salt, p.address, p.agent, p.email
"""
_UUIDS: Final = [
    audit_chain.FIELDS.index(name)
    for name in ("public_id", "actor_id", "object_id", "workspace_id")
]
_ANY: Final = 2**63 - 1


class Row(NamedTuple):
    """One event: what its code is made over, the code, and whether its personal data agrees.

    Personal data that was erased agrees with everything.
    """

    chain: str
    number: int
    key_name: str
    mac: bytes
    message: bytes
    personal_data_agrees: bool


@dataclass(frozen=True, slots=True)
class Part:
    """Which events to read: those of a range of ids, or of numbers in one chain."""

    condition: str
    parameters: tuple[Any, ...]

    @classmethod
    def ids(cls, after: int, until: int) -> "Part":
        return cls("e.id > %s AND e.id <= %s", (after, until))

    @classmethod
    def chain(cls, workspace_id: UUID, *, since: int, until: int = _ANY) -> "Part":
        numbers = "e.number >= %s AND e.number <= %s"
        if workspace_id == INSTALLATION:
            return cls(f"e.workspace_id IS NULL AND {numbers}", (since, until))
        own = workspace_id if connection.vendor == "postgresql" else workspace_id.hex
        return cls(f"e.workspace_id = %s AND {numbers}", (own, since, until))


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
                # Written out: PostgreSQL binds no parameters to a SET.
                cursor.execute(_composed("SET TRANSACTION SNAPSHOT %s", shared))
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


def _composed(statement: str, *values: object) -> str:
    composed: str = connection.ops.compose_sql(statement, values)  # type: ignore[attr-defined]  # PostgreSQL's alone
    return composed


def _read_postgresql(part: Part) -> Iterator[Row]:
    query = f"SELECT {_POSTGRESQL} FROM {_TABLES} WHERE {part.condition} ORDER BY e.id"  # noqa: S608
    connection.ensure_connection()
    with (
        connection.connection.cursor() as cursor,
        cursor.copy(f"COPY ({query}) TO STDOUT", part.parameters) as copy,
    ):
        for chain, number, key_name, mac, message, agrees in copy.rows():
            code = bytes.fromhex(mac[2:])
            yield Row(chain, int(number), key_name, code, message.encode(), agrees == "t")


def _read_sqlite(part: Part) -> Iterator[Row]:
    query = f"SELECT {_SQLITE} FROM {_TABLES} WHERE {part.condition} ORDER BY e.id"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(query, part.parameters)
        for mac, *values, is_same, salt, address, agent, email in cursor:
            told = [salt, address, agent, email]
            agrees = salt is None or (is_same == 1 and audit_chain.digest(told) == values[-1])
            yield _row(bytes(mac), values, agrees)


def _row(mac: bytes, values: list[Any], agrees: bool) -> Row:
    number, key_name, _, at, _, refused, *_ = values
    for place in _UUIDS:
        values[place] = _dashed(values[place])
    if len(at) == len("2026-01-01 00:00:00"):
        values[3] = f"{at}.000000"
    values[5] = {0: False, 1: True}.get(refused, refused)
    chain = values[_UUIDS[-1]] or str(INSTALLATION)
    # SQLite's columns take values of any kind.
    number = number if isinstance(number, int) else 0
    try:
        values[-2] = json.loads(values[-2])
        message = audit_chain.canonical(values)
    except (AttributeError, TypeError, ValueError):
        # Nothing that we ever wrote: no code is right for it.
        message = b""
    return Row(chain, number, key_name, mac, message, agrees)


def _dashed(text: str | None) -> str | None:
    """A UUID as PostgreSQL writes it; what is none is left as it is."""
    if text is None or len(text) != 32:
        return text
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
