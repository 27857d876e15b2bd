"""Hair: for each style, what is in front of the face and what falls behind the neck."""

from collections.abc import Callable

from simulator.face.hair import long, short
from simulator.face.look import Look
from simulator.face.paint import Layer

Style = Callable[[Layer, Look], None]

FRONT: dict[str, Style] = {
    style.__name__: style
    for style in (
        *(short.quiff, short.side, short.fade, short.bald, short.crown, short.mop),
        *(long.curls, long.waves, long.bob, long.bun, long.ponytail, long.scarf),
    )
}
BACK: dict[str, Style] = {
    "curls": long.curls_back,
    "waves": long.waves_back,
    "bob": long.bob_back,
    "bun": long.bun_back,
    "ponytail": long.ponytail_back,
}


def front(look: Look) -> Layer:
    """What covers forehead and temples."""
    layer = Layer()
    FRONT[look.hair_style](layer, look)
    return layer


def back(look: Look) -> Layer:
    """What is seen behind the neck: nothing, for most short hair."""
    layer = Layer()
    if look.hair_style in BACK:
        BACK[look.hair_style](layer, look)
    return layer
