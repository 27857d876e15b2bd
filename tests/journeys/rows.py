"""Rows of the installation, changed from outside: quicker than by a process that loads it all.

Nobody is told of the change: a page knows it once it is loaded anew, a sweep by itself.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from scripts.stack import Stack


def change(product: Stack, table: str, values: Mapping[str, Any], **which: Any) -> dict[str, Any]:
    """Gives the one row that `which` names these values; returns those it had."""
    database = Path(product.environment["VAR_DIR"], "db.sqlite3")
    where = " AND ".join(f"{column} = :{column}" for column in which)
    put = ", ".join(f"{column} = :new_{column}" for column in values)
    new = {f"new_{column}": value for column, value in values.items()}
    with closing(sqlite3.connect(database, timeout=20)) as connection, connection:
        connection.execute("BEGIN IMMEDIATE")
        columns = ", ".join(values)
        (before,) = connection.execute(f"SELECT {columns} FROM {table} WHERE {where}", which)
        connection.execute(f"UPDATE {table} SET {put} WHERE {where}", {**which, **new})
    return dict(zip(values, before, strict=True))


@contextmanager
def changed(product: Stack, table: str, values: Mapping[str, Any], **which: Any) -> Iterator[None]:
    """The row holds these values for as long as this lasts."""
    before = change(product, table, values, **which)
    yield
    change(product, table, before, **which)
