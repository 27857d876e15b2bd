"""Which clouds there are to hold the client against, and what tests say about them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest

from liveavatar import CLOUD_URL
from tests.simulator.cloud import SimulatedCloud

SANDBOX_AVATAR = "dd73ea75-1218-4ef3-92ce-606d5f7fbc0a"
"""Wayne, by the vendor's page on its sandbox mode."""
SANDBOX_SECONDS = 60

ACCOUNT_KEY = os.environ.get("LIVEAVATAR_API_KEY", "")
ACCOUNT_URL = os.environ.get("LIVEAVATAR_API_URL") or CLOUD_URL
TARGETS = [pytest.param("simulator")]
if ACCOUNT_KEY and not ACCOUNT_KEY.startswith("sim-"):
    TARGETS.append(pytest.param("sandbox", marks=pytest.mark.enable_socket))


def eventually(is_so: Callable[[], bool], within: float = 20.0) -> None:
    """Ask until it is so; fail after `within` seconds."""
    until = time.monotonic() + within
    while not is_so():
        assert time.monotonic() < until, f"still not so after {within} s"
        time.sleep(0.2)


def billed(cloud: SimulatedCloud) -> list[str]:
    """The ids of the sessions that run, and are billed, now."""
    return [one["id"] for one in cloud.state()["sessions"] if one["state"] == "active"]
