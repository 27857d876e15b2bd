"""Neck, shoulders and what is worn on them. Each style paints over the same torso."""

from collections.abc import Callable

from PIL import Image

from simulator.face.look import Look
from simulator.face.paint import Colour, Layer, Points, curve, ellipse, symmetric

LINEN = Colour(246, 243, 238)

TORSO = symmetric(
    curve(
        *((0, 104), (22, 101), (34, 104), (58, 116), (98, 126)),
        *((126, 140), (142, 164), (150, 215)),
    )
)
NECK = symmetric(curve((0, 40), (27, 42), (27.5, 74), (29, 96), (40, 112), (0, 132)))


def body(look: Look) -> Layer:
    """Neck and clothed shoulders."""
    layer = Layer()
    _neck(layer, look)
    cloth = Layer()
    cloth.fill(TORSO, look.clothes.lighter(0.10), to=look.clothes.deeper(0.22))
    torso = cloth.mask()
    _folds(cloth, look, torso)
    STYLES[look.clothes_style](layer, cloth, look)
    return layer


def _neck(layer: Layer, look: Look) -> None:
    neck = Layer()
    neck.fill(NECK, look.skin.deeper(0.10), to=look.skin.deeper(0.02))
    skin = neck.mask()
    under_chin = curve((-44, 30), (44, 30), (40, 74), (14, 94), (-14, 93), (-38, 72), closed=True)
    neck.fill(under_chin, look.skin.deeper(0.55), alpha=0.75, soft=4, within=skin)
    layer.add(neck)


def _folds(cloth: Layer, look: Look, torso: Image.Image) -> None:
    shade = look.clothes.deeper(0.6)
    for side in (-1, 1):
        armpit = curve((96, 220), (100, 176), (108, 158), (106, 190), (108, 220), closed=True)
        cloth.fill([(x * side, y) for x, y in armpit], shade, alpha=0.5, soft=2.5, within=torso)
    right = curve((70, 112), (130, 130), (160, 220), (118, 220), (112, 160), closed=True)
    cloth.fill(right, shade, alpha=0.35, soft=10, within=torso)
    glow = look.clothes.lighter(0.4)
    cloth.fill(ellipse(-74, 128, 40, 9), glow, alpha=0.35, soft=7, within=torso)


def _round_hole(width: float, depth: float) -> Points:
    return symmetric(
        curve((0, 60), (width, 70), (width, 100), (width * 0.62, depth - 4), (0, depth))
    )


def _edge(layer: Layer, colour: Colour, width: float, depth: float, thick: float) -> None:
    rim = curve(
        (width, 98), (width * 0.64, depth - 4), (0, depth), (-width * 0.64, depth - 4), (-width, 98)
    )
    layer.stroke(rim, colour, thick)


def crew(layer: Layer, cloth: Layer, look: Look) -> None:
    cloth.cut(_round_hole(34, 122))
    layer.add(cloth)
    _edge(layer, look.clothes.deeper(0.28), 33, 124, 6)


def turtleneck(layer: Layer, cloth: Layer, look: Look) -> None:
    layer.add(cloth)
    collar = symmetric(curve((0, 88), (20, 86), (30, 81), (33, 92), (35, 108), (22, 116), (0, 119)))
    layer.fill(collar, look.clothes.lighter(0.15), to=look.clothes.deeper(0.18))
    fold = curve((-33, 98), (-16, 106), (0, 107.5), (16, 106), (33, 98))
    layer.stroke(fold, look.clothes.deeper(0.4), 1.6, alpha=0.6, taper=0.6)


def hoodie(layer: Layer, cloth: Layer, look: Look) -> None:
    cloth.cut(_round_hole(36, 126))
    hood = symmetric(
        curve((0, 130), (22, 122), (34, 102), (36, 84), (54, 96), (66, 112), (46, 132), (0, 150))
    )
    layer.add(cloth)
    layer.fill(hood, look.clothes.lighter(0.12), to=look.clothes.deeper(0.30))
    _edge(layer, look.clothes.deeper(0.5), 33, 127, 2)
    for side in (-1, 1):
        cord = curve((15, 134), (17, 150), (15, 168), (16, 190))
        layer.stroke([(x * side, y) for x, y in cord], LINEN, 2.6)


def collar(layer: Layer, cloth: Layer, look: Look) -> None:
    cloth.cut(symmetric([(0, 60), (33, 70), (33, 100), (0, 142)]))
    layer.add(cloth)
    layer.stroke([(0, 140), (1, 170), (1, 200)], look.clothes.deeper(0.45), 1.4, alpha=0.7)
    for y in (156, 180):
        layer.fill(ellipse(-5, y, 2, 2), look.clothes.lighter(0.6))
    _points(layer, look.clothes.lighter(0.22), look.clothes.deeper(0.35))


def _points(layer: Layer, colour: Colour, line: Colour) -> None:
    """The two leaves of a shirt's collar."""
    for side in (-1, 1):
        leaf = [
            *curve((27, 84), (35, 92), (43, 108)),
            (30, 138),
            *curve((3, 136), (14, 122), (25, 102)),
        ]
        shape = [(x * side, y) for x, y in leaf]
        layer.fill(shape, colour, to=colour.deeper(0.12))
        layer.stroke(shape[20:22], line, 1.2, alpha=0.5)


def blazer(layer: Layer, cloth: Layer, look: Look) -> None:
    shirt = symmetric([(0, 96), (40, 96), (44, 130), (22, 215), (0, 215)])
    front = Layer()
    front.fill(shirt, LINEN, to=LINEN.deeper(0.2))
    front.cut(symmetric([(0, 60), (32, 70), (31, 100), (0, 138)]))
    cloth.cut(symmetric([(0, 60), (36, 70), (40, 104), (10, 215), (0, 215)]))
    layer.add(front)
    layer.add(cloth)
    _points(layer, LINEN, LINEN.deeper(0.8))
    for side in (-1, 1):
        lapel = [
            (37, 92),
            (48, 106),
            (62, 136),
            (50, 142),
            (56, 150),
            (14, 215),
            (8, 215),
            (30, 150),
        ]
        shape = [(x * side, y) for x, y in lapel]
        layer.fill(shape, look.clothes.lighter(0.13), to=look.clothes)
        layer.stroke(shape[1:6], look.clothes.deeper(0.6), 1.2, alpha=0.6)


def cardigan(layer: Layer, cloth: Layer, look: Look) -> None:
    shirt = Layer()
    shirt.fill(
        symmetric([(0, 96), (42, 96), (40, 130), (20, 215), (0, 215)]), LINEN, to=LINEN.deeper(0.15)
    )
    shirt.cut(_round_hole(32, 118))
    cloth.cut(symmetric([(0, 60), (38, 70), (40, 104), (8, 190), (0, 190)]))
    layer.add(shirt)
    _edge(layer, LINEN.deeper(0.3), 31, 119, 3)
    layer.add(cloth)
    for side in (-1, 1):
        band = curve((38, 94), (41, 106), (30, 146), (7, 200))
        layer.stroke([(x * side, y) for x, y in band], look.clothes.deeper(0.3), 7)


STYLES: dict[str, Callable[[Layer, Layer, Look], None]] = {
    style.__name__: style for style in (crew, turtleneck, hoodie, collar, blazer, cardigan)
}
