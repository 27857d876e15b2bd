"""Is the process alive, and can it do its work?"""

import redis
import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, JsonResponse

from liveavatar_web import queues

log = structlog.get_logger(__name__)

_NO_STORE = {"Cache-Control": "no-store"}


def live(_: HttpRequest) -> JsonResponse:
    """200 while the process answers; touches nothing else."""
    return JsonResponse({"status": "ok"}, headers=_NO_STORE)


def ready(_: HttpRequest) -> JsonResponse:
    """200 when the database and Redis answer; 503 with the name of what does not."""
    checks = {"database": _database_answers(), "redis": _redis_answers()}
    healthy = all(checks.values())
    return JsonResponse(
        {"status": "ok" if healthy else "unavailable", "checks": checks},
        status=200 if healthy else 503,
        headers=_NO_STORE,
    )


def queues_answered(_: HttpRequest) -> JsonResponse:
    """200 when every queue was answered lately; 503 with the names of those that were not."""
    try:
        read = queues.read()
    except redis.RedisError as error:
        log.warning("queues.redis_failed", error=type(error).__name__)
        read = [queues.Queue(name, None, 0) for name in queues.QUEUES]
    silent = [queue.name for queue in read if not queue.is_answered]
    return JsonResponse(
        {
            "status": "unavailable" if silent else "ok",
            "silent": silent,
            "queues": {
                queue.name: {
                    "answered_seconds_ago": queue.answered_seconds_ago,
                    "waiting": queue.waiting,
                }
                for queue in read
            },
        },
        status=503 if silent else 200,
        headers=_NO_STORE,
    )


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        log.warning("ready.database_failed", error=type(error).__name__)
        return False
    return True


def _redis_answers() -> bool:
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1
        ) as client:
            client.ping()
    except redis.RedisError as error:
        log.warning("ready.redis_failed", error=type(error).__name__)
        return False
    return True
