"""Long hair and head scarf. `…_back` paints what is seen behind the neck."""

from simulator.face.hair.strands import locks, mass, strand
from simulator.face.look import Look
from simulator.face.paint import Layer
from simulator.face.shapes import both, curve, ellipse, rounded


def curls(layer: Layer, look: Look) -> None:
    """A round cloud of curls, its front edge."""
    locks(
        layer,
        look,
        [
            *((-66, -28, 19), (66, -28, 19), (-62, -56, 23), (62, -56, 23), (-42, -78, 24)),
            *((42, -78, 24), (-14, -88, 26), (16, -88, 26), (-40, -56, 15), (40, -56, 15)),
            *((-16, -64, 16), (14, -65, 16), (-60, -8, 10), (60, -8, 10)),
        ],
    )


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
        mass(layer, look, lock)
    for way in (-1, 1):
        for points in (
            ((8, -82), (40, -68), (60, -36), (66, 4), (65, 44), (72, 92)),
            ((6, -88), (46, -78), (66, -40), (71, 0)),
            ((60, 40), (57, 80), (62, 120)),
        ):
            strand(layer, look, *((x * way, y) for x, y in points))


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
    mass(layer, look, [*outer, *inner])
    for x in (-34, -14, 8, 30):
        strand(layer, look, (x * 0.5, -88), (x * 0.9, -62), (x, -34))
    for way in (-1, 1):
        strand(layer, look, (40 * way, -78), (64 * way, -36), (66 * way, 10), (64 * way, 50))


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
    mass(layer, look, [*outer, *hairline])
    for way in (-1, 1):
        strand(layer, look, (46 * way, -40), (34 * way, -64), (10 * way, -84))
        strand(layer, look, (22 * way, -54), (14 * way, -70), (4 * way, -86), dark=True)


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
    mass(layer, look, [*outer, *hairline])
    strand(layer, look, (-20, -68), (8, -72), (38, -60), (58, -28))
    strand(layer, look, (-20, -72), (10, -86), (44, -74))
    strand(layer, look, (-24, -70), (-44, -58), (-58, -30))


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
    for hem in both(opening[: len(opening) // 2 + 1]):
        layer.stroke(hem, cloth.lighter(0.35), 2.4)
    for fold in both(curve((8, -90), (44, -70), (64, -26), (62, 24))):
        layer.stroke(fold, cloth.deeper(0.4), 1.8, alpha=0.5, taper=0.7)
