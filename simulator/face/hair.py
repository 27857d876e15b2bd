"""Hair: for each style, what is in front of the face and what falls behind the shoulders."""

from collections.abc import Callable

from simulator.face.look import Look
from simulator.face.paint import Layer, Point, Points, both, curve, ellipse, rounded


def front(look: Look) -> Layer:
    """What covers forehead and temples."""
    layer = Layer()
    FRONT.get(look.hair_style, _none)(layer, look)
    return layer


def back(look: Look) -> Layer:
    """What is seen behind the neck."""
    layer = Layer()
    BACK.get(look.hair_style, _none)(layer, look)
    return layer


def _none(layer: Layer, look: Look) -> None:
    """No hair here."""


def _mass(layer: Layer, look: Look, shape: Points) -> None:
    layer.fill(shape, look.hair.lighter(0.10), to=look.hair.deeper(0.12))


def _strand(layer: Layer, look: Look, *points: Point, dark: bool = False) -> None:
    """A line that shows which way the hair is combed."""
    colour = look.hair.deeper(0.45) if dark else look.hair.lighter(0.32)
    layer.stroke(curve(*points), colour, 2.2, alpha=0.55, taper=0.85, within=layer.mask())


def quiff(layer: Layer, look: Look) -> None:
    outer = curve(
        *((-63, 4), (-67, -24), (-64, -54), (-54, -80), (-26, -97), (10, -104)),
        *((44, -96), (63, -72), (68, -38), (63, 4)),
    )
    hairline = curve(
        *((58, 2), (56, -22), (50, -42), (36, -54), (12, -52), (-16, -56)),
        *((-40, -46), (-52, -36), (-56, -20), (-58, 2)),
    )
    _mass(layer, look, [*outer, *hairline])
    _strand(layer, look, (-44, -54), (-28, -78), (4, -92), (36, -88))
    _strand(layer, look, (-20, -60), (-4, -76), (24, -82), (50, -70))
    _strand(layer, look, (10, -56), (28, -66), (48, -64), (60, -46), dark=True)


def side(layer: Layer, look: Look) -> None:
    outer = curve(
        *((-63, 6), (-67, -26), (-62, -60), (-42, -86), (-8, -96), (30, -92)),
        *((56, -72), (66, -40), (63, 6)),
    )
    hairline = curve((58, 4), (56, -22), (50, -40), (30, -58), (-14, -66))
    hairline += curve((-14, -66), (-34, -54), (-50, -38), (-56, -20), (-58, 4))
    _mass(layer, look, [*outer, *hairline])
    _strand(layer, look, (-14, -66), (8, -80), (36, -74), (56, -44))
    _strand(layer, look, (-14, -70), (10, -88), (40, -82))
    _strand(layer, look, (-18, -68), (-38, -64), (-54, -44), dark=True)


def fade(layer: Layer, look: Look) -> None:
    temple = curve(
        *((-61, 0), (-63, -28), (-56, -60), (-32, -80), (0, -85), (32, -80)),
        *((56, -60), (63, -28), (61, 0)),
    )
    edge = curve((57, -2), (56, -28), (48, -46), (40, -52))
    edge += curve((-40, -52), (-48, -46), (-56, -28), (-57, -2))
    layer.fill([*temple, *edge], look.hair.mix(look.skin, 0.32), alpha=0.92)
    top = curve(
        *((-50, -50), (-58, -66), (-46, -90), (-20, -100), (0, -101), (20, -100)),
        *((46, -90), (58, -66), (50, -50), (0, -54)),
        closed=True,
    )
    _mass(layer, look, top)
    layer.fill(ellipse(-12, -86, 26, 6), look.hair.lighter(0.3), alpha=0.4, soft=5)


def bald(layer: Layer, look: Look) -> None:
    layer.fill(ellipse(-18, -58, 20, 9), look.skin.lighter(0.7), alpha=0.45, soft=6)


def crown(layer: Layer, look: Look) -> None:
    """Bald on top, with what is left around the sides."""
    bald(layer, look)
    for way in (-1, 1):
        tuft = curve(
            *((57, 8), (55, -16), (52, -36), (56, -50), (67, -40), (71, -16), (68, 6), (62, 14)),
            closed=True,
        )
        _mass(layer, look, [(x * way, y) for x, y in tuft])


