"""Eyes, brows, nose and mouth: the parts of a face that move.

Each is painted on a layer of its own, once for every state it can take.
"""

from simulator.face.look import Look
from simulator.face.paint import CANDLE, Colour, Layer
from simulator.face.shapes import Point, curve, ellipse, mirrored, moved

MOUTHS = 5
"""How far a mouth can be open: 0 is a closed smile, 4 wide open."""

EYE, BROW_Y, MOUTH_Y = (26.0, 0.0), -20.0, 48.5

WHITE, PUPIL = Colour(252, 249, 245), Colour(26, 20, 24)
CAVITY, TONGUE, TEETH = Colour(92, 28, 38), Colour(222, 112, 116), Colour(252, 248, 242)

UPPER_LID: tuple[Point, ...] = ((-13, 3.2), (-8.5, -4), (-1, -8.2), (7, -6.4), (13.4, 0.6))
LOWER_LID: tuple[Point, ...] = ((-13, 3.2), (-7, 6.6), (0, 7.8), (7.5, 6.2), (13.4, 0.6))


def eyes(look: Look, openness: float, gaze: Point = (0.0, 0.0)) -> Layer:
    """Both eyes; `openness` from 0.0 (shut) to 1.0, `gaze` how far the irises are from rest."""
    layer = Layer()
    for side in (-1, 1):
        _eye(layer, look, side, openness, gaze)
    return layer


def _eye(layer: Layer, look: Look, side: int, openness: float, gaze: Point) -> None:
    def place(points: list[Point]) -> list[Point]:
        return moved(points if side > 0 else mirrored(points), EYE[0] * side, EYE[1])

    lid = [
        (x, below + (above - below) * openness)
        for (x, above), (_, below) in zip(UPPER_LID, LOWER_LID, strict=True)
    ]
    upper, lower = curve(*lid), curve(*LOWER_LID)
    socket = place([*curve(*UPPER_LID), *reversed(lower)])
    layer.fill(socket, look.skin.deeper(0.10))
    if openness > 0.1:
        ball = Layer()
        ball.fill(place([*upper, *reversed(lower)]), WHITE)
        _iris(ball, look, (EYE[0] * side + gaze[0], EYE[1] + gaze[1] - 0.6))
        shade = place(moved(upper, 0, 1.2))
        ball.stroke(shade, look.skin.deeper(0.7), 3.2, alpha=0.35, within=ball.mask())
        layer.add(ball)
    line = look.hair.deeper(0.5).mix(PUPIL, 0.6)
    layer.stroke(place(lower), look.skin.deeper(0.55), 1.0, alpha=0.5, taper=0.7)
    layer.stroke(place(upper), line, 2.9 if look.lashes else 2.4, taper=0.45)
    if look.lashes:
        outer = lid[-1]
        flick = curve((outer[0] - 3, outer[1] - 2.2), outer, (outer[0] + 4, outer[1] - 3.4))
        layer.stroke(place(flick), line, 2.0, taper=0.7)
    crease = curve(*((x * 0.92, y - 4.2) for x, y in UPPER_LID[1:]))
    layer.stroke(place(crease), look.skin.deeper(0.5), 1.1, alpha=0.45, taper=0.8)


def _iris(ball: Layer, look: Look, at: Point) -> None:
    white = ball.mask()
    x, y = at
    ball.fill(ellipse(x, y, 7.2, 7.2), look.eyes.deeper(0.45), within=white)
    ball.fill(ellipse(x, y + 0.4, 6.1, 6.1), look.eyes, to=look.eyes.lighter(0.3), within=white)
    ball.fill(ellipse(x, y, 3.5, 3.5), PUPIL, within=white)
    ball.fill(ellipse(x - 2.3, y - 2.5, 2.1, 2.1), WHITE, within=white)
    ball.fill(ellipse(x + 2.4, y + 2.6, 1.0, 1.0), WHITE, alpha=0.8, within=white)


def brows(look: Look) -> Layer:
    layer = Layer()
    colour = look.hair.mix(look.skin, 0.15).deeper(0.25)
    thick = 3.6 if look.lashes else 4.8
    for side in (-1, 1):
        arch = curve((11, BROW_Y + 1), (20, BROW_Y - 3.2), (30, BROW_Y - 4), (41, BROW_Y + 2.2))
        layer.stroke([(x * side, y) for x, y in arch], colour, thick, taper=0.6)
    return layer


