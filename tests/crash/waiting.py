"""Waiting for a fact, never for a while."""

import time
from collections.abc import Callable, Collection
from typing import TypeVar

T = TypeVar("T")


def until(fact: Callable[[], T], *, within: float = 20.0) -> T:
    """What `fact` returns, as soon as it is true; fails when that takes over `within` seconds."""
    deadline = time.monotonic() + within
    while not (found := fact()):
        assert time.monotonic() < deadline, f"still {found!r} after {within} s"
        time.sleep(0.03)
    return found


def until_none(remains: Callable[[], Collection[object]], *, within: float = 20.0) -> None:
    """Waits until nothing `remains`; fails with what does after `within` seconds."""
    deadline = time.monotonic() + within
    while left := remains():
        assert time.monotonic() < deadline, f"still {left} after {within} s"
        time.sleep(0.03)
