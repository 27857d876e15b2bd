"""A whole person: the layers of a look, put together for one moment."""

import math
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from simulator.face import backdrop, clothes, features, glasses, hair, head
from simulator.face.look import Look
from simulator.face.motion import Pose
from simulator.face.paint import HEIGHT, ORIGIN, SCALE, UNIT, Layer

NECK = (0.0, 84.0)
"""The head turns about this point of the figure."""

ROOM = 8
"""Layer pixels around a head in which its features may move."""

LONGEST_NAME = 260
"""Frame pixels a name may take on its plate; what is longer is cut short."""


class Figure:
    """Paints one look in any pose. Building one takes some tens of milliseconds."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self._backdrop = backdrop.backdrop(look)
        self._plate = _name_plate(look.name)
        self._body = Part.of(clothes.body(look))
        self._back = Part.of(hair.back(look))
        self._head = Part.of(head.head(look))
        self._front = Part.of(hair.front(look))
        self._nose = Part.of(features.nose(look))
        self._brows = Part.of(features.brows(look))
        self._glasses = Part.of(glasses.glasses(look))
        self._eyes = lru_cache(16)(lambda lids, gaze: Part.of(features.eyes(look, lids, gaze)))
        self._mouth = lru_cache(features.MOUTHS)(lambda n: Part.of(features.mouth(look, n)))

    def paint(self, pose: Pose, mouth: int, *, plate: bool = True) -> Image.Image:
        """The frame (RGB, 640 by 360) in that pose with the mouth that far open."""
        frame = self._backdrop.copy()
        face = self._face(pose, mouth)
        nod = pose.nod + 0.5 * mouth
        self._back.draw(frame, pose.sway * 0.8, nod, pose.tilt)
        self._body.draw(frame, pose.sway * 0.25, pose.breath, 0.0)
        face.draw(frame, pose.sway, nod, pose.tilt)
        if plate and self.look.name:
            frame.paste(self._plate, (18, HEIGHT - 18 - self._plate.height), self._plate)
        return frame

    def _face(self, pose: Pose, mouth: int) -> "Part":
        """The head with its features where the turn of the head puts them."""
        face = self._head.copy(self._front)
        turn = pose.turn
        face.add(self._eyes(pose.lids, pose.gaze), turn * 2.0)
        face.add(self._mouth(mouth), turn * 2.2)
        face.add(self._nose, turn * 3.0)
        face.add(self._front, turn * 0.8)
        face.add(self._brows, turn * 2.0, -0.7 * mouth)
        face.add(self._glasses, turn * 2.4)
        return face


@dataclass
class Part:
    """A picture, and where on a layer its corner lies."""

    image: Image.Image
    left: int
    top: int

    @classmethod
    def of(cls, layer: Layer) -> "Part":
        """What is painted on a layer, without the emptiness around it."""
        box = layer.image.getbbox() or (0, 0, 1, 1)
        return cls(layer.image.crop(box), box[0], box[1])

    def copy(self, room_for: "Part") -> "Part":
        """A copy of this part, large enough to hold another one as well."""
        left, top = (min(a, b) - ROOM for a, b in zip(self._start, room_for._start, strict=True))
        right, bottom = (max(a, b) + ROOM for a, b in zip(self._end, room_for._end, strict=True))
        copy = Part(Image.new("RGBA", (right - left, bottom - top)), left, top)
        copy.image.paste(self.image, (self.left - left, self.top - top))
        return copy

    @property
    def _start(self) -> tuple[int, int]:
        return self.left, self.top

    @property
    def _end(self) -> tuple[int, int]:
        return self.left + self.image.width, self.top + self.image.height

    def add(self, other: "Part", dx: float = 0.0, dy: float = 0.0) -> None:
        """Lay another part on this one, moved by so many units."""
        x = other.left - self.left + round(dx * UNIT * SCALE)
        y = other.top - self.top + round(dy * UNIT * SCALE)
        self.image.alpha_composite(other.image, (max(0, x), max(0, y)))

    def draw(self, frame: Image.Image, dx: float, dy: float, tilt: float) -> None:
        """Put this part into the frame, moved by units and turned about the neck by degrees."""
        margin = 6
        left, top = self.left // SCALE - margin, self.top // SCALE - margin
        size = (self.image.width // SCALE + 2 * margin, self.image.height // SCALE + 2 * margin)
        turn = math.radians(tilt)
        cos, sin = math.cos(turn), math.sin(turn)
        px, py = ORIGIN[0] + NECK[0] * UNIT, ORIGIN[1] + NECK[1] * UNIT
        x0, y0 = left - px - dx * UNIT, top - py - dy * UNIT
        placed = self.image.transform(
            size,
            Image.Transform.AFFINE,
            (
                *(SCALE * cos, SCALE * sin),
                SCALE * (cos * x0 + sin * y0 + px) - self.left,
                *(-SCALE * sin, SCALE * cos),
                SCALE * (-sin * x0 + cos * y0 + py) - self.top,
            ),
            Image.Resampling.BILINEAR,
        )
        frame.paste(placed, (left, top), placed)


def _name_plate(name: str) -> Image.Image:
    """White on a dark rounded bar, as calls show it."""
    font = ImageFont.load_default(17 * SCALE)
    while font.getlength(name) > LONGEST_NAME * SCALE:
        name = name.removesuffix("…")[:-1].rstrip() + "…"
    width = round(font.getlength(name)) // SCALE + 28
    plate = Image.new("RGBA", (width * SCALE, 30 * SCALE))
    draw = ImageDraw.Draw(plate)
    draw.rounded_rectangle((0, 0, plate.width - 1, plate.height - 1), 15 * SCALE, (24, 26, 38, 165))
    draw.text((plate.width / 2, plate.height / 2), name, "white", font, anchor="mm")
    return plate.reduce(SCALE)
