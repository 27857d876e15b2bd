"""A mouth follows the sound: shut in silence, wide at full voice, quick to open."""

import numpy as np
import pytest
from numpy.typing import NDArray

from simulator import speech


def tone(level_dbfs: float, ms: int = 20) -> NDArray[np.int16]:
    t = np.arange(48 * ms) / 48_000
    peak = 32_767 * np.sqrt(2) * 10 ** (level_dbfs / 20)
    return (peak * np.sin(2 * np.pi * 200 * t)).astype(np.int16)


SILENCE = np.zeros(960, np.int16)


@pytest.mark.parametrize("level", [-40.0, -20.0, -6.0])
def test_the_level_of_a_tone_is_measured_in_decibels(level: float) -> None:
    assert speech.dbfs(tone(level)) == pytest.approx(level, abs=0.2)


def test_silence_and_no_sound_at_all_have_no_loudness() -> None:
    assert speech.loudness(SILENCE) == 0.0
    assert speech.loudness(SILENCE[:0]) == 0.0


def test_loudness_grows_with_the_level_and_ends_at_one() -> None:
    heard = [speech.loudness(tone(level)) for level in (-50.0, -35.0, -20.0, -5.0)]

    assert heard == sorted(heard)
    assert heard[0] == 0.0
    assert heard[-1] == 1.0


def test_a_mouth_opens_at_once_and_closes_step_by_step() -> None:
    meter = speech.MouthMeter(5)

    seen = [meter.hear(piece) for piece in (SILENCE, tone(-5.0), *[SILENCE] * 4)]

    assert seen == [0, 4, 2, 1, 0, 0]
