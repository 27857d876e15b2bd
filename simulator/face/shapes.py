"""Smooth shapes as lists of points, in the coordinates of the figure (see `paint`)."""

import math
from collections.abc import Sequence

Point = tuple[float, float]
Points = Sequence[Point]


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


def outline(line: Points, width: float, taper: float) -> list[Point]:
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
