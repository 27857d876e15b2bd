"""Addresses of what `npm run build` made: `{% asset "room.ts" %}`; icons: `{% icon "mic" %}`."""

import json
from functools import cache
from pathlib import Path
from typing import Final

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

MANIFEST: Final = Path(settings.BASE_DIR) / "static" / "dist" / "manifest.json"


class NotBuilt(Exception):
    """The front end was not built, or holds no such entry; `npm run build` makes it."""


def _read() -> dict[str, str]:
    try:
        entries: dict[str, str] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotBuilt("static/dist has no manifest; run `npm ci` and `npm run build`") from None
    return entries


_read_once = cache(_read)


@register.simple_tag
def asset(name: str) -> str:
    """The address of an entry by its source name, such as `app.css`. Raises NotBuilt."""
    return static(f"dist/{_file(name)}")


def text(name: str) -> str:
    """What an entry says, for one that is sent within another answer. Raises NotBuilt."""
    return _text(MANIFEST.with_name(_file(name)))


def _file(name: str) -> str:
    entries = _read() if settings.DEBUG else _read_once()
    if name not in entries:
        raise NotBuilt(f"static/dist/manifest.json holds no {name}; run `npm run build`")
    return entries[name]


@cache
def _text(path: Path) -> str:
    """Kept for good: the name of a built file changes with what it says."""
    return path.read_text(encoding="utf-8")


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite: decoration beside words, hidden from screen readers."""
    address = f"{asset('icons.svg')}#{name}"
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', address)
