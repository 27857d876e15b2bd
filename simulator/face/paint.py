"""Soft, even shapes on transparent layers: the little of vector drawing that a face needs.

Coordinates are those of the figure: the origin is between the eyes, x to the right, y down,
and a head is about 160 units high. Layers hold two pixels to each of the frame's, and edges are
drawn finer still, so that everything stays smooth when it moves by parts of a pixel.
"""

import math
from typing import NamedTuple

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from simulator.face.shapes import Point, Points, outline

WIDTH, HEIGHT = 640, 360
SCALE = 2
"""Layer pixels to a frame pixel."""

BLEED = 8
"""Frame pixels that layers hold below the frame, for what comes up into it with a breath."""

FINE = 4
"""Pixels of a shape's edge to a layer pixel."""

UNIT = 1.2
"""Frame pixels to a unit of the figure."""

ORIGIN = (320.0, 172.0)
"""Where the figure's origin lies in the frame."""


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


def pixel(point: Point, fineness: int = SCALE) -> Point:
    """Where a point of the figure lies, in pixels of a picture that fine."""
    return (
        (ORIGIN[0] + point[0] * UNIT) * fineness,
        (ORIGIN[1] + point[1] * UNIT) * fineness,
    )


CANDLE = Colour(255, 218, 178)
"""Warm light on skin."""


class Layer:
    """A transparent picture, a little taller than the frame, that shapes are painted on."""

    def __init__(self) -> None:
        self.image = Image.new("RGBA", (WIDTH * SCALE, (HEIGHT + BLEED) * SCALE))

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
        self.fill(outline(line, width, taper), colour, alpha=alpha, within=within)

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
    bottom = min((HEIGHT + BLEED) * SCALE, math.ceil(max(ys)) + margin)
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