def mop(layer: Layer, look: Look) -> None:
    """Loose curls that fall over the forehead."""
    _curls(
        layer,
        look,
        [
            *((-58, -22, 13), (58, -22, 13), (-62, -42, 17), (62, -42, 17), (-54, -66, 20)),
            *((54, -66, 20), (-30, -84, 22), (32, -84, 22), (0, -90, 23), (-40, -54, 17)),
            *((40, -56, 17), (-18, -56, 17), (6, -60, 17), (24, -54, 15), (-32, -46, 11)),
        ],
    )


def curls(layer: Layer, look: Look) -> None:
    """A round cloud of curls, its front edge."""
    _curls(
        layer,
        look,
        [
            *((-66, -28, 19), (66, -28, 19), (-62, -56, 23), (62, -56, 23), (-42, -78, 24)),
            *((42, -78, 24), (-14, -88, 26), (16, -88, 26), (-40, -56, 15), (40, -56, 15)),
            *((-16, -64, 16), (14, -65, 16), (-60, -8, 10), (60, -8, 10)),
        ],
    )


def _curls(layer: Layer, look: Look, rounds: list[tuple[float, float, float]]) -> None:
    for x, y, radius in rounds:
        layer.fill(ellipse(x, y, radius, radius), look.hair)
    for x, y, radius in rounds:
        arc = [ellipse(x, y, radius * 0.62, radius * 0.62)[step] for step in range(26, 38)]
        layer.stroke(arc, look.hair.lighter(0.22), 2.4, alpha=0.6, taper=0.8)


def curls_back(layer: Layer, look: Look) -> None:
    cloud = [
        *((-70, -30, 30), (70, -30, 30), (-72, 0, 26), (72, 0, 26), (-60, -66, 32)),
        *((60, -66, 32), (-26, -92, 32), (26, -92, 32), (0, -60, 60), (-68, 24, 20), (68, 24, 20)),
    ]
    for x, y, radius in cloud:
        layer.fill(ellipse(x, y, radius, radius), look.hair.deeper(0.28))


def waves(layer: Layer, look: Look) -> None:
    """Long, parted in the middle, falling in front of the shoulders."""
    inner = curve(
        *((0, -70), (18, -58), (38, -42), (52, -22), (57, 4), (57, 36)),
        *((50, 70), (50, 104), (60, 136)),
    )
    outer = curve(
        *((68, 146), (86, 130), (95, 98), (84, 62), (77, 30), (74, -10)),
        *((67, -50), (49, -80), (22, -95), (0, -97)),
    )
    for lock in both([*inner, *outer]):
        _mass(layer, look, lock)
    for way in (-1, 1):
        for points in (
            ((8, -82), (40, -68), (60, -36), (66, 4), (65, 44), (72, 92)),
            ((6, -88), (46, -78), (66, -40), (71, 0)),
            ((60, 40), (57, 80), (62, 120)),
        ):
            _strand(layer, look, *((x * way, y) for x, y in points))


def waves_back(layer: Layer, look: Look) -> None:
    shape = rounded((0, -90), (46, -76), (70, -20), (72, 40), (84, 86), (76, 122), (0, 132))
    layer.fill(shape, look.hair.deeper(0.32), to=look.hair.deeper(0.5))


def bob(layer: Layer, look: Look) -> None:
    """To the jaw, with a fringe."""
    outer = curve(
        *((-54, 62), (-72, 64), (-76, 30), (-74, -24), (-59, -71), (-27, -93), (0, -98)),
        *((27, -93), (59, -71), (74, -24), (76, 30), (72, 64), (54, 62)),
    )
    inner = curve((54, 62), (57, 34), (56, 0), (52, -26))
    inner += curve((52, -26), (26, -30), (0, -31), (-26, -30), (-52, -26))
    inner += curve((-52, -26), (-56, 0), (-57, 34), (-54, 62))
    _mass(layer, look, [*outer, *inner])
    for x in (-34, -14, 8, 30):
        _strand(layer, look, (x * 0.5, -88), (x * 0.9, -62), (x, -34))
    for way in (-1, 1):
        _strand(layer, look, (40 * way, -78), (64 * way, -36), (66 * way, 10), (64 * way, 50))


