"""One attempt at a call, as it is told to the log and to whoever observes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

logger = logging.getLogger("liveavatar")


@dataclass(frozen=True)
class Attempt:
    """What became of one attempt.

    Attributes:
      method, route: the HTTP method and the route's pattern, never with ids or query filled in.
      number: 1 for the first attempt of a call, 2 for its first repetition.
      outcome: `ok`, `interrupted`, or the name of the error in `liveavatar.errors`.
      status: HTTP status, None when no answer came.
      seconds: how long it took.
      vendor_request_id: the vendor's id for this request, for its support.
    """

    method: str
    route: str
    number: int
    outcome: str
    status: int | None
    seconds: float
    vendor_request_id: str | None


Observer = Callable[[Attempt], None]
"""Told of each attempt in the thread that made it; must be quick, and must not raise."""


def log(attempt: Attempt) -> None:
    # What the vendor did is an event, not an error: whether a person must act is not known here.
    logger.info(
        "cloud.called",
        extra={
            "method": attempt.method,
            "route": attempt.route,
            "attempt": attempt.number,
            "outcome": attempt.outcome,
            "status": attempt.status,
            "duration_ms": round(attempt.seconds * 1000, 1),
            "vendor_request_id": attempt.vendor_request_id,
        },
    )
