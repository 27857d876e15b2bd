"""Whether text can be read on a colour, and the nearest on which it can (WCAG 2.2, 1.4.3)."""

import colorsys
from typing import Final

AA: Final = 4.5
_STEPS: Final = 200

Rgb = tuple[float, float, float]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours written `#rrggbb`, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def nearest_readable(ground: str, text: str) -> str:
    """The colour closest in lightness to `ground`, of the same hue, on which `text` is readable.

    `ground` itself where it passes. There always is one: text on black or on white passes.
    """
    hue, lightness, saturation = colorsys.rgb_to_hls(*_rgb(ground))
    for step in range(_STEPS + 1):
        for moved in (lightness - step / _STEPS, lightness + step / _STEPS):
            if 0 <= moved <= 1:
                candidate = _hex(colorsys.hls_to_rgb(hue, moved, saturation))
                if contrast(candidate, text) >= AA:
                    return candidate
    raise AssertionError("either black or white is readable under any colour")


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in _rgb(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(colour: str) -> Rgb:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex(rgb: Rgb) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in rgb)
