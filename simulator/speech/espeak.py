"""eSpeak NG through ctypes: words in, samples out, nothing played.

The library and its data come from the `espeakng-loader` wheel. Names and constants are those
of eSpeak NG's `speak_lib.h`. Its state is global to the process, so an `Engine` must be used
from one thread at a time.
"""

import ctypes
from ctypes import POINTER, c_char_p, c_int, c_long, c_short, c_size_t, c_uint, c_void_p
from functools import cache

import espeakng_loader
import numpy as np
from numpy.typing import NDArray

from simulator.speech.voices import Voice

AUDIO_OUTPUT_SYNCHRONOUS = 2
DONT_EXIT = 0x8000  # espeakINITIALIZE_DONT_EXIT: report missing data, do not end the process
RATE, PITCH, RANGE = 1, 3, 4
CHARS_UTF8 = 1
POSITION_CHARACTER = 1

Samples = NDArray[np.int16]

SynthCallback = ctypes.CFUNCTYPE(c_int, POINTER(c_short), c_int, c_void_p)


class SpeechUnavailable(Exception):
    """eSpeak NG could not be loaded, or refused what it was asked."""


class Engine:
    """One initialised eSpeak NG. Raises `SpeechUnavailable` when there is none to be had."""

    sample_rate: int

    def __init__(self) -> None:
        try:
            self._library = ctypes.CDLL(espeakng_loader.get_library_path())
            data = espeakng_loader.get_data_path()
        except (OSError, RuntimeError) as error:
            raise SpeechUnavailable(f"eSpeak NG cannot be loaded: {error}") from error
        self._declare()
        self.sample_rate = self._library.espeak_Initialize(
            AUDIO_OUTPUT_SYNCHRONOUS, 0, data.encode(), DONT_EXIT
        )
        if self.sample_rate <= 0:
            raise SpeechUnavailable(f"eSpeak NG found no voice data in {data}")
        self._chunks: list[Samples] = []
        # The library keeps only the pointer: the callback must live as long as the engine.
        self._callback = SynthCallback(self._take)
        self._library.espeak_SetSynthCallback(self._callback)

    def _declare(self) -> None:
        self._library.espeak_Initialize.argtypes = [c_int, c_int, c_char_p, c_int]
        self._library.espeak_SetVoiceByName.argtypes = [c_char_p]
        self._library.espeak_SetParameter.argtypes = [c_int, c_int, c_int]
        self._library.espeak_ng_SetRandSeed.argtypes = [c_long]
        self._library.espeak_Synth.argtypes = [
            *(c_char_p, c_size_t, c_uint, c_int, c_uint, c_uint),
            *(POINTER(c_uint), c_void_p),
        ]

    def _take(self, samples: "ctypes._Pointer[c_short]", count: int, _events: object) -> int:
        if count > 0:
            # Copied at once: the library fills the same buffer again.
            self._chunks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    def synthesize(self, text: str, voice: Voice) -> Samples:
        """Speak `text`: mono samples at `sample_rate`. Raises `SpeechUnavailable`."""
        self._set(voice)
        # Voices flutter at random: seeded afresh, the same words always make the same sound.
        self._library.espeak_ng_SetRandSeed(1)
        self._chunks = []
        spoken = text.replace("\0", " ").encode()
        failed = self._library.espeak_Synth(
            spoken, len(spoken) + 1, 0, POSITION_CHARACTER, 0, CHARS_UTF8, None, None
        )
        if failed:
            raise SpeechUnavailable(f"eSpeak NG could not speak (error {failed})")
        chunks, self._chunks = self._chunks, []
        return np.concatenate(chunks) if chunks else np.zeros(0, np.int16)

    def _set(self, voice: Voice) -> None:
        if self._library.espeak_SetVoiceByName(voice.espeak.encode()):
            raise SpeechUnavailable(f"eSpeak NG has no voice {voice.espeak}")
        for parameter, value in (
            (RATE, voice.rate),
            (PITCH, voice.pitch),
            (RANGE, voice.liveliness),
        ):
            self._library.espeak_SetParameter(parameter, value, 0)


@cache
def engine() -> Engine:
    """The process's one engine, initialised when first asked for (about 10 ms)."""
    return Engine()
