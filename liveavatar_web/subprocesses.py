"""Processes of Python beside this one, for work that takes more than one core.

They are begun afresh and not forked, since a database pool and its threads do not survive a fork.
"""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

import django
from django.db import connection

# How much the processes of a pool have done together; each has it as its own after `_begin`.
_done: Any = None


@contextmanager
def pool(processes: int) -> Iterator[tuple[ProcessPoolExecutor, Any]]:
    """Processes on the database of this one, and the counter that `add` counts up in them."""
    context = multiprocessing.get_context("spawn")
    counter = context.Value("q")
    name = str(connection.settings_dict["NAME"])
    with ProcessPoolExecutor(
        processes, mp_context=context, initializer=_begin, initargs=(name, counter)
    ) as executor:
        yield executor, counter


def add(count: int) -> None:
    with _done.get_lock():
        _done.value += count


def _begin(database: str, counter: Any) -> None:
    global _done
    _done = counter
    django.setup()
    connection.settings_dict["NAME"] = database
