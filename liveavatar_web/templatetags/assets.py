"""Addresses of what `npm run build` made: `{% asset "room.ts" %}`; icons: `{% icon "mic" %}`."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

MANIFEST: Final = Path(settings.BASE_DIR) / "static" / "dist" / "manifest.json"


class NotBuilt(Exception):
    """The front end was not built, or holds no such entry; `npm run build` makes it."""


def _read() -> dict[str, Any]:
    try:
        entries: dict[str, Any] = json.loads(MANIFEST.read_text(encoding="utf-8"))
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


@register.simple_tag
def preloads(name: str, priority: str = "auto") -> SafeString:
    """Links by which a browser loads at once what an entry's scripts would ask for one by one.

    With priority `low` they are for the page that comes next. Raises NotBuilt.
    """
    link = '<link rel="modulepreload" href="{}" fetchpriority="{}">'
    files = _entry("preloads", name)
    return format_html_join("", link, ((static(f"dist/{file}"), priority) for file in files))


def _file(name: str) -> str:
    return str(_entry(name))


def _entry(*names: str) -> Any:
    found: Any = _read() if settings.DEBUG else _read_once()
    for name in names:
        if name not in found:
            raise NotBuilt(f"static/dist/manifest.json holds no {name}; run `npm run build`")
        found = found[name]
    return found


@cache
def _text(path: Path) -> str:
    """Kept for good: the name of a built file changes with what it says."""
    return path.read_text(encoding="utf-8")


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite: decoration beside words, hidden from screen readers."""
    return _drawn(name) if settings.DEBUG else _drawn_once(name)


def _drawn(name: str) -> SafeString:
    address = f"{asset('icons.svg')}#{name}"
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', address)


# A page has dozens, of which most are alike.
_drawn_once = cache(_drawn)
