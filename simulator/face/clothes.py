"""Neck, shoulders and what is worn on them."""

from collections.abc import Callable

from PIL import Image

from simulator.face.look import Look
from simulator.face.paint import Colour, Layer
from simulator.face.shapes import Point, Points, both, curve, ellipse, rounded, symmetric

LINEN = Colour(246, 243, 238)

TORSO = symmetric(
    curve(
        *((0, 104), (22, 101), (34, 104), (58, 116), (98, 126)),
        *((126, 140), (142, 164), (150, 215)),
    )
)
NECK = symmetric(curve((0, 40), (27, 42), (27.5, 74), (28, 96), (31, 112), (52, 150), (0, 190)))


def body(look: Look) -> Layer:
    """Neck and clothed shoulders."""
    layer = Layer()
    if look.clothes_style == "hoodie":
        _hood_lining(layer, look)
    layer.add(_neck(look))
    STYLES[look.clothes_style](layer, look)
    return layer


def _neck(look: Look) -> Layer:
    neck = Layer()
    neck.fill(NECK, look.skin.deeper(0.10), to=look.skin.deeper(0.02))
    under_chin = curve((-44, 30), (44, 30), (40, 74), (14, 94), (-14, 93), (-38, 72), closed=True)
    neck.fill(under_chin, look.skin.deeper(0.55), alpha=0.75, soft=4, within=neck.mask())
    return neck


def _torso(colour: Colour, hole: Points) -> Layer:
    """Shoulders in a plain cloth, with folds, light and an opening for the neck."""
    cloth = Layer()
    cloth.fill(TORSO, colour.lighter(0.10), to=colour.deeper(0.22))
    _shade(cloth, colour, cloth.mask())
    cloth.cut(hole)
    return cloth


def _shade(cloth: Layer, colour: Colour, torso: Image.Image) -> None:
    shade = colour.deeper(0.6)
    armpit = curve((96, 220), (100, 176), (108, 158), (106, 190), (108, 220), closed=True)
    for fold in both(armpit):
        cloth.fill(fold, shade, alpha=0.5, soft=2.5, within=torso)
    right = curve((70, 112), (130, 130), (160, 220), (118, 220), (112, 160), closed=True)
    cloth.fill(right, shade, alpha=0.35, soft=10, within=torso)
    cloth.fill(ellipse(-74, 128, 40, 9), colour.lighter(0.4), alpha=0.35, soft=7, within=torso)


def _round(width: float, depth: float) -> Points:
    """A round neckline: half its width, and how far down it reaches."""
    return rounded((0, 60), (width, 66), (width, 98), (width * 0.66, depth - 5), (0, depth))


def _wedge(width: float, depth: float) -> Points:
    """A V-neckline."""
    return symmetric([(0, 60), (width, 66), (width, 100), (0, depth)])


def _trim(layer: Layer, colour: Colour, width: float, depth: float, thick: float) -> None:
    """The ribbing of a round neckline."""
    half: tuple[Point, ...] = ((width, 101), (width * 0.9, 110), (width * 0.58, depth - 4))
    rim = curve(*half, (0, depth), *((-x, y) for x, y in reversed(half)))
    layer.stroke(rim, colour, thick, taper=0.3)


def crew(layer: Layer, look: Look) -> None:
    """A jumper with a round neck."""
    layer.add(_torso(look.clothes, _round(31, 121)))
    _trim(layer, look.clothes.deeper(0.26), 30.5, 123, 6.5)


def turtleneck(layer: Layer, look: Look) -> None:
    layer.add(_torso(look.clothes, ellipse(0, 60, 1, 1)))
    collar = rounded((0, 87), (20, 85), (30, 81), (32, 92), (34, 108), (22, 117), (0, 120))
    layer.fill(collar, look.clothes.lighter(0.15), to=look.clothes.deeper(0.18))
    fold = curve((-32, 98), (-16, 106), (0, 107.5), (16, 106), (32, 98))
    layer.stroke(fold, look.clothes.deeper(0.4), 1.6, alpha=0.6, taper=0.6)


def _hood_lining(layer: Layer, look: Look) -> None:
    lining = rounded((0, 70), (34, 74), (47, 92), (44, 118), (0, 130))
    layer.fill(lining, look.clothes.deeper(0.55), to=look.clothes.deeper(0.75))


