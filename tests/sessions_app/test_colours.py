"""What can be read on what, and the nearest colour where it cannot."""

import random

import pytest

from sessions_app import colours


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#000000", 21.0),
        ("#3b3fd8", "#3b3fd8", 1.0),
        ("#767676", "#ffffff", 4.54),
        ("#777777", "#ffffff", 4.48),
        ("#ff0000", "#ffffff", 4.0),
        ("#0000ff", "#ffffff", 8.59),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, expected: float) -> None:
    assert colours.contrast(one, other) == pytest.approx(expected, abs=0.005)


def test_a_colour_that_can_be_read_on_stays() -> None:
    assert colours.nearest("#3b3fd8", "#ffffff") == "#3b3fd8"


# The front end's test has the same colours.
@pytest.mark.parametrize(
    ("colour", "text", "expected"),
    [
        ("#8f96ff", "#ffffff", "#686dbc"),
        ("#ffcc00", "#ffffff", "#8d6f00"),
        ("#ff0000", "#ffffff", "#ee0000"),
        ("#202040", "#000000", "#7a7a86"),
        ("#ffffff", "#ffffff", "#767676"),
        ("#000000", "#000000", "#757575"),
    ],
)
def test_the_nearest_that_passes_has_the_same_hue(colour: str, text: str, expected: str) -> None:
    assert colours.nearest(colour, text) == expected


def test_whatever_is_chosen_something_near_it_passes() -> None:
    chance = random.Random(20)  # noqa: S311 (no secret)

    for _ in range(3_000):
        colour, text = (f"#{chance.randrange(1 << 24):06x}" for _ in range(2))
        found = colours.nearest(colour, text)
        assert colours.contrast(found, text) >= colours.LEAST, (colour, text, found)
