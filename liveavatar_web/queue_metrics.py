"""The queues and the calls of all workers for Prometheus, read from Redis by web."""

from collections.abc import Iterable

import redis
import structlog
from prometheus_client import Metric
from prometheus_client.registry import Collector

from liveavatar_web import metrics, queues

log = structlog.get_logger(__name__)


class QueuesCollector(Collector):
    """Tells nothing where Redis does not answer."""

    def collect(self) -> Iterable[Metric]:
        try:
            read = queues.read()
        except redis.RedisError as error:
            log.warning("metrics.queues_not_read", error=type(error).__name__)
            read = []
        yield metrics.by_label(
            "liveavatar_queue_answer_age_seconds",
            "How long ago a worker last answered the queue; missing where none ever did",
            "queue",
            {
                each.name: each.answered_seconds_ago
                for each in read
                if each.answered_seconds_ago is not None
            },
        )
        yield metrics.by_label(
            "liveavatar_queue_waiting",
            "Messages in the queue that no worker has taken yet",
            "queue",
            {each.name: each.waiting for each in read},
        )


metrics.installation.register(QueuesCollector())
