"""Glasses, round or square."""

import math

from simulator.face.features import EYE
from simulator.face.look import Look
from simulator.face.paint import Colour, Layer
from simulator.face.shapes import Point, curve

FRAME = Colour(54, 46, 58)


def glasses(look: Look) -> Layer:
    """An empty layer for those who wear none."""
    layer = Layer()
    if look.glasses:
        _rims(layer, power=2.0 if look.glasses == "round" else 4.5)
    return layer


def _rims(layer: Layer, power: float) -> None:
    for side in (-1, 1):
        x, y = EYE[0] * side * 1.04, EYE[1] + 2
        rim = [_superellipse(x, y, 20.5, 17.5, math.tau * step / 60, power) for step in range(61)]
        layer.fill(rim, Colour(255, 255, 255), alpha=0.10)
        layer.stroke(rim[:31], FRAME, 2.6)
        layer.stroke(rim[30:], FRAME, 2.6)
        layer.stroke(curve((47.5 * side, -3), (54 * side, -3), (60 * side, 0)), FRAME, 2.6)
    layer.stroke(curve((-7, -1), (0, -4), (7, -1)), FRAME, 2.6)


def _superellipse(x: float, y: float, rx: float, ry: float, turn: float, power: float) -> Point:
    def reach(value: float) -> float:
        return math.copysign(abs(value) ** (2 / power), value)

    return x + rx * reach(math.cos(turn)), y + ry * reach(math.sin(turn))
