"""What every template keeps to, so that the content security policy needs no exception."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(
    str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*.html")
)


def _text(name: str) -> str:
    return (ROOT / "templates" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_compiles(name: str) -> None:
    assert get_template(name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_styles_or_acts_inline(name: str) -> None:
    inline = re.findall(r"<style|\sstyle=|\son\w+=|javascript:", _text(name))

    assert inline == []


def test_every_icon_that_a_template_shows_is_in_the_sprite() -> None:
    names = set(json.loads((ROOT / "static/src/icons.json").read_text(encoding="utf-8")))
    shown = {
        icon
        for name in TEMPLATES
        for icon in re.findall(r"""\{% icon "([a-z0-9-]+)|symbol="([a-z0-9-]+)""", _text(name))
        for icon in icon
        if icon
    }

    assert shown - names == set()


def test_every_icon_of_the_sprite_is_shown_somewhere() -> None:
    names = set(json.loads((ROOT / "static/src/icons.json").read_text(encoding="utf-8")))
    sources = "".join(map(_text, TEMPLATES))
    sources += (ROOT / "liveavatar_web/templatetags/display.py").read_text(encoding="utf-8")

    assert {name for name in names if f'"{name}"' not in sources} == set()
