"""Is each Celery queue consumed, and are its messages answered?

Beat rings a ping for every queue; whichever worker takes it writes down in Redis that it did. So a
queue whose workers are gone, hang or are busy for good is seen, though each process looks alive.
"""

from dataclasses import dataclass
from typing import Any, Final

import redis
import structlog
from django.conf import settings

log = structlog.get_logger(__name__)

QUEUES: Final = ("live", "sync", "sweep")
MOST_WAITING: Final = 100
PING: Final = "liveavatar_web.ping"
_KEY: Final = "liveavatar-web:answered:"
# An answer is remembered for this long. How much of it is left says how old the answer is, by the
# clock of Redis alone.
_REMEMBERED_MS: Final = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue: seconds since a worker last answered it, None where no answer is known of.

    `waiting` counts the messages that no worker has taken yet.
    """

    name: str
    answered_seconds_ago: float | None
    waiting: int

    @property
    def is_answered(self) -> bool:
        age = self.answered_seconds_ago
        return age is not None and age < settings.QUEUE_SILENT_SECONDS


def beat_schedule(every: int, silent: int) -> dict[str, dict[str, Any]]:
    """A ping for each queue; one that waits until its queue counts as silent is let go."""
    return {
        f"ping-{name}": {
            "task": PING,
            "schedule": every,
            "kwargs": {"name": name},
            "options": {"queue": name, "expires": silent},
        }
        for name in QUEUES
    }


def answered(name: str) -> None:
    """A worker has taken a ping from this queue."""
    try:
        with _redis() as client:
            client.set(_KEY + name, 1, px=_REMEMBERED_MS)
    except redis.RedisError as error:
        log.warning("queue.answer_lost", queue=name, error=type(error).__name__)


def read() -> list[Queue]:
    """How each queue is. Raises redis.RedisError where Redis does not answer."""
    with _redis() as client, client.pipeline(transaction=False) as asked:
        for name in QUEUES:
            asked.pttl(_KEY + name)
            asked.llen(name)
        told = asked.execute()
    return [
        Queue(name, None if left < 0 else (_REMEMBERED_MS - left) / 1000, waiting)
        for name, left, waiting in zip(QUEUES, told[::2], told[1::2], strict=True)
    ]


def full() -> set[str]:
    """The queues with more messages than workers keep up with; none where Redis does not answer.

    To ring for the same rows at every sweep would then only add to what waits.
    """
    try:
        return {queue.name for queue in read() if queue.waiting > MOST_WAITING}
    except redis.RedisError as error:
        log.warning("queues.redis_failed", error=type(error).__name__)
        return set()


def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
