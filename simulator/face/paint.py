"""Soft, even shapes on transparent layers: the little of vector drawing that a face needs.

Coordinates are those of the figure: the origin is between the eyes, x to the right, y down,
and a head is about 150 units high. Layers hold two pixels to each of the frame's, and edges are
drawn finer still, so that everything stays smooth when it moves by parts of a pixel.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image, ImageChops, ImageDraw, ImageFilter

WIDTH, HEIGHT = 640, 360
SCALE = 2
"""Layer pixels to a frame pixel."""

FINE = 2
"""Pixels of a shape's edge to a layer pixel."""

UNIT = 1.2
"""Frame pixels to a unit of the figure."""

ORIGIN = (320.0, 172.0)
"""Where the figure's origin lies in the frame."""

Point = tuple[float, float]
Points = Sequence[Point]


class Colour(NamedTuple):
    """Red, green and blue, 0 to 255."""

    r: int
    g: int
    b: int

    @classmethod
    def hex(cls, text: str) -> "Colour":
        """From `#rrggbb`."""
        return cls(*bytes.fromhex(text.removeprefix("#")))

    def mix(self, other: "Colour", share: float) -> "Colour":
        """This colour with a `share` (0 to 1) of the other."""
        return Colour(*(round(a + (b - a) * share) for a, b in zip(self, other, strict=True)))

    def deeper(self, amount: float) -> "Colour":
        """As in shade, `amount` 0 to 1. Reds fade least: shadows on people are warm."""
        fade = (0.50, 0.70, 0.62)
        return Colour(*(round(c * (1 - f * amount)) for c, f in zip(self, fade, strict=True)))

    def lighter(self, amount: float) -> "Colour":
        """As in warm light, `amount` 0 to 1."""
        return self.mix(Colour(255, 246, 232), amount)


def curve(*points: Point, closed: bool = False) -> list[Point]:
    """A smooth line through all points (Catmull-Rom). Curves laid end to end make corners."""
    around = [points[-1], *points, *points[:2]] if closed else [points[0], *points, points[-1]]
    smooth: list[Point] = []
    for a, b, c, d in zip(around, around[1:], around[2:], around[3:], strict=False):
        smooth.extend(_between(a, b, c, d, step / 10) for step in range(10))
    return smooth if closed else [*smooth, points[-1]]


def _between(a: Point, b: Point, c: Point, d: Point, t: float) -> Point:
    def along(p: float, q: float, r: float, s: float) -> float:
        bend = (2 * p - 5 * q + 4 * r - s) * t + (3 * q - p - 3 * r + s) * t * t
        return q + 0.5 * t * (r - p + bend)

    return along(a[0], b[0], c[0], d[0]), along(a[1], b[1], c[1], d[1])


def ellipse(x: float, y: float, rx: float, ry: float) -> list[Point]:
    turns = [math.tau * step / 48 for step in range(48)]
    return [(x + rx * math.cos(turn), y + ry * math.sin(turn)) for turn in turns]


def mirrored(points: Points) -> list[Point]:
    return [(-x, y) for x, y in points]


def symmetric(points: Points) -> list[Point]:
    """The right half of a shape, from top to bottom, completed by its mirror image."""
    return [*points, *reversed(mirrored(points))]


def rounded(*points: Point) -> list[Point]:
    """A smooth symmetric shape from the points of its right half, from top to bottom."""
    left = [(-x, y) for x, y in reversed(points) if x]
    return curve(*points, *left, closed=True)


def both(points: Points) -> tuple[Points, Points]:
    """A shape and its mirror image: what people have two of."""
    return points, mirrored(points)


def moved(points: Points, dx: float, dy: float) -> list[Point]:
    return [(x + dx, y + dy) for x, y in points]


def pixel(point: Point, fineness: int = SCALE) -> Point:
    """Where a point of the figure lies, in pixels of a picture that fine."""
    return (
        (ORIGIN[0] + point[0] * UNIT) * fineness,
        (ORIGIN[1] + point[1] * UNIT) * fineness,
    )


