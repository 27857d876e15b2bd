"""How loud a piece of sound is, and how far a mouth opens for it."""

import numpy as np
from numpy.typing import NDArray

QUIET_DBFS = -46.0
"""At this level and below, a mouth is shut."""

FULL_DBFS = -10.0
"""At this level and above, a mouth is wide open: the loudest vowels."""

SILENCE_DBFS = -100.0


def dbfs(pcm: NDArray[np.int16]) -> float:
    """The root mean square level, in decibels below full scale (never under -100)."""
    if not pcm.size:
        return SILENCE_DBFS
    rms = float(np.sqrt(np.mean(np.square(pcm.astype(np.float32) / 32768.0))))
    return max(SILENCE_DBFS, 20.0 * float(np.log10(max(rms, 1e-9))))


def loudness(pcm: NDArray[np.int16]) -> float:
    """The level as a person hears it, from 0.0 (silence) to 1.0 (as loud as speech gets)."""
    return min(1.0, max(0.0, (dbfs(pcm) - QUIET_DBFS) / (FULL_DBFS - QUIET_DBFS)))


class MouthMeter:
    """Follows a sound and says how far open the mouth is, as one of `levels` steps.

    A mouth opens at once and closes more slowly, or it would flicker between syllables.
    """

    def __init__(self, levels: int, *, decay: float = 0.55) -> None:
        self._levels = levels
        self._decay = decay
        self._openness = 0.0

    def hear(self, pcm: NDArray[np.int16]) -> int:
        """Take the next piece of sound (about 20 to 40 ms): 0 (shut) to `levels - 1`."""
        self._openness = max(loudness(pcm), self._openness * self._decay)
        return min(self._levels - 1, int(self._openness * self._levels))
