"""Short hair, and none: each function paints what is in front of the face."""

from simulator.face.hair.strands import locks, mass, strand
from simulator.face.look import Look
from simulator.face.paint import Layer
from simulator.face.shapes import curve, ellipse


def quiff(layer: Layer, look: Look) -> None:
    outer = curve(
        *((-63, 4), (-67, -24), (-64, -54), (-54, -80), (-26, -97), (10, -104)),
        *((44, -96), (63, -72), (68, -38), (63, 4)),
    )
    hairline = curve(
        *((58, 2), (56, -22), (50, -42), (36, -54), (12, -52), (-16, -56)),
        *((-40, -46), (-52, -36), (-56, -20), (-58, 2)),
    )
    mass(layer, look, [*outer, *hairline])
    strand(layer, look, (-44, -54), (-28, -78), (4, -92), (36, -88))
    strand(layer, look, (-20, -60), (-4, -76), (24, -82), (50, -70))
    strand(layer, look, (10, -56), (28, -66), (48, -64), (60, -46), dark=True)


def side(layer: Layer, look: Look) -> None:
    outer = curve(
        *((-63, 6), (-67, -26), (-62, -60), (-42, -86), (-8, -96), (30, -92)),
        *((56, -72), (66, -40), (63, 6)),
    )
    hairline = curve((58, 4), (56, -22), (50, -40), (30, -58), (-14, -66))
    hairline += curve((-14, -66), (-34, -54), (-50, -38), (-56, -20), (-58, 4))
    mass(layer, look, [*outer, *hairline])
    strand(layer, look, (-14, -66), (8, -80), (36, -74), (56, -44))
    strand(layer, look, (-14, -70), (10, -88), (40, -82))
    strand(layer, look, (-18, -68), (-38, -64), (-54, -44), dark=True)


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
    mass(layer, look, top)
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
        mass(layer, look, [(x * way, y) for x, y in tuft])


def mop(layer: Layer, look: Look) -> None:
    """Loose curls that fall over the forehead."""
    locks(
        layer,
        look,
        [
            *((-58, -22, 13), (58, -22, 13), (-62, -42, 17), (62, -42, 17), (-54, -66, 20)),
            *((54, -66, 20), (-30, -84, 22), (32, -84, 22), (0, -90, 23), (-40, -54, 17)),
            *((40, -56, 17), (-18, -56, 17), (6, -60, 17), (24, -54, 15), (-32, -46, 11)),
        ],
    )
