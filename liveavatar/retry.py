"""Whether a failed attempt is worth another at once, and after how long. Pure.

Only brief trouble is ridden out here; anything longer belongs to whoever keeps the work.
"""

from __future__ import annotations

from liveavatar.errors import LiveAvatarError, NeverSent, OutcomeUnknown, RateLimited, ServerFault

MAX_ATTEMPTS = 3
FIRST_WAIT = 0.1
"""Seconds before the second attempt; doubled for each one after it."""
RATE_WINDOW = 1.0
"""Seconds: the vendor counts requests in windows of this length."""
LONGEST_WAIT = 2.0
"""Seconds: a longer wait asked for by the vendor is handed to the caller instead."""


def wait_before_retry(
    error: LiveAvatarError, attempt: int, *, is_safe: bool, chance: float = 0.0
) -> float | None:
    """Seconds to wait before trying again, or None to give up.

    Args:
      error: how the attempt ended.
      attempt: which one it was, counted from 1.
      is_safe: the method changes nothing, so that doing it twice does no harm.
      chance: a random number from 0 to 1 that spreads out those who failed together.
    """
    if attempt >= MAX_ATTEMPTS:
        return None
    backoff = FIRST_WAIT * 2.0 ** (attempt - 1) * (1 + chance)
    match error:
        case NeverSent():
            return backoff
        case OutcomeUnknown() if is_safe:
            return backoff
        case ServerFault() if is_safe:
            return _as_asked(error.retry_after, otherwise=backoff)
        case RateLimited() if is_safe:
            return _as_asked(error.retry_after, otherwise=RATE_WINDOW)
        case _:
            return None


def _as_asked(asked: float | None, *, otherwise: float) -> float | None:
    wait = otherwise if asked is None else asked
    return wait if wait <= LONGEST_WAIT else None