def hoodie(layer: Layer, look: Look) -> None:
    layer.add(_torso(look.clothes, _round(33, 122)))
    hood = Layer()
    outside = rounded((0, 100), (30, 84), (44, 80), (60, 98), (66, 116), (40, 138), (0, 148))
    hood.fill(outside, look.clothes.lighter(0.14), to=look.clothes.deeper(0.26))
    hood.cut(rounded((0, 60), (34, 64), (38, 90), (28, 114), (0, 126)))
    seam = curve((38, 90), (34, 104), (20, 121), (0, 126), (-20, 121), (-34, 104), (-38, 90))
    hood.stroke(seam, look.clothes.deeper(0.4), 2.4, alpha=0.7, within=hood.mask())
    layer.add(hood)
    for cord in both(curve((15, 131), (17, 148), (15, 166), (16, 190))):
        layer.stroke(cord, LINEN, 2.6)


def collar(layer: Layer, look: Look) -> None:
    """A shirt, its top button open."""
    layer.add(_torso(look.clothes, _wedge(31, 140)))
    layer.stroke([(0, 138), (0.5, 170), (0.5, 215)], look.clothes.deeper(0.45), 1.4, alpha=0.7)
    for y in (154, 180):
        layer.fill(ellipse(-5, y, 2, 2), look.clothes.lighter(0.6))
    _points(layer, look.clothes.lighter(0.22), look.clothes.deeper(0.5))


def _points(layer: Layer, colour: Colour, line: Colour) -> None:
    """The two leaves of a shirt's collar."""
    inner = curve((1, 139), (14, 122), (25, 102), (28, 84))
    outer = curve((28, 84), (35, 91), (44, 108))
    for leaf in both([*inner, *outer, (31, 138)]):
        layer.fill(leaf, colour, to=colour.deeper(0.12))
    for edge in both([(44, 108), (31, 138), (3, 139)]):
        layer.stroke(edge, line, 1.3, alpha=0.45)


def blazer(layer: Layer, look: Look) -> None:
    """A jacket over a white shirt."""
    layer.add(_torso(LINEN.deeper(0.06), _wedge(31, 138)))
    layer.add(_torso(look.clothes, symmetric([(0, 60), (36, 66), (40, 104), (10, 215), (0, 215)])))
    _points(layer, LINEN, LINEN.deeper(0.8))
    outline = [(37, 94), (48, 107), (63, 137), (51, 142), (57, 150), (14, 215), (6, 215), (30, 152)]
    for lapel in both(outline):
        layer.fill(lapel, look.clothes.lighter(0.13), to=look.clothes)
        layer.stroke(lapel[1:6], look.clothes.deeper(0.6), 1.2, alpha=0.6)


def cardigan(layer: Layer, look: Look) -> None:
    """Knitwear over a light shirt."""
    layer.add(_torso(LINEN.deeper(0.06), _round(31, 119)))
    _trim(layer, LINEN.deeper(0.30), 30.5, 120, 3.5)
    opening = rounded((0, 60), (36, 66), (39, 104), (36, 122), (22, 158), (0, 215))
    knit = _torso(look.clothes, opening)
    for hem in both(opening[: len(opening) // 2 + 1]):
        knit.stroke(hem, look.clothes.deeper(0.30), 14, within=knit.mask())
    layer.add(knit)


def drape(layer: Layer, look: Look) -> None:
    """A jumper, with the ends of a head scarf laid around the neck."""
    layer.add(_torso(look.clothes, _round(31, 119)))
    cloth = look.scarf
    cowl = rounded((0, 84), (40, 84), (64, 102), (76, 122), (58, 144), (26, 156), (0, 158))
    layer.fill(cowl, cloth.deeper(0.10), to=cloth.deeper(0.30))
    for fold in (
        curve((-60, 120), (-16, 142), (46, 134)),
        curve((-40, 112), (2, 129), (58, 118)),
    ):
        layer.stroke(fold, cloth.deeper(0.5), 1.8, alpha=0.5, taper=0.8)


STYLES: dict[str, Callable[[Layer, Look], None]] = {
    style.__name__: style for style in (crew, turtleneck, hoodie, collar, blazer, cardigan, drape)
}
