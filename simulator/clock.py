"""Time as the simulated cloud tells it: the machine's clock plus whatever a test has added."""

import time
from datetime import UTC, datetime


class Clock:
    """Seconds since the epoch; it only moves forward."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """Return the simulated time in seconds since the epoch."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Move the clock forward by `seconds`."""
        self._ahead += seconds


def iso(moment: float) -> str:
    """Write `moment` (seconds since the epoch) the way the API writes times."""
    return datetime.fromtimestamp(moment, UTC).isoformat().replace("+00:00", "Z")
