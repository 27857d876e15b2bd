"""Asking again while the server is away, as the page does."""

import time
from collections.abc import Callable

import httpx

INSISTS_SECONDS = 30


def insist(ask: Callable[[], httpx.Response]) -> httpx.Response | None:
    """The first answer that is no fault of the server's; None where none came in half a minute."""
    until = time.monotonic() + INSISTS_SECONDS
    while time.monotonic() < until:
        answer = once(ask)
        if answer is not None and answer.status_code < 500:
            return answer
        time.sleep(0.3)
    return None


def once(ask: Callable[[], httpx.Response]) -> httpx.Response | None:
    try:
        return ask()
    except httpx.TransportError:
        return None
