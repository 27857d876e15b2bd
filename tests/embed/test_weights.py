"""What a widget costs a page: the loader's bytes, and all that its frame loads."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from liveavatar_web.templatetags import assets
from sessions_app import wording
from sessions_app.models import Widget
from tests.embed.visitor import Visitor

pytestmark = pytest.mark.django_db

LOADER_BYTES = 3 * 1024
FRAME_BYTES = 190 * 1000
DIST = assets.MANIFEST.parent


@pytest.mark.parametrize("language", list(wording.LANGUAGES))
@pytest.mark.parametrize("placement", Widget.Placement.values)
def test_the_loader_weighs_at_most_three_kilobytes(
    widget: Widget, language: str, placement: str
) -> None:
    Widget.objects.update(placement=placement)
    url = f"/embed/v1/{widget.public_id}.js"

    answer = Client().get(url, headers={"accept-language": language, "accept-encoding": "gzip"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.content) <= LOADER_BYTES


def test_the_loader_is_cached_shortly_and_known_again(widget: Widget) -> None:
    url = f"/embed/v1/{widget.public_id}.js"
    first = Client().get(url)

    again = Client().get(url, headers={"if-none-match": first.headers["ETag"]})
    Widget.objects.update(accent="#006644")
    changed = Client().get(url, headers={"if-none-match": first.headers["ETag"]})

    assert (first.headers["Cache-Control"], again.status_code) == ("public, max-age=60", 304)
    assert first.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert (changed.status_code, "#006644" in changed.content.decode()) == (200, True)


def test_an_owners_words_cannot_leave_the_script(widget: Widget) -> None:
    Widget.objects.update(greeting="</script><script>alert(1)</script>\u2028")

    script = Client().get(f"/embed/v1/{widget.public_id}.js").content.decode()

    assert "</script>" not in script
    assert "\u2028" not in script


def test_everything_that_the_frame_loads_weighs_at_most_190_kilobytes(visitor: Visitor) -> None:
    page = len(gzip.compress(visitor.open_frame().content))
    entries: dict[str, str] = json.loads(assets.MANIFEST.read_text("utf-8"))
    roots = [entries[name] for name in ("frame.ts", "frame.css", "solver.ts", "icons.svg")]

    weights = {path.name: len(gzip.compress(path.read_bytes())) for path in _reached(roots)}

    assert page + sum(weights.values()) <= FRAME_BYTES
    # The room's code is a chunk of its own, for after the click.
    before = page + sum(weights[path.name] for path in _reached(roots[:1], lazily=False))
    assert before < 20_000


def _reached(names: list[str], *, lazily: bool = True) -> list[Path]:
    """These files and all that they import; not lazily, only what is loaded with them."""
    found: dict[str, Path] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = DIST / name
        text = found[name].read_text("utf-8")
        others: list[Any] = [path.name for path in DIST.glob("*.js") if path.name != name]
        for other in others:
            is_lazy = f'import("./{other}")' in text
            if other in text and (lazily or not is_lazy):
                waiting.append(other)
    return list(found.values())
