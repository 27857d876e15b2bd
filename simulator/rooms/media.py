"""The avatar's two tracks: a live voice, and a face whose mouth follows that voice."""

import asyncio
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import av
import numpy as np
from aiortc import MediaStreamTrack
from numpy.typing import NDArray

from simulator import face, speech

Samples = NDArray[np.int16]
PIECE = speech.SAMPLE_RATE // 50
"""Samples in one Opus packet of 20 ms."""
SILENCE = b"\xf8\xff\xfe"
"""An Opus packet of 20 ms of digital silence, so that a silent avatar costs no encoding."""
BITS_A_SECOND = 32_000
HOPELESSLY_LATE_S = 0.5


class Voice:
    """What the avatar is saying, handed out piece by piece to whoever plays it.

    Without a listener nothing is handed out, so speech waits rather than being lost. `changed` is
    told when it begins and ceases to speak.
    """

    def __init__(self, changed: Callable[[bool], None]) -> None:
        self._changed = changed
        self._pcm: Samples | None = None
        self._at = 0
        self._told: Callable[[float], None] | None = None
        self._over = asyncio.Event()
        self._meter = speech.MouthMeter(face.MOUTHS)
        self.mouth = 0

    @property
    def speaking(self) -> bool:
        return self._pcm is not None

    async def say(self, pcm: Samples, told: Callable[[float], None]) -> bool:
        """Speak `pcm`, calling `told` with the share said so far; False if it was stopped."""
        self._pcm, self._at, self._told = pcm, 0, told
        self._over.clear()
        self._changed(True)
        await self._over.wait()
        self._changed(False)
        return self._at >= len(pcm)

    def stop(self) -> None:
        """Fall silent at once."""
        self._pcm = None
        self._over.set()

    def next_piece(self) -> Samples | None:
        """Return the next 20 ms of speech, or None while silent."""
        if self._pcm is None:
            self.mouth = self._meter.hear(np.zeros(PIECE, np.int16))
            return None
        if self._told is not None:
            self._told(self._at / len(self._pcm))
        piece = self._pcm[self._at : self._at + PIECE]
        self._at += PIECE
        if self._at >= len(self._pcm):
            self.stop()
        self.mouth = self._meter.hear(piece)
        return np.pad(piece, (0, PIECE - len(piece)))


class Pace:
    """Wakes at a steady rate, measured from the start so that small delays do not add up."""

    def __init__(self) -> None:
        self._due: float | None = None

    async def wait(self, interval_s: float) -> None:
        """Wait until `interval_s` after the time before."""
        now = asyncio.get_running_loop().time()
        if self._due is None or now - self._due > HOPELESSLY_LATE_S:
            self._due = now
        self._due += interval_s
        await asyncio.sleep(max(0.0, self._due - now))


class LiveTrack(MediaStreamTrack):
    """A track that can come to a standstill, as on a path that has broken without anybody noticing.

    `sid` is the LiveKit track id that it is announced with.
    """

    def __init__(self, sid: str) -> None:
        super().__init__()
        self._id = sid
        self._pace = Pace()
        self._flowing = asyncio.Event()
        self._flowing.set()

    def freeze(self) -> None:
        """Send nothing any more, without an end."""
        self._flowing.clear()

    async def turn(self, interval_s: float) -> None:
        """Wait until `interval_s` after the time before; while frozen, for ever."""
        await self._pace.wait(interval_s)
        await self._flowing.wait()


class VoiceTrack(LiveTrack):
    """The avatar's sound.

    It encodes by itself (0.1 ms a packet), because aiortc counts the time of encoded packets and
    of raw frames from different origins, and a receiver would throw half a second of speech away.
    """

    kind = "audio"

    def __init__(self, voice: Voice, sid: str) -> None:
        super().__init__(sid)
        self._voice = voice
        self._pts = 0
        self._opus = av.AudioCodecContext.create("libopus", "w")
        self._opus.sample_rate, self._opus.layout = speech.SAMPLE_RATE, "mono"
        self._opus.format, self._opus.bit_rate = "s16", BITS_A_SECOND

    async def recv(self) -> "av.Packet[Any]":
        """Return the next 20 ms of sound or silence."""
        await self.turn(PIECE / speech.SAMPLE_RATE)
        piece = self._voice.next_piece()
        packet = av.Packet(SILENCE if piece is None else self._encode(piece))
        packet.pts = self._pts
        packet.time_base = Fraction(1, speech.SAMPLE_RATE)
        self._pts += PIECE
        return packet

    def _encode(self, piece: Samples) -> bytes:
        frame = av.AudioFrame.from_ndarray(piece.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = speech.SAMPLE_RATE
        frame.pts = self._pts
        return b"".join(bytes(packet) for packet in self._opus.encode(frame))


class FaceTrack(LiveTrack):
    """The avatar's picture: frames encoded once and shared by all rooms that show this face.

    `stride` says how many twenty-fifths of a second each frame stands for right now.
    """

    kind = "video"

    def __init__(
        self, frames: face.EncodedFace, voice: Voice, sid: str, stride: Callable[[], int]
    ) -> None:
        super().__init__(sid)
        self._frames = frames
        self._voice = voice
        self._stride = stride
        self._index = 0

    async def recv(self) -> "av.Packet[Any]":
        """Return the next frame, its mouth as open as the voice is loud."""
        stride = self._stride()
        await self.turn(stride / face.FPS)
        self._index += stride
        packet = av.Packet(self._frames.packet(self._index, self._voice.mouth))
        packet.pts = self._index
        packet.time_base = Fraction(1, face.FPS)
        return packet
