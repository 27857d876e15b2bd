"""Writes rows by the million straight into their tables.

By COPY into PostgreSQL, whose indexes are made anew afterwards, and by INSERT into SQLite.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Any, Final

from django.db import connection, models

Values = dict[str, Any]

_AT_ONCE: Final = 20_000


def write(model: type[models.Model], rows: Iterable[Values]) -> None:
    """Rows as values by column, all of the same columns; the others have the model's defaults.

    Values are text as PostgreSQL spells it, numbers, bytes, dicts or None. Neither triggers nor
    foreign keys are asked on PostgreSQL.
    """
    rows = iter(rows)
    first = next(rows)
    fields = {each.attname: each for each in model._meta.concrete_fields if not each.primary_key}
    rest = {name: fields[name].get_default() for name in fields.keys() - first.keys()}
    columns = ", ".join(f'"{fields[name].column}"' for name in [*first, *rest])
    connection.ensure_connection()
    if connection.vendor == "postgresql":
        tail = "".join(f"\t{_cell(value)}" for value in rest.values()) + "\n"
        lines = ("\t".join(map(_cell, row.values())) + tail for row in chain([first], rows))
        _copy(model._meta.db_table, columns, lines)
        return
    ids = [name for name in first if isinstance(fields[name], models.UUIDField)]
    bound = ([*map(_bound, _plain(row | rest, ids).values())] for row in chain([first], rows))
    _insert(model._meta.db_table, columns, bound)


def text(at: datetime) -> str:
    """A moment as both databases take it."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _copy(table: str, columns: str, lines: Iterator[str]) -> None:
    with connection.connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET TIME ZONE 'UTC'")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        with (
            _without_indexes(cursor.execute, table),
            cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy,
        ):
            while block := "".join(islice(lines, _AT_ONCE)):
                copy.write(block)
        cursor.execute("SET session_replication_role = origin")


@contextmanager
def _without_indexes(execute: Callable[..., Any], table: str) -> Iterator[None]:
    """Takes the table's unique constraints and indexes away for as long, which is far quicker."""
    constraints = execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = %s::regclass AND contype = 'u'",
        [table],
    ).fetchall()
    for name, _ in constraints:
        execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    indexes = execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname NOT IN "
        "(SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass)",
        [table, table],
    ).fetchall()
    for name, _ in indexes:
        execute(f'DROP INDEX "{name}"')
    yield
    for name, definition in constraints:
        execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    for _, definition in indexes:
        execute(definition)


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return f"\\\\x{value.hex()}"
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def _insert(table: str, columns: str, rows: Iterator[list[Any]]) -> None:
    places = ", ".join("?" * (columns.count(",") + 1))
    insert = f"INSERT INTO {table} ({columns}) VALUES ({places})"
    while batch := list(islice(rows, _AT_ONCE)):
        connection.connection.execute("BEGIN IMMEDIATE")
        connection.connection.executemany(insert, batch)
        connection.connection.execute("COMMIT")


def _plain(row: Values, ids: list[str]) -> Values:
    """As Django keeps ids in SQLite."""
    return row | {name: str(row[name]).replace("-", "") for name in ids if row[name] is not None}


def _bound(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value)
    if isinstance(value, datetime):
        return text(value)
    return value if value is None or isinstance(value, str | int | bytes) else str(value)
