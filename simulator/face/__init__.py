"""The simulator's face: drawn people who breathe, blink, look around and move their mouths.

A `Look` says what a person looks like, `preview_png` draws the portrait for a catalogue, and
`encoded` gives the frames of their video, the mouth chosen for each from the sound of the moment.
"""

from functools import lru_cache
from io import BytesIO

from simulator.face.features import MOUTHS
from simulator.face.figure import Figure
from simulator.face.frames import EncodedFace, encoded
from simulator.face.look import Look
from simulator.face.motion import FPS, REST
from simulator.face.paint import HEIGHT, WIDTH

__all__ = [
    "FPS",
    "HEIGHT",
    "MOUTHS",
    "WIDTH",
    "EncodedFace",
    "Look",
    "encoded",
    "preview_png",
]


@lru_cache(64)
def preview_png(look: Look) -> bytes:
    """A portrait, smiling, without the name: PNG, 640 by 360. Drawn once, in about 0.2 s."""
    png = BytesIO()
    Figure(look).paint(REST, mouth=0, plate=False).save(png, "PNG")
    return png.getvalue()
