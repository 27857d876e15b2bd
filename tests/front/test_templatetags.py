import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Model
from django.template import Context, Template
from django.utils import timezone

from accounts.models import ProviderKey
from liveavatar_web.templatetags import assets, display
from liveavatar_web.templatetags.assets import NotBuilt
from sessions_app.models import AvatarSession


@pytest.fixture
def manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Path:
    """A build whose manifest is read at each use."""
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"room.ts": "room-AB12CD34.js", "icons.svg": "icons-00000000.svg"}))
    monkeypatch.setattr(assets, "MANIFEST", path)
    settings.DEBUG = True
    return path


def _render(source: str) -> str:
    return Template("{% load assets display %}" + source).render(Context())


def test_an_asset_is_found_by_its_source_name(manifest: Path) -> None:
    assert _render("{% asset 'room.ts' %}") == "/static/dist/room-AB12CD34.js"


def test_an_asset_that_was_not_built_says_what_to_do(manifest: Path) -> None:
    with pytest.raises(NotBuilt, match="holds no gone"):
        assets.asset("gone.ts")

    manifest.unlink()
    with pytest.raises(NotBuilt, match="run `npm ci`"):
        assets.asset("room.ts")


def test_what_a_page_will_load_is_asked_for_at_once(manifest: Path) -> None:
    entries = {"preloads": {"room.ts": ["room-AB12CD34.js", "chunk-00000000.js"]}}
    manifest.write_text(json.dumps(entries))

    assert _render("{% preloads 'room.ts' %}") == (
        '<link rel="modulepreload" href="/static/dist/room-AB12CD34.js" fetchpriority="auto">'
        '<link rel="modulepreload" href="/static/dist/chunk-00000000.js" fetchpriority="auto">'
    )
    with pytest.raises(NotBuilt, match="holds no gone"):
        assets.preloads("gone.ts")


def test_the_room_page_loads_livekit_with_the_rest() -> None:
    files = assets._entry("preloads", "room.ts")

    assert assets._file("room.ts") in files
    assert [name for name in files if name.startswith("media-")] != []
    assert [name for name in files if not (assets.MANIFEST.parent / name).exists()] == []


def test_an_icon_is_decoration_that_screen_readers_pass_over(manifest: Path) -> None:
    assert _render("{% icon 'mic' %}") == (
        '<svg class="icon" aria-hidden="true">'
        '<use href="/static/dist/icons-00000000.svg#mic"></use></svg>'
    )


@pytest.mark.parametrize(
    ("seconds", "words"), [(None, ""), (0, "0:00"), (65, "1:05"), (3_905, "1:05:05")]
)
def test_seconds_read_as_a_clock(seconds: int | None, words: str) -> None:
    assert display.clock(seconds) == words


@pytest.mark.parametrize(
    ("amount", "figure"),
    [
        ("0", "0"),
        ("2.0000", "2"),
        ("1204.5", "1,204.50"),
        ("0.125", "0.13"),
        ("0.0049", "0.00"),
        ("99.999", "100.00"),
        ("1234567", "1,234,567"),
    ],
)
def test_credits_have_two_places_or_none(amount: str, figure: str) -> None:
    assert display.credit_figure(Decimal(amount)) == figure


def test_figures_of_a_table_are_grouped() -> None:
    assert (display.count(7), display.count(12_345)) == ("7", "12,345")


def test_days_have_their_year_where_it_is_not_known() -> None:
    day = date(2026, 3, 4)

    assert (display.full_day(day), display.short_day(day)) == ("4 Mar 2026", "4 Mar")


def test_a_moment_is_in_utc_until_the_page_knows_better() -> None:
    at = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)

    assert display.moment(at) == (
        '<time datetime="2026-03-04T05:06:07.000+00:00" data-local="moment"'
        ' title="4 Mar 2026, 05:06 UTC">4 Mar 2026, 05:06 UTC</time>'
    )
    assert display.moment(at, "clock").endswith(">05:06:07</time>")


def test_a_moment_ago_is_told_in_words() -> None:
    assert display.moment(timezone.now() - timedelta(minutes=3), "ago").endswith(
        ">3\xa0minutes ago</time>"
    )


@pytest.mark.parametrize(
    ("thing", "tone", "icon", "words"),
    [
        (ProviderKey(state="ready"), " badge--good", "circle-check", "Ready"),
        (ProviderKey(state="pushing"), " badge--busy", "loader-circle", "Being delivered"),
        (ProviderKey(state="rejected"), " badge--bad", "circle-alert", "Refused"),
        (AvatarSession(state="ended"), "", "check", "Ended"),
    ],
)
def test_a_state_has_a_tone_and_never_colour_alone(
    manifest: Path, thing: Model, tone: str, icon: str, words: str
) -> None:
    assert display.state_badge(thing) == (
        f'<span class="badge{tone}" data-state="{thing.state}">'  # type: ignore[attr-defined]  # as there
        f'<svg class="icon" aria-hidden="true"><use href="/static/dist/icons-00000000.svg#{icon}">'
        f"</use></svg>{words}</span>"
    )


def test_what_is_live_has_a_pulse() -> None:
    assert display.state_badge(AvatarSession(state="live")) == (
        '<span class="badge badge--good" data-state="live">'
        '<span class="badge__pulse" aria-hidden="true"></span>Live</span>'
    )


def test_a_code_reads_as_words() -> None:
    assert display.code_words("provider_key.registered") == "Provider key registered"
