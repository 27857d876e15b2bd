"""Listening to the user's microphone: how loud, and when a turn begins and ends."""

import asyncio
from collections import deque
from collections.abc import Callable

import av
import numpy as np
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from simulator import speech
from simulator.records import Heard

VOICE_DBFS = -40.0
"""Louder than this counts as voice; a quiet room after noise suppression is well below."""
ONSET_S = 0.16
"""This much voice within `WINDOW_S` begins a turn, so that clicks and beeps do not."""
WINDOW_S = 0.4
END_S = 0.7
"""This long without voice ends a turn (OpenAI's default turn detection waits 0.5 s)."""


class Turns:
    """Finds the user's turns in a stream of short pieces of sound."""

    def __init__(self, began: Callable[[], None], ended: Callable[[float], None]) -> None:
        self._began, self._ended = began, ended
        self._position = 0.0
        self._recent: deque[float] = deque()
        self._since: float | None = None
        self._last_voice = self._last_voice_at = 0.0

    def hear(self, seconds: float, *, is_voice: bool, now: float) -> None:
        """Take the next piece of sound, heard at `now` (seconds of any steady clock)."""
        self._position += seconds
        if not is_voice:
            self.pass_time(now)
            return
        self._last_voice, self._last_voice_at = self._position, now
        self._recent.append(self._position - seconds)
        while self._recent[0] < self._position - WINDOW_S:
            self._recent.popleft()
        if self._since is None and len(self._recent) * seconds >= ONSET_S:
            self._since = self._recent[0]
            self._began()

    def pass_time(self, now: float) -> None:
        """End the turn if it has been quiet for long enough."""
        if self._since is not None and now - self._last_voice_at >= END_S:
            seconds, self._since = self._last_voice - self._since, None
            self._recent.clear()
            self._ended(seconds)


async def listen(track: MediaStreamTrack, heard: Heard, turns: Turns) -> None:
    """Hear the microphone until its track ends."""
    clock = asyncio.get_running_loop().time
    while True:
        try:
            # A browser sends next to nothing while all is quiet, so silence is also a time-out.
            async with asyncio.timeout(0.1):
                frame = await track.recv()
        except TimeoutError:
            turns.pass_time(clock())
            continue
        except MediaStreamError:
            return
        assert isinstance(frame, av.AudioFrame)
        level = speech.dbfs(frame.to_ndarray().reshape(-1).astype(np.int16, copy=False))
        seconds = frame.samples / frame.sample_rate
        heard.audio_s += seconds
        heard.max_dbfs = max(heard.max_dbfs, level)
        if is_voice := level > VOICE_DBFS:
            heard.voice_s += seconds
        turns.hear(seconds, is_voice=is_voice, now=clock())


async def drain(track: MediaStreamTrack) -> None:
    """Throw away what a track brings, which would pile up otherwise."""
    while True:
        try:
            await track.recv()
        except MediaStreamError:
            return
