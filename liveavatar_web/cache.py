"""A cache that forgets while Redis is away, so that its absence locks nobody out.

It holds counters of throttles and nothing that costs money: those may fail open, and are counted.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import redis
import structlog
from django.core.cache.backends.redis import RedisCache
from prometheus_client import Counter

log = structlog.get_logger(__name__)

Answer = TypeVar("Answer")

operations_lost = Counter(
    "liveavatar_cache_operations_lost_total", "Questions of the cache that Redis did not answer"
)


class ForgivingRedisCache(RedisCache):
    """Answers like an empty cache where Redis does not answer."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return _forgiving(partial(super().get, key, default, version), default)

    def set(self, *args: Any, **kwargs: Any) -> None:
        _forgiving(partial(super().set, *args, **kwargs), None)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return _forgiving(partial(super().add, *args, **kwargs), True)

    def delete(self, key: Any, version: int | None = None) -> bool:
        return _forgiving(partial(super().delete, key, version), False)


def _forgiving(ask: Callable[[], Answer], otherwise: Answer) -> Answer:
    try:
        return ask()
    except redis.RedisError as error:
        operations_lost.inc()
        log.warning("cache.unreachable", error=type(error).__name__)
        return otherwise
