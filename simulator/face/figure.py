"""A whole person: the layers of a look, put together for one moment."""

import math
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from simulator.face import backdrop, clothes, features, glasses, hair, head
from simulator.face.look import Look
from simulator.face.motion import Pose
from simulator.face.paint import HEIGHT, ORIGIN, SCALE, UNIT, Layer

NECK = (0.0, 84.0)
"""The head turns about this point of the figure."""


class Figure:
    """Paints one look in any pose. Building one takes some tens of milliseconds."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self._backdrop = backdrop.backdrop(look)
        self._plate = _name_plate(look.name)
        self._body = Part(clothes.body(look))
        self._back = Part(hair.back(look))
        self._head = Part(head.head(look))
        self._front = Part(hair.front(look))
        self._nose = Part(features.nose(look))
        self._brows = Part(features.brows(look))
        self._glasses = Part(glasses.glasses(look))
        self._eyes = lru_cache(16)(lambda lids, gaze: Part(features.eyes(look, lids, gaze)))
        self._mouth = lru_cache(features.MOUTHS)(lambda n: Part(features.mouth(look, n)))

    def paint(self, pose: Pose, mouth: int, *, plate: bool = True) -> Image.Image:
        """The frame (RGB, 640 by 360) in that pose with the mouth that far open."""
        frame = self._backdrop.copy()
        face = self._face(pose, mouth)
        nod = pose.nod + 0.5 * mouth
        self._back.draw(frame, pose.sway * 0.8, nod, pose.tilt)
        self._body.draw(frame, pose.sway * 0.25, pose.breath, 0.0)
        face.draw(frame, pose.sway, nod, pose.tilt)
        if plate:
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


class Part:
    """A layer cut down to what is painted on it."""

    def __init__(self, layer: Layer) -> None:
        box = layer.image.getbbox() or (0, 0, 1, 1)
        self.image = layer.image.crop(box)
        self.left, self.top = box[0], box[1]

    def copy(self, room_for: "Part") -> "Part":
        """A copy of this part, large enough for another one as well."""
        margin = 8
        left, top = min(self.left, room_for.left), min(self.top, room_for.top)
        right = max(p.left + p.image.width for p in (self, room_for))
        bottom = max(p.top + p.image.height for p in (self, room_for))
        copy = Part.__new__(Part)
        copy.left, copy.top = left - margin, top - margin
        copy.image = Image.new("RGBA", (right - left + 2 * margin, bottom - top + 2 * margin))
        copy.image.paste(self.image, (self.left - copy.left, self.top - copy.top))
        return copy

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
    width = round(font.getlength(name)) // SCALE + 28
    plate = Image.new("RGBA", (width * SCALE, 30 * SCALE))
    draw = ImageDraw.Draw(plate)
    draw.rounded_rectangle((0, 0, plate.width - 1, plate.height - 1), 15 * SCALE, (24, 26, 38, 165))
    draw.text((plate.width / 2, plate.height / 2), name, "white", font, anchor="mm")
    return plate.reduce(SCALE)