def nose(look: Look) -> Layer:
    layer = Layer()
    shade = look.skin.deeper(0.5)
    bridge = curve((5, -8), (8, 8), (11, 24), (3, 31), (4, 12), closed=True)
    layer.fill(bridge, shade, alpha=0.28, soft=2.5)
    layer.fill(ellipse(-1.5, 21, 4.5, 5.5), look.skin.mix(CANDLE, 0.6), alpha=0.42, soft=2.5)
    layer.stroke(
        curve((-8.5, 26.5), (-5, 30), (0, 31.2), (5, 30), (8.5, 26.5)), shade, 2.1, taper=0.6
    )
    return layer


def mouth(look: Look, opening: int) -> Layer:
    """The mouth at one of its `MOUTHS` openings."""
    layer = Layer()
    if opening == 0:
        _smile(layer, look)
    else:
        _open_mouth(layer, look, opening)
    return layer


def _lips(look: Look) -> Colour:
    return look.skin.mix(Colour(190, 52, 68), 0.25 + look.lips).deeper(0.12)


def _smile(layer: Layer, look: Look) -> None:
    lips, y = _lips(look), MOUTH_Y
    seam = curve((-19, y - 2.5), (-9, y + 2.2), (0, y + 3.2), (9, y + 2.2), (19, y - 2.5))
    full = look.lips > 0.3
    above = curve((19, y - 2.5), (8, y - 3.0), (3.2, y - 3.4), (0, y - 2.4), (-3.2, y - 3.4))
    above += curve((-8, y - 3.0), (-19, y - 2.5))
    below = curve((19, y - 2.5), (11, y + 6.4), (0, y + 9.2), (-11, y + 6.4), (-19, y - 2.5))
    layer.fill([*seam, *above], lips.deeper(0.15), alpha=1.0 if full else 0.45)
    layer.fill([*seam, *below], lips, to=lips.lighter(0.12), alpha=1.0 if full else 0.55)
    layer.fill(ellipse(-3, y + 5.4, 6, 1.4), lips.lighter(0.6), alpha=0.4, soft=1.2)
    layer.stroke(seam, lips.deeper(0.75), 2.1, taper=0.5)
    _chin(layer, look, y + 14)


def _open_mouth(layer: Layer, look: Look, opening: int) -> None:
    lips, y = _lips(look), MOUTH_Y
    half = (0, 16.5, 17.0, 16.2, 15.0)[opening]
    depth = (0, 4.2, 8.6, 13.0, 17.5)[opening]
    top = curve((-half, y - 1.5), (-half * 0.5, y - 1.2), (0, y - 0.4), (half * 0.5, y - 1.2))
    top = [*top[:-1], *curve((half * 0.5, y - 1.2), (half, y - 1.5))]
    bottom = curve(
        (half, y - 1.5),
        (half * 0.72, y + depth * 0.68),
        (0, y + depth),
        (-half * 0.72, y + depth * 0.68),
        (-half, y - 1.5),
    )
    rim = curve(
        (-half - 2.6, y - 2),
        (-half * 0.5, y - 4.4),
        (-2.4, y - 4.9),
        (0, y - 4.1),
        (2.4, y - 4.9),
        (half * 0.5, y - 4.4),
        (half + 2.6, y - 2),
        (half * 0.78, y + depth * 0.72 + 3),
        (0, y + depth + 4.6),
        (-half * 0.78, y + depth * 0.72 + 3),
        closed=True,
    )
    layer.fill(rim, lips.deeper(0.12), to=lips)
    inside = Layer()
    inside.fill([*top, *bottom], CAVITY, to=CAVITY.deeper(0.5))
    cavity = inside.mask()
    inside.fill(ellipse(0, y + depth + 1.5, half * 0.66, depth * 0.46), TONGUE, within=cavity)
    teeth = curve(
        (-half, y - 6),
        (half, y - 6),
        (half * 0.86, y + depth * 0.22),
        (0, y + 0.6 + depth * 0.30),
        (-half * 0.86, y + depth * 0.22),
        closed=True,
    )
    inside.fill(teeth, TEETH, within=cavity)
    layer.add(inside)
    _chin(layer, look, y + depth + 9)


def _chin(layer: Layer, look: Look, y: float) -> None:
    """The small shadow under the lower lip."""
    if look.beard not in ("short", "full"):
        layer.fill(ellipse(0, y, 9, 1.6), look.skin.deeper(0.5), alpha=0.4, soft=1.6)
