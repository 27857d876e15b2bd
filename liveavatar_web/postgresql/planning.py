"""How PostgreSQL plans what it is asked again and again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def for_these_values() -> Iterator[None]:
    """What is asked in here is planned for the values it is asked with, each time.

    The plan of a prepared statement is for any values, and expects as many rows in each workspace:
    where one has most of them all, it goes the wrong way. Planning costs as much as a statement has
    tables, so this is for those of one.
    """
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    asked: Any = connection.connection
    threshold, asked.prepare_threshold = asked.prepare_threshold, None
    try:
        yield
    finally:
        asked.prepare_threshold = threshold
