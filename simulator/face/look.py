"""What an avatar looks like: the choices that make one drawn person differ from the next."""

import hashlib
from dataclasses import dataclass, replace
from typing import TypeVar

from simulator.face.paint import Colour

hex_ = Colour.hex

Choice = TypeVar("Choice")

BROWN = hex_("#5b3a29")


@dataclass(frozen=True, slots=True)
class Look:
    """One person. The styles name functions in `hair`, `clothes` and `backdrop`."""

    name: str
    skin: Colour
    hair: Colour
    hair_style: str
    clothes: Colour
    clothes_style: str
    backdrop: Colour
    scene: str
    eyes: Colour = BROWN
    jaw: float = 1.0
    lips: float = 0.22
    lashes: bool = False
    beard: str = ""
    glasses: str = ""
    earrings: bool = False

    @property
    def scarf(self) -> Colour:
        """The colour of a head scarf, which goes with the clothes."""
        return self.clothes.mix(hex_("#f4e2ce"), 0.62)

    @classmethod
    def of(cls, avatar_id: str, name: str = "") -> "Look":
        """The look that belongs to an avatar, always the same one.

        A first name of the cast gets that person; anyone else is a person of the cast in other
        colours, chosen by `avatar_id`.
        """
        known = CAST.get(name.partition(" ")[0])
        return replace(known, name=name) if known else _recoloured(avatar_id, name)


PORCELAIN, FAIR, PEACH, SAND = (hex_(c) for c in ("#fbdcc8", "#f6cdb0", "#f0bd98", "#e3aa80"))
HONEY, BRONZE, CHESTNUT, COCOA = (hex_(c) for c in ("#cf9468", "#b17a52", "#8d5a3b", "#6f4430"))

RAVEN, ESPRESSO, WALNUT, COPPER = (hex_(c) for c in ("#262430", "#3b2a27", "#5e3f2f", "#a9542f"))
WHEAT, SILVER, SLATE = (hex_(c) for c in ("#c99a5b", "#c9ccd3", "#5d6470"))

HAZEL, OCEAN, MOSS, UMBER = (hex_(c) for c in ("#7a5a34", "#4a7fa5", "#5f7f5c", "#4a2f24"))

NAVY, TEAL, CORAL, MUSTARD = (hex_(c) for c in ("#33446b", "#2f7f7b", "#e2725b", "#dba63c"))
PLUM, FOREST, CREAM, SKY = (hex_(c) for c in ("#70456b", "#3d6b55", "#f1e7d8", "#6a9bc3"))
INK, ROSE, BRICK, LILAC = (hex_(c) for c in ("#2f3442", "#d98a94", "#b4533f", "#9a8ac2"))

DAWN, MIST, SAGE, APRICOT = (hex_(c) for c in ("#f3cdb9", "#bcd3e2", "#bdd5c1", "#f5d2a0"))
LAVENDER, LAGOON, BLUSH, DUSK = (hex_(c) for c in ("#cfc6e8", "#a5d3d3", "#efc3c8", "#8fa3cc"))

CAST = {
    look.name: look
    for look in (
        Look(
            *("Wayne", FAIR, WALNUT, "quiff", NAVY, "blazer", MIST, "window"),
            eyes=OCEAN,
            jaw=1.06,
            beard="stubble",
        ),
        Look(
            *("Amara", COCOA, RAVEN, "curls", MUSTARD, "crew", LAGOON, "leaves"),
            eyes=UMBER,
            lips=0.4,
            lashes=True,
            earrings=True,
        ),
        Look(
            *("Bruno", SAND, ESPRESSO, "bald", FOREST, "collar", APRICOT, "shelf"),
            jaw=1.08,
            beard="full",
        ),
        Look(
            *("Chiyo", PORCELAIN, SILVER, "bun", PLUM, "cardigan", SAGE, "leaves"),
            eyes=UMBER,
            lips=0.42,
            glasses="round",
        ),
        Look(
            *("Dalia", HONEY, ESPRESSO, "waves", CORAL, "crew", LAVENDER, "window"),
            eyes=HAZEL,
            lips=0.36,
            lashes=True,
        ),
        Look(
            *("Elias", PEACH, RAVEN, "side", CREAM, "turtleneck", DUSK, "shelf"),
            eyes=MOSS,
            jaw=1.03,
            beard="short",
        ),
        Look(
            *("Farah", BRONZE, ESPRESSO, "scarf", TEAL, "drape", DAWN, "window"),
            eyes=HAZEL,
            lips=0.34,
            lashes=True,
        ),
        Look(
            *("Gustav", PORCELAIN, SILVER, "crown", INK, "cardigan", LAGOON, "shelf"),
            eyes=OCEAN,
            jaw=1.05,
            beard="full",
            glasses="square",
        ),
        Look(
            *("Hana", FAIR, RAVEN, "bob", SKY, "collar", BLUSH, "leaves"),
            eyes=UMBER,
            lips=0.42,
            lashes=True,
        ),
        Look(
            *("Ivo", PEACH, COPPER, "mop", TEAL, "hoodie", APRICOT, "window"),
            eyes=MOSS,
        ),
        Look(
            *("June", PORCELAIN, COPPER, "ponytail", INK, "blazer", SAGE, "shelf"),
            eyes=MOSS,
            lips=0.4,
            lashes=True,
            earrings=True,
        ),
        Look(
            *("Kofi", CHESTNUT, RAVEN, "fade", BRICK, "hoodie", MIST, "leaves"),
            eyes=UMBER,
            jaw=1.05,
            lips=0.3,
            beard="short",
        ),
    )
}


def _recoloured(avatar_id: str, name: str) -> Look:
    draw = hashlib.sha256(avatar_id.encode()).digest()
    person = list(CAST.values())[draw[0] % len(CAST)]
    grey = person.hair in (SILVER, SLATE)
    return replace(
        person,
        name=name,
        clothes=_pick((NAVY, TEAL, CORAL, MUSTARD, PLUM, FOREST, SKY, ROSE, BRICK, LILAC), draw[1]),
        backdrop=_pick((DAWN, MIST, SAGE, APRICOT, LAVENDER, LAGOON, BLUSH, DUSK), draw[2]),
        scene=_pick(("window", "leaves", "shelf"), draw[3]),
        hair=person.hair if grey else _pick((RAVEN, ESPRESSO, WALNUT, person.hair), draw[4]),
    )


def _pick(choices: tuple[Choice, ...], draw: int) -> Choice:
    return choices[draw % len(choices)]