def bob_back(layer: Layer, look: Look) -> None:
    shape = rounded((0, -80), (50, -70), (72, -10), (72, 40), (66, 72), (34, 84), (0, 86))
    layer.fill(shape, look.hair.deeper(0.4))


def bun(layer: Layer, look: Look) -> None:
    """Combed back into a knot."""
    outer = curve(
        *((-62, 0), (-65, -28), (-58, -62), (-34, -84), (0, -90), (34, -84)),
        *((58, -62), (65, -28), (62, 0)),
    )
    hairline = curve((57, -2), (53, -28), (40, -48), (18, -56), (0, -56))
    hairline += curve((0, -56), (-18, -56), (-40, -48), (-53, -28), (-57, -2))
    _mass(layer, look, [*outer, *hairline])
    for way in (-1, 1):
        _strand(layer, look, (46 * way, -40), (34 * way, -64), (10 * way, -84))
        _strand(layer, look, (22 * way, -54), (14 * way, -70), (4 * way, -86), dark=True)


def bun_back(layer: Layer, look: Look) -> None:
    layer.fill(ellipse(2, -100, 27, 22), look.hair.lighter(0.06), to=look.hair.deeper(0.25))
    layer.stroke(curve((-16, -104), (0, -112), (16, -104)), look.hair.deeper(0.4), 2, alpha=0.5)


def ponytail(layer: Layer, look: Look) -> None:
    outer = curve(
        *((-62, 8), (-67, -26), (-60, -64), (-34, -88), (0, -94), (34, -88)),
        *((60, -64), (67, -26), (62, 8)),
    )
    hairline = curve((57, 10), (56, -14), (50, -34), (30, -48), (2, -56), (-22, -66))
    hairline += curve((-22, -66), (-38, -50), (-52, -32), (-56, -14), (-57, 10))
    _mass(layer, look, [*outer, *hairline])
    _strand(layer, look, (-20, -68), (8, -72), (38, -60), (58, -28))
    _strand(layer, look, (-20, -72), (10, -86), (44, -74))
    _strand(layer, look, (-24, -70), (-44, -58), (-58, -30))


def ponytail_back(layer: Layer, look: Look) -> None:
    tail = curve(
        *((20, -84), (66, -88), (92, -56), (92, -8), (86, 40), (96, 84), (84, 112)),
        *((70, 86), (64, 44), (56, 0)),
        closed=True,
    )
    layer.fill(tail, look.hair.deeper(0.1), to=look.hair.deeper(0.4))
    layer.stroke(
        curve((60, -74), (80, -40), (78, 10), (82, 70)),
        look.hair.lighter(0.2),
        2.4,
        alpha=0.5,
        taper=0.8,
    )


def scarf(layer: Layer, look: Look) -> None:
    """A head scarf that frames the face; `clothes.drape` goes with it."""
    cloth = look.scarf
    outer = rounded(
        *((0, -97), (36, -89), (63, -56), (72, -10), (69, 36)),
        *((60, 74), (42, 104), (0, 116)),
    )
    layer.fill(outer, cloth.lighter(0.12), to=cloth.deeper(0.18))
    opening = rounded(
        *((0, -56), (28, -51), (48, -33), (56, -4), (55, 26)),
        *((46, 54), (27, 72), (0, 77)),
    )
    layer.cut(opening)
    layer.stroke([*opening, opening[0]], cloth.lighter(0.35), 2.4, alpha=0.7)
    for fold in both(curve((8, -90), (44, -70), (64, -26), (62, 24))):
        layer.stroke(fold, cloth.deeper(0.4), 1.8, alpha=0.5, taper=0.7)


Style = Callable[[Layer, Look], None]

FRONT: dict[str, Style] = {
    style.__name__: style
    for style in (*(quiff, side, fade, bald, crown, mop, curls, waves, bob, bun, ponytail, scarf),)
}
BACK: dict[str, Style] = {
    "curls": curls_back,
    "waves": waves_back,
    "bob": bob_back,
    "bun": bun_back,
    "ponytail": ponytail_back,
}
