"""Rings a worker after commit. The row is the truth: a bell that is lost is rung by the sweep.

Tasks are called by name, so that services need not import them. A broker that refuses or hangs
must not turn a committed change into an error: the failure is logged and counted.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError
from prometheus_client import Counter

log = structlog.get_logger(__name__)

bells_lost = Counter(
    "liveavatar_bells_lost_total", "Messages that the broker did not take, by task", ["task"]
)


_spared: Final = ContextVar[Collection[str]]("spared queues", default=())


@contextmanager
def sparing(queues: Collection[str]) -> Iterator[None]:
    """Within the block nothing is rung on these queues; for who comes back to what is due."""
    token = _spared.set(queues)
    try:
        yield
    finally:
        _spared.reset(token)


def ring(task: str, *, queue: str, **ids: int | str) -> None:
    """Asks for `task` once the current transaction has committed; ids only, never values."""
    if queue in _spared.get():
        return
    # Not a partial: where a robust hook fails, Django asks it for a name that partials have not.
    transaction.on_commit(lambda: _send(task, queue, ids), robust=True)


def _send(task: str, queue: str, ids: dict[str, int | str]) -> None:
    try:
        current_app.send_task(
            task,
            kwargs=ids,
            queue=queue,
            retry=False,
            # A worker that is down must not come back to a pile of bells: the sweep rings anew.
            expires=4 * settings.SWEEP_SECONDS,
        )
    except (OperationalError, OSError) as error:
        bells_lost.labels(task).inc()
        log.warning("bell.lost", task=task, error=type(error).__name__, **ids)
