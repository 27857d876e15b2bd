"""Follows the chains by several processes at once, each through a range of ids, in one view."""

from collections.abc import Callable
from concurrent.futures import wait
from itertools import pairwise
from typing import Final

from django.db import connection

from accounts.services import audit_links, audit_rows
from accounts.services.audit_links import Followed
from accounts.services.audit_rows import Part
from liveavatar_web import subprocesses

# Fewer events are followed sooner than a process has begun.
WORTH_IT: Final = 200_000
_PARTS_EACH: Final = 4
_TELL_SECONDS: Final = 0.5


def follow(until: int, *, processes: int, tick: Callable[[int], None]) -> Followed:
    """All events up to this id, in the transaction's view; on PostgreSQL, which can share it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        (view,) = cursor.fetchone()
    count = processes * _PARTS_EACH
    limits = [until * part // count for part in range(count + 1)]
    whole, told = Followed(), 0
    with subprocesses.pool(processes) as (pool, counter):
        futures = [pool.submit(_follow_part, view, after, end) for after, end in pairwise(limits)]
        try:
            while wait(futures, timeout=_TELL_SECONDS).not_done:
                tick(counter.value - told)
                told = counter.value
            for future in futures:
                whole.add(future.result())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    tick(whole.events - told)
    return whole


def _follow_part(view: str, after: int, until: int) -> Followed:
    try:
        with audit_rows.snapshot(view):
            return audit_links.follow(
                audit_rows.read(Part.ids(after, until)), tick=subprocesses.add
            )
    finally:
        connection.close()