class Layer:
    """A transparent picture as large as the frame, that shapes are painted on in turn."""

    def __init__(self) -> None:
        self.image = Image.new("RGBA", (WIDTH * SCALE, HEIGHT * SCALE))

    def fill(
        self,
        shape: Points,
        colour: Colour,
        *,
        to: Colour | None = None,
        alpha: float = 1.0,
        soft: float = 0.0,
        within: Image.Image | None = None,
    ) -> None:
        """Paint a closed shape.

        `to` makes a gradient from top to bottom, `soft` blurs the edge by so many units, and
        `within` is a mask (see `mask`) that the paint does not leave.
        """
        stencil, at = _stencil(shape, soft)
        if within is not None:
            size = (at[0] + stencil.width, at[1] + stencil.height)
            stencil = ImageChops.multiply(stencil, within.crop((*at, *size)))
        if alpha < 1.0:
            stencil = stencil.point([round(level * alpha) for level in range(256)])
        paint = _paint(stencil.size, colour, to)
        paint.putalpha(stencil)
        self.image.alpha_composite(paint, at)

    def stroke(
        self,
        line: Points,
        colour: Colour,
        width: float,
        *,
        alpha: float = 1.0,
        taper: float = 0.0,
        within: Image.Image | None = None,
    ) -> None:
        """Paint a line with round ends; `taper` (0 to 1) is how much thinner the ends are."""
        self.fill(_outline(line, width, taper), colour, alpha=alpha, within=within)

    def cut(self, shape: Points) -> None:
        """Make a hole of that shape."""
        stencil, at = _stencil(shape, 0.0)
        self.image.paste(Image.new("RGBA", stencil.size), at, stencil)

    def add(self, other: "Layer") -> None:
        """Lay another layer on top."""
        self.image.alpha_composite(other.image)

    def mask(self) -> Image.Image:
        """Where there is paint so far."""
        return self.image.getchannel("A")


def _stencil(shape: Points, soft: float) -> tuple[Image.Image, tuple[int, int]]:
    """A mask just large enough for the shape, and its place on a layer."""
    fine = [pixel(point, SCALE * FINE) for point in shape]
    blur = soft * UNIT * SCALE
    margin = 2 + math.ceil(blur * 2.5)
    xs, ys = [x / FINE for x, _ in fine], [y / FINE for _, y in fine]
    left = max(0, math.floor(min(xs)) - margin)
    top = max(0, math.floor(min(ys)) - margin)
    right = min(WIDTH * SCALE, math.ceil(max(xs)) + margin)
    bottom = min(HEIGHT * SCALE, math.ceil(max(ys)) + margin)
    size = (max(1, right - left) * FINE, max(1, bottom - top) * FINE)
    stencil = Image.new("L", size)
    outline = [(x - left * FINE, y - top * FINE) for x, y in fine]
    ImageDraw.Draw(stencil).polygon(outline, fill=255)
    stencil = stencil.reduce(FINE)
    if blur:
        stencil = stencil.filter(ImageFilter.GaussianBlur(blur))
    return stencil, (left, top)


def _paint(size: tuple[int, int], colour: Colour, to: Colour | None) -> Image.Image:
    if to is None:
        return Image.new("RGB", size, colour)
    ramp = Image.linear_gradient("L").resize(size)
    return Image.composite(Image.new("RGB", size, to), Image.new("RGB", size, colour), ramp)


def _outline(line: Points, width: float, taper: float) -> list[Point]:
    """The closed shape of a thick line with round ends."""
    last = len(line) - 1
    left, right = [], []
    for step, (x, y) in enumerate(line):
        (x0, y0), (x1, y1) = line[max(0, step - 1)], line[min(last, step + 1)]
        length = math.hypot(x1 - x0, y1 - y0) or 1.0
        swell = 1 - taper * (1 - math.sin(math.pi * step / last))
        nx, ny = (y0 - y1) / length * width * swell / 2, (x1 - x0) / length * width * swell / 2
        left.append((x + nx, y + ny))
        right.append((x - nx, y - ny))
    return [*_cap(left[0], right[0]), *left, *_cap(right[-1], left[-1]), *reversed(right)]


def _cap(start: Point, end: Point) -> list[Point]:
    """The half circle around the end of a line, from one of its edges to the other."""
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    radius = math.dist(start, end) / 2
    turn = math.atan2(end[1] - start[1], end[0] - start[0])
    arc = [turn - math.pi * step / 8 for step in range(9)]
    return [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in arc]
