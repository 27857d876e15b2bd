"""Numbers for Prometheus: `/metrics` of web, and a port of their own for workers and beat.

What a process counts for itself is in the library's registry, and each process tells its own.
`installation` holds what is read from the database and from Redis, and is told by web alone.

    GET /metrics
    Authorization: Bearer <METRICS_TOKEN>

An ASGI application of its own, since whoever scrapes knows a process by its address, and Django
answers only to its own names. 404 without METRICS_TOKEN, as if there were nothing here.
"""

import hmac
from collections.abc import Mapping
from typing import Any, Final

import structlog
from asgiref.sync import sync_to_async
from celery.signals import beat_init, task_postrun, worker_init
from django.conf import settings
from django.db import close_old_connections
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Metric,
    disable_created_metrics,
    generate_latest,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily

from liveavatar_web.plain_asgi import Receive, Scope, Send, answer

log = structlog.get_logger(__name__)

# A second series for each, which says when the process began to count, helps nobody.
disable_created_metrics()  # type: ignore[no-untyped-call]
installation: Final = CollectorRegistry()
tasks = Counter(
    "liveavatar_tasks_total",
    "Tasks that a worker has done; a failure is an error that nobody expected",
    ["task", "outcome"],
)


async def application(scope: Scope, _: Receive, send: Send) -> None:
    """The ASGI application behind /metrics."""
    if not settings.METRICS_TOKEN:
        return await answer(send, 404)
    if not _knows_the_token(scope):
        return await answer(send, 401, headers={"www-authenticate": "Bearer"})
    if scope["method"] != "GET":
        return await answer(send, 405)
    told = await sync_to_async(_tell_and_close, thread_sensitive=False)()
    return await answer(send, 200, told, headers={"content-type": CONTENT_TYPE_LATEST})


def tell() -> bytes:
    """What this process counts and what the installation's figures are, as Prometheus reads it."""
    return generate_latest(REGISTRY) + generate_latest(installation)


def by_label(name: str, told: str, label: str, values: Mapping[str, float]) -> Metric:
    """A gauge with a value for each value of its one label."""
    family = GaugeMetricFamily(name, told, labels=[label])
    for each, value in values.items():
        family.add_metric([each], value)
    return family


def install() -> None:
    """Has workers and beat tell what they count, where METRICS_PORT says at which port."""
    worker_init.connect(_serve)
    beat_init.connect(_serve)
    task_postrun.connect(_count)


def _serve(**_: Any) -> None:
    if not settings.METRICS_PORT:
        return
    try:
        start_http_server(settings.METRICS_PORT, settings.METRICS_ADDRESS)
    except OSError as error:
        # Work that is not counted is still better than none.
        log.error("metrics.port_closed", port=settings.METRICS_PORT, error=str(error))


def _count(task: Any, state: str | None, **_: Any) -> None:
    tasks.labels(task.name, (state or "unknown").lower()).inc()


def _knows_the_token(scope: Scope) -> bool:
    given = dict(scope["headers"]).get(b"authorization", b"")
    return hmac.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode())


def _tell_and_close() -> bytes:
    close_old_connections()
    try:
        return tell()
    finally:
        close_old_connections()
