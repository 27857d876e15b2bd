"""The simulator's voice: says a text aloud with eSpeak NG and hands back the sound.

eSpeak NG is free software under the GNU General Public License, version 3 or later. It reaches
us inside the `espeakng-loader` wheel and is loaded at run time by the simulator alone: it is a
dependency of the simulator's group in `pyproject.toml` and of nothing that runs in production.
"""

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import av
import numpy as np

from simulator.speech.espeak import Samples, SpeechUnavailable, engine
from simulator.speech.loudness import MouthMeter, dbfs, loudness
from simulator.speech.voices import DEFAULT, VOICES

__all__ = [
    "SAMPLE_RATE",
    "VOICES",
    "MouthMeter",
    "SpeechUnavailable",
    "Utterance",
    "dbfs",
    "loudness",
    "say",
]

SAMPLE_RATE = 48_000
"""Samples a second: what Opus in WebRTC runs at."""

REMEMBERED_SECONDS = 120
"""How much sound the cache holds: 96 kB a second, so about 11 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class Utterance:
    """A text that has been spoken. `pcm` is mono at 48 kHz and not to be written to."""

    text: str
    voice: str
    pcm: Samples = field(repr=False)

    @property
    def duration_s(self) -> float:
        return len(self.pcm) / SAMPLE_RATE


# One thread, because eSpeak NG is not thread-safe and the event loop must not wait for it.
_speaker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="speech")
_remembered: OrderedDict[tuple[str, str], Utterance] = OrderedDict()


async def say(text: str, voice: str = DEFAULT) -> Utterance:
    """Speak `text` as the OpenAI voice `voice`; an unknown name speaks as the default one.

    Raises `SpeechUnavailable`. The same words in the same voice are spoken once and kept.
    """
    return await asyncio.get_running_loop().run_in_executor(_speaker, _say, text, voice)


def _say(text: str, voice: str) -> Utterance:
    # Runs on the speech thread only, so the cache needs no lock.
    key = (text, voice if voice in VOICES else DEFAULT)
    if key not in _remembered:
        speaker = engine()
        samples = speaker.synthesize(text, VOICES[key[1]])
        pcm = _resample(samples, speaker.sample_rate)
        pcm.setflags(write=False)
        _remembered[key] = Utterance(*key, pcm)
    _remembered.move_to_end(key)
    utterance = _remembered[key]
    _forget_oldest()
    return utterance


def _forget_oldest() -> None:
    seconds = sum(utterance.duration_s for utterance in _remembered.values())
    while seconds > REMEMBERED_SECONDS:
        _, oldest = _remembered.popitem(last=False)
        seconds -= oldest.duration_s


def _resample(samples: Samples, rate: int) -> Samples:
    if not samples.size:
        return samples
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = rate
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
    pieces = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([piece.to_ndarray().reshape(-1) for piece in pieces])
