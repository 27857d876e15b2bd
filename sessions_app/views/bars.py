"""Thirty days as bars, in the chart's own units; it grows with the page."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Generic, TypeVar

DAYS: Final = 30
_STEP: Final = 20
_HEIGHT: Final = 100


@dataclass(frozen=True, slots=True)
class Bar:
    """Where a bar stands; without height it is not drawn."""

    left: int
    top: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of the table, and its bar in the chart."""

    day: date
    minutes: int
    bar: Bar


AnyDay = TypeVar("AnyDay", bound=Day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart(Generic[AnyDay]):
    """The days, newest first, with their minutes together and those of the busiest."""

    days: list[AnyDay]
    minutes: int
    busiest: int
    width: int = DAYS * _STEP
    height: int = _HEIGHT

    @property
    def first_day(self) -> date:
        return self.days[-1].day


def bar(value: int, *, most: int, ago: int) -> Bar:
    """The bar of `value` so many days ago, where the highest is of `most`."""
    height = max(2, round(_HEIGHT * value / most)) if value else 0
    return Bar(left=(DAYS - 1 - ago) * _STEP + 2, top=_HEIGHT - height, height=height)


def minutes(seconds: int) -> int:
    """Begun minutes, as they are billed."""
    return -(-seconds // 60)
