"""Threads that act at the same moment, each with a database connection of its own."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def race(action: Callable[[], T], *, runners: int) -> list[T]:
    """Lets all runners go at once; returns what each came back with."""
    start = Barrier(runners)

    def run() -> T:
        start.wait()
        return action()

    with ThreadPoolExecutor(runners) as pool:
        return [future.result() for future in [pool.submit(closing, run) for _ in range(runners)]]


def aside(pool: ThreadPoolExecutor, action: Callable[[], T]) -> Future[T]:
    """Does it in another thread, meanwhile."""
    return pool.submit(closing, action)


def closing(action: Callable[[], T]) -> T:
    try:
        return action()
    finally:
        connection.close()


def wait_for(fact: Callable[[], object], *, seconds: float = 10) -> None:
    """Looks until it is so; fails when it never is."""
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, "what was waited for never came"
        time.sleep(0.01)
