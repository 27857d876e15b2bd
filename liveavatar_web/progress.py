"""How far a long command is: a bar on a terminal, a line now and then in a log."""

import time
from types import TracebackType
from typing import Final, Self, TextIO

_BAR: Final = 24
_TERMINAL_SECONDS: Final = 0.2
_LOG_SECONDS: Final = 15.0


class Progress:
    """Counts what is done of `total` things, which may turn out to be more or fewer."""

    def __init__(self, out: TextIO, total: int, things: str) -> None:
        self._out, self._total, self._things = out, total, things
        self._is_terminal = out.isatty()
        self._done = 0
        self._begun = self._told = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._is_terminal:
            self._out.write("\r\x1b[K")

    def add(self, count: int) -> None:
        self._done += count
        now = time.monotonic()
        if not self._done:
            return
        if now - self._told >= (_TERMINAL_SECONDS if self._is_terminal else _LOG_SECONDS):
            self._told = now
            line = self._line(now - self._begun)
            self._out.write(f"\r{line}\x1b[K" if self._is_terminal else f"{line}\n")
            self._out.flush()

    def _line(self, seconds: float) -> str:
        total = max(self._total, self._done)
        share, rate = self._done / total, self._done / seconds
        filled = int(share * _BAR)
        bar = f"{'█' * filled}{'░' * (_BAR - filled)} " if self._is_terminal else ""
        left = span((total - self._done) / rate)
        return (
            f"{bar}{share:4.0%}  {self._done:,} of {total:,} {self._things}, "
            f"{rate:,.0f} a second, {left} left"
        )


def span(seconds: float) -> str:
    """A time as one says it: 0.4 s, 12 s, 3 min 5 s, 2 h 10 min."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
