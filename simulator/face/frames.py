"""A face as video: single VP8 frames, each a key frame, so that any may follow any other.

A frame is painted and encoded once, when it is first asked for, and then shared by all rooms
that show the same look; after a few seconds of talking a room costs nothing but the sending.
One thread paints. Nobody waits for it: a frame that is not ready yet is asked for, and the one
nearest to it is shown instead.
"""

import asyncio
import logging
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from functools import lru_cache
from threading import Lock

import av
import numpy as np
from PIL import Image

from simulator.face.features import MOUTHS
from simulator.face.figure import Figure
from simulator.face.look import Look
from simulator.face.motion import FPS, POSES, Pose
from simulator.face.paint import HEIGHT, WIDTH

log = logging.getLogger(__name__)

QUANTISER = 24
"""VP8's fineness, 0 (best) to 63: about 6.5 kB a frame, and no blocks to be seen in skin."""

KEPT_LOOKS = 16
"""How many looks are remembered; each grows to about 4 MB at most."""

_painter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="face")

Key = tuple[int, int]


class EncodedFace:
    """The frames of one look: `POSES` poses, each with `MOUTHS` openings of the mouth."""

    poses = POSES
    mouths = MOUTHS

    def __init__(self, look: Look) -> None:
        self._figure = Figure(look)
        self._encoder = _encoder()
        self._frames: dict[Key, bytes] = {}
        self._asked: set[Key] = set()
        self._lock = Lock()
        self._make((0, 0))

    def packet(self, index: int, mouth: int = 0) -> bytes:
        """One VP8 frame, at once.

        `index` counts twenty-fifths of a second from any start and may grow for ever; `mouth`
        is 0 (shut) to `MOUTHS - 1` (wide open), and anything beyond is the nearest of these.
        """
        key = (index % POSES, min(max(mouth, 0), MOUTHS - 1))
        frame = self._frames.get(key)
        if frame is not None:
            return frame
        if key not in self._asked:
            self._asked.add(key)
            _painter.submit(self._make, key).add_done_callback(_report)
        with self._lock:
            nearest = min(self._frames, key=lambda known: _distance(key, known))
            return self._frames[nearest]

    @property
    def size(self) -> int:
        """Bytes held by all frames so far."""
        with self._lock:
            return sum(map(len, self._frames.values()))

    def _make(self, key: Key) -> None:
        # Runs on the painter's thread only: neither figure nor encoder is thread-safe.
        index, mouth = key
        frame = self._encode(self._figure.paint(Pose.at(index), mouth))
        with self._lock:
            self._frames[key] = frame

    def _encode(self, picture: Image.Image) -> bytes:
        rgb = av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
        frame = rgb.reformat(format="yuv420p")
        return b"".join(bytes(packet) for packet in self._encoder.encode(frame))


def _distance(wanted: Key, known: Key) -> int:
    """How unlike two frames look: a step of the mouth shows more than one of the pose."""
    apart = abs(wanted[0] - known[0])
    return min(apart, POSES - apart) + 3 * abs(wanted[1] - known[1])


def _report(painted: Future[None]) -> None:
    # Nobody waits for this frame, so a failure would otherwise go unseen.
    if error := painted.exception():
        log.error("face.frame_failed", exc_info=error)


def _encoder() -> av.VideoCodecContext:
    encoder = av.VideoCodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base = Fraction(1, FPS)
    encoder.gop_size = 1
    encoder.thread_count = 1
    # One quantiser for all, so that neighbouring frames look alike; the rate is only a ceiling.
    encoder.qmin = encoder.qmax = QUANTISER
    encoder.bit_rate = 8_000_000
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    return encoder


@lru_cache(KEPT_LOOKS)
def _face(look: Look) -> EncodedFace:
    return EncodedFace(look)


async def encoded(look: Look) -> EncodedFace:
    """The frames of a look, shared by everybody who asks; the first time takes about 0.1 s."""
    return await asyncio.get_running_loop().run_in_executor(_painter, _face, look)
