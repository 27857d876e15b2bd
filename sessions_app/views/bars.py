"""Bars of a chart by day, in the chart's own units; it grows with the page."""

from dataclasses import dataclass
from typing import Final

STEP: Final = 20
HEIGHT: Final = 100


@dataclass(frozen=True, slots=True)
class Bar:
    """Where a bar stands; without height it is not drawn."""

    left: int
    top: int
    height: int


def bar(value: int, *, most: int, place: int) -> Bar:
    """The bar of `value` where the highest is of `most`, in the place counted from the left."""
    height = max(2, round(HEIGHT * value / most)) if value else 0
    return Bar(left=place * STEP + 2, top=HEIGHT - height, height=height)


def minutes(seconds: int) -> int:
    """Begun minutes, as they are billed."""
    return -(-seconds // 60)
