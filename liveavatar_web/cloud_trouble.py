"""How many calls of the cloud went wrong lately, those of all workers together.

Each worker counts in its memory, and adds that to Redis by the minute with every heartbeat: a call
must not wait for Redis too. Prometheus is told each call by itself, see `liveavatar_web/cloud.py`.
"""

import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import Final

import redis
import structlog
from django.conf import settings

from liveavatar import Attempt

log = structlog.get_logger(__name__)

MINUTES: Final = 15
# What the cloud or the way there did; a refusal that is about what was asked is no trouble.
TROUBLE: Final = frozenset(
    {
        *("NeverSent", "OutcomeUnknown", "ServerFault", "RateLimited", "UnexpectedResponse"),
        *("Unauthorised", "Forbidden"),
    }
)
_KEY: Final = "liveavatar-web:cloud-calls:"
_counted: Counter[str] = Counter()
_lock: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Share:
    """Attempts of the last fifteen minutes, and how many of them met trouble."""

    calls: int
    troubled: int

    @property
    def percent(self) -> float:
        return 100 * self.troubled / self.calls if self.calls else 0.0


def count(attempt: Attempt) -> None:
    with _lock:
        _counted["calls"] += 1
        _counted["troubled"] += attempt.outcome in TROUBLE


def hand_over() -> None:
    """Adds what was counted since the last time to what all workers have counted."""
    with _lock:
        counted = dict(_counted)
        _counted.clear()
    if not counted:
        return
    key = f"{_KEY}{_minute()}"
    try:
        with _redis() as client, client.pipeline() as handed:
            for name, more in counted.items():
                handed.hincrby(key, name, more)
            handed.expire(key, (MINUTES + 1) * 60)
            handed.execute()
    except redis.RedisError as error:
        log.warning("cloud.counts_lost", error=type(error).__name__)


def read() -> Share:
    """Raises redis.RedisError where Redis does not answer."""
    last = _minute()
    with _redis() as client, client.pipeline(transaction=False) as asked:
        for minute in range(last - MINUTES + 1, last + 1):
            asked.hmget(f"{_KEY}{minute}", "calls", "troubled")
        minutes = asked.execute()
    return Share(*(sum(int(each[at] or 0) for each in minutes) for at in (0, 1)))


def _minute() -> int:
    return int(time.time() // 60)


def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
