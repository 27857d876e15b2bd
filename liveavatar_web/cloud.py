"""The one place that builds the cloud's client from settings: one per process, kept alive."""

from functools import cache

from django.conf import settings
from prometheus_client import Counter, Histogram

from liveavatar import Attempt, Client, Timeouts
from liveavatar_web import cloud_trouble

calls = Counter(
    "liveavatar_cloud_calls_total",
    "Attempts at calls of LiveAvatar's API, by route and by what became of them",
    ["method", "route", "outcome"],
)
call_seconds = Histogram(
    "liveavatar_cloud_call_seconds",
    "How long an attempt at a call of LiveAvatar's API took",
    ["method", "route"],
    buckets=(0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20),
)


class NotConfigured(Exception):
    """LIVEAVATAR_API_KEY is not set, so no call can be made."""


def client() -> Client:
    """The client of this installation's account. Raises NotConfigured where there is none."""
    if not settings.LIVEAVATAR_API_KEY:
        raise NotConfigured("LIVEAVATAR_API_KEY is not set")
    return _client(
        settings.LIVEAVATAR_API_KEY, settings.LIVEAVATAR_API_URL, settings.CLOUD_CALL_DEADLINE
    )


@cache
def _client(api_key: str, base_url: str, deadline: int) -> Client:
    return Client(api_key, base_url=base_url, timeouts=Timeouts(total=deadline), observe=_count)


def _count(attempt: Attempt) -> None:
    calls.labels(attempt.method, attempt.route, attempt.outcome).inc()
    call_seconds.labels(attempt.method, attempt.route).observe(attempt.seconds)
    cloud_trouble.count(attempt)
