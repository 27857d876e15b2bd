"""Is the process alive, and can it do its work?"""

import redis
import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, JsonResponse

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
