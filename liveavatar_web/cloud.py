"""The one place that builds the cloud's client from settings: one per process, kept alive."""

from functools import cache

from django.conf import settings

from liveavatar import Client, Timeouts


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
    return Client(api_key, base_url=base_url, timeouts=Timeouts(total=deadline))
