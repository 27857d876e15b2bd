"""Where the last room was, which is most likely where the next one will be.

A hint for pages, which warm up their connection to it while the cloud works. Forgotten, nothing but
a moment is lost.
"""

from typing import Final
from urllib.parse import urlsplit

from django.core.cache import cache

_KEY: Final = "room-host"


def remember(room_url: str) -> None:
    parts = urlsplit(room_url)
    cache.set(_KEY, f"{parts.scheme}://{parts.netloc}", timeout=None)


def last() -> str:
    """The address of that host, without a path; empty where none is known."""
    return str(cache.get(_KEY, ""))
