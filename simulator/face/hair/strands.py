"""What hair is painted with, whatever the style."""

from simulator.face.look import Look
from simulator.face.paint import Layer
from simulator.face.shapes import Point, Points, curve, ellipse


def mass(layer: Layer, look: Look, shape: Points) -> None:
    """A body of hair, lighter at the top."""
    layer.fill(shape, look.hair.lighter(0.10), to=look.hair.deeper(0.12))


def strand(layer: Layer, look: Look, *points: Point, dark: bool = False) -> None:
    """A line that shows which way the hair is combed."""
    colour = look.hair.deeper(0.45) if dark else look.hair.lighter(0.32)
    layer.stroke(curve(*points), colour, 2.2, alpha=0.55, taper=0.85, within=layer.mask())


def locks(layer: Layer, look: Look, rounds: list[tuple[float, float, float]]) -> None:
    """Curls, each a centre and a radius."""
    for x, y, radius in rounds:
        layer.fill(ellipse(x, y, radius, radius), look.hair)
    for x, y, radius in rounds:
        arc = [ellipse(x, y, radius * 0.62, radius * 0.62)[step] for step in range(26, 38)]
        layer.stroke(arc, look.hair.lighter(0.22), 2.4, alpha=0.6, taper=0.8)
