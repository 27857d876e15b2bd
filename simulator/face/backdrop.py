"""The room behind the person: quiet, tone on tone, a little out of focus."""

from collections.abc import Callable

from PIL import Image

from simulator.face.look import Look
from simulator.face.paint import HEIGHT, SCALE, WIDTH, Colour, Layer
from simulator.face.shapes import Points, curve, ellipse

SUN = Colour(255, 250, 240)


def backdrop(look: Look) -> Image.Image:
    """A picture of the whole frame."""
    layer = Layer()
    wall = [(-280, -150), (280, -150), (280, 180), (-280, 180)]
    layer.fill(wall, look.backdrop.mix(SUN, 0.34), to=look.backdrop.mix(look.clothes, 0.05))
    SCENES[look.scene](layer, look)
    layer.fill(ellipse(0, 0, 132, 132), look.backdrop.mix(SUN, 0.75), alpha=0.55, soft=26)
    return layer.image.convert("RGB").reduce(SCALE).crop((0, 0, WIDTH, HEIGHT))


def window(layer: Layer, _look: Look) -> None:
    """Sunlight through a window, falling on the wall."""
    for left in (-236, -164, 120, 192):
        for top in (-104, -22):
            pane = [(left, top), (left + 62, top - 12), (left + 62, top + 58), (left, top + 70)]
            layer.fill(pane, SUN, alpha=0.5, soft=2.5)


def leaves(layer: Layer, look: Look) -> None:
    """Tall plants left and right."""
    green = Colour(104, 156, 126).mix(look.backdrop, 0.32)
    for x, y, lean, size in (
        *((-214, 170, -0.5, 1.25), (-204, 170, 0.0, 1.5), (-196, 170, 0.45, 1.15)),
        *((212, 170, 0.5, 1.0), (206, 170, -0.05, 1.3), (198, 170, -0.55, 1.0)),
    ):
        layer.fill(_leaf(x, y, lean, size), green, to=green.mix(look.backdrop, 0.35), soft=1.6)


def _leaf(x: float, y: float, lean: float, size: float) -> Points:
    blade = curve((0, 0), (26, -60), (20, -112), (0, -150), (-20, -112), (-26, -60), closed=True)
    return [(x + (dx - lean * dy) * size, y + dy * size) for dx, dy in blade]


def shelf(layer: Layer, look: Look) -> None:
    """Books on two boards."""
    board = look.backdrop.deeper(0.30)
    tones = [look.backdrop.mix(tone, 0.34) for tone in BOOKS]
    for left, top in ((-262, -44), (-262, 52), (134, -44), (134, 52)):
        x, count = left + 6.0, 0
        while x < left + 112:
            width = (13, 9, 16, 11, 10)[(count + int(top)) % 5]
            height = (54, 46, 58, 40, 50)[(count * 2 + int(left)) % 5]
            book = [(x, top - height), (x + width, top - height), (x + width, top), (x, top)]
            layer.fill(book, tones[(count + int(top + left)) % len(tones)], soft=1.4)
            x, count = x + width + 2.5, count + 1
        plank = [(left, top), (left + 132, top), (left + 132, top + 7), (left, top + 7)]
        layer.fill(plank, board, soft=1.4)


BOOKS = tuple(map(Colour.hex, ("#c4694f", "#3f5f86", "#e8dcc4", "#4f7f6c", "#d8a545", "#7d5878")))

SCENES: dict[str, Callable[[Layer, Look], None]] = {
    scene.__name__: scene for scene in (window, leaves, shelf)
}
