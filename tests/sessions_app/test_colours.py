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


# The front end's test has the same colours: it offers them while somebody chooses.
@pytest.mark.parametrize(
    ("ground", "text", "expected"),
    [
        ("#3b3fd8", "#ffffff", "#3b3fd8"),
        ("#8f96ff", "#ffffff", "#5761ff"),
        ("#ffcc00", "#ffffff", "#8f7200"),
        ("#ff0000", "#ffffff", "#ed0000"),
        ("#202040", "#000000", "#6e6eb6"),
        ("#ffffff", "#ffffff", "#757575"),
        ("#000000", "#000000", "#757575"),
        ("#12a594", "#ffffff", "#0e8577"),
    ],
)
def test_the_nearest_that_passes_is_offered(ground: str, text: str, expected: str) -> None:
    assert colours.nearest_readable(ground, text) == expected


def test_whatever_is_chosen_something_near_it_passes() -> None:
    chance = random.Random(20)

    for _ in range(500):
        ground, text = (f"#{chance.randrange(1 << 24):06x}" for _ in range(2))
        found = colours.nearest_readable(ground, text)
        assert colours.contrast(found, text) >= colours.AA, (ground, text, found)
