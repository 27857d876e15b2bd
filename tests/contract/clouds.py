"""Which clouds there are to hold the client against, and what tests say about them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from liveavatar import CLOUD_URL

SANDBOX_AVATAR = "dd73ea75-1218-4ef3-92ce-606d5f7fbc0a"
"""Wayne, by the vendor's page on its sandbox mode."""
SANDBOX_SECONDS = 60

ACCOUNT_KEY = os.environ.get("LIVEAVATAR_API_KEY", "")
ACCOUNT_URL = os.environ.get("LIVEAVATAR_API_URL") or CLOUD_URL
TARGETS = ["simulator"]
if ACCOUNT_KEY and not ACCOUNT_KEY.startswith("sim-"):
    TARGETS.append("sandbox")


def eventually(is_so: Callable[[], bool], within: float = 20.0) -> None:
    """Ask until it is so; fail after `within` seconds."""
    until = time.monotonic() + within
    while not is_so():
        assert time.monotonic() < until, f"still not so after {within} s"
        time.sleep(0.2)


@dataclass(frozen=True)
class Door:
    """The simulator's own door, for what no client can ask of a cloud."""

    http: httpx.Client

    def post(self, path: str, **body: object) -> None:
        self.http.post(f"/_sim/{path}", json=body).raise_for_status()

    def clear_faults(self) -> None:
        self.http.delete("/_sim/faults").raise_for_status()

    def state(self) -> dict[str, Any]:
        return dict(self.http.get("/_sim/state").raise_for_status().json())

    def running(self) -> list[str]:
        """The ids of the sessions that run and are billed now."""
        return [one["id"] for one in self.state()["sessions"] if one["state"] == "active"]
