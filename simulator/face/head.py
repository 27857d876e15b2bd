"""The head itself: skull and ears, the light on them, and a beard."""

from PIL import Image

from simulator.face.look import Look
from simulator.face.paint import CANDLE, Colour, Layer
from simulator.face.shapes import Points, curve, ellipse, rounded, symmetric

BLOOD = Colour(228, 84, 84)


def outline(look: Look) -> Points:
    """The edge of face and skull."""
    jaw = look.jaw
    return rounded(
        *((0, -81), (28, -75), (51, -52), (60, -18), (58.5, 14)),
        *((52 * jaw, 43), (38 * jaw, 65), (19 * jaw, 77), (0, 80)),
    )


def head(look: Look) -> Layer:
    """Everything on the head that never changes: no features, and no hair but a beard."""
    layer = Layer()
    _ears(layer, look)
    face = Layer()
    face.fill(outline(look), look.skin.lighter(0.12), to=look.skin)
    skin = face.mask()
    _light(face, look, skin)
    if look.beard:
        _beard(face, look, skin)
    layer.add(face)
    return layer


def _ears(layer: Layer, look: Look) -> None:
    for side in (-1, 1):
        layer.fill(ellipse(60 * side, 9, 9, 14.5), look.skin.deeper(0.12))
        layer.fill(ellipse(62 * side, 9, 4.2, 8.5), look.skin.deeper(0.36), soft=1.4)
        if look.earrings:
            layer.fill(ellipse(63 * side, 26, 3.2, 3.2), Colour(240, 205, 120))


def _light(face: Layer, look: Look, skin: Image.Image) -> None:
    """Light from the upper left: a warm shade on the right, and rosy cheeks."""
    shade = look.skin.deeper(0.40)
    right = curve((66, -80), (51, -30), (50, 20), (36, 60), (10, 82), (70, 92), closed=True)
    face.fill(right, shade, alpha=0.6, soft=8, within=skin)
    glow = look.skin.mix(CANDLE, 0.5)
    face.fill(ellipse(-16, -38, 32, 20), glow, alpha=0.35, soft=12, within=skin)
    blush = look.skin.mix(BLOOD, 0.34)
    for side in (-1, 1):
        face.fill(ellipse(37 * side, 27, 12, 8), blush, alpha=0.6, soft=5, within=skin)


def _beard(face: Layer, look: Look, skin: Image.Image) -> None:
    upper = curve(
        *((0, 35.5), (9, 34.5), (19, 36.5), (28, 42), (37, 42)),
        *((46, 34), (53, 20), (57, -4)),
    )
    drop = 10 if look.beard == "full" else 2
    jaw = look.jaw
    lower = curve(
        *((62, -6), (60.5, 16), (54 * jaw, 46), (39 * jaw, 67 + drop / 2)),
        *((19 * jaw, 78 + drop), (0, 81 + drop)),
    )
    alpha, soft = {"stubble": (0.19, 3.5), "short": (0.85, 1.0), "full": (1.0, 0.5)}[look.beard]
    colour = look.hair.mix(look.skin, 0.1)
    face.fill(
        symmetric([*upper, *lower]),
        colour,
        to=colour.deeper(0.25),
        alpha=alpha,
        soft=soft,
        within=None if look.beard == "full" else skin,
    )
