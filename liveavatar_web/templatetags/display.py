"""How values are shown to people: times, durations, states and the words for codes."""

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any, Final

from django import template
from django.conf import settings
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.db.models import Model
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from liveavatar_web.templatetags.assets import icon

register = template.Library()

# Tone and icon of each state of a key, a context or a session. An icon beside the words, so that
# colour is never the only sign.
_TONES: Final[dict[str, tuple[str, str]]] = {
    "ready": ("good", "circle-check"),
    "live": ("good", ""),
    "rejected": ("bad", "circle-alert"),
    "failed": ("bad", "circle-alert"),
    "uncertain": ("warn", "circle-help"),
    "revoked": ("", "circle-slash"),
    "deleted": ("", "circle-slash"),
    "ended": ("", "check"),
}
_CENT: Final = Decimal("0.01")
_MOVING: Final = ("busy", "loader-circle")
_PULSE: Final = SafeString('<span class="badge__pulse" aria-hidden="true"></span>')


@register.filter
def starts_with(text: str, prefix: str) -> bool:
    return text.startswith(prefix)


@register.simple_tag
def state_badge(thing: Model) -> SafeString:
    """The state of a key, a context or a session. What is live has a pulse in place of an icon."""
    state = str(thing.state)  # type: ignore[attr-defined]  # each of these models has one
    return (_badge if settings.DEBUG else _badge_once)(type(thing), state)


def _badge(model: type[Model], state: str) -> SafeString:
    field: Any = model._meta.get_field("state")
    words = capfirst(str(dict(field.flatchoices).get(state, state)))
    tone, icon_name = _TONES.get(state, _MOVING)
    sign = icon(icon_name) if icon_name else _PULSE
    badge = f"badge badge--{tone}" if tone else "badge"
    return format_html('<span class="{}" data-state="{}">{}{}</span>', badge, state, sign, words)


# There are few, and a list has one in each row.
_badge_once = cache(_badge)

# Figures and days are nobody's text: said to be safe, they are not looked through for it.


@register.filter
def clock(seconds: int | None) -> SafeString:
    """A duration in seconds as `4:05` or `1:04:05`; empty where unknown."""
    if seconds is None:
        return SafeString()
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return SafeString(f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}")


@register.filter
def count(number: int) -> SafeString:
    """`12,345`."""
    return SafeString(f"{number:,}")


@register.filter
def credit_figure(amount: Decimal | int) -> SafeString:
    """Credits to two places, without them where there is no fraction: `1,204`, `0.50`."""
    amount = Decimal(amount)
    if amount == amount.to_integral_value():
        return SafeString(f"{amount:,.0f}")
    return SafeString(f"{amount.quantize(_CENT, ROUND_HALF_UP):,}")


@register.filter
def full_day(day: date) -> SafeString:
    """`4 Mar 2026`."""
    return SafeString(f"{day:%-d %b %Y}")


@register.filter
def short_day(day: date) -> SafeString:
    """`4 Mar`, where the year is known."""
    return SafeString(f"{day:%-d %b}")


@register.filter
def milliseconds(count: int) -> str:
    """A short time as `85 ms`, from a second on as `1.24 s`."""
    return f"{count} ms" if count < 1000 else f"{count / 1000:.2f} s"


@register.simple_tag
def moment(at: datetime, style: str = "moment") -> SafeString:
    """A time in UTC that the page rewrites in the reader's zone.

    Styles: `moment` (day and time), `clock` (time with seconds), `ago` (how long since).
    """
    utc = at.astimezone(UTC)
    full = f"{utc:%-d %b %Y, %H:%M} UTC"
    words = full
    if style == "ago":
        words = naturaltime(at)
    elif style == "clock":
        words = f"{utc:%H:%M:%S}"
    exactly = utc.isoformat(timespec="milliseconds")
    # Nothing in it is anybody's text, and a page has dozens.
    return SafeString(
        f'<time datetime="{exactly}" data-local="{style}" title="{full}">{words}</time>'
    )


@register.filter
def code_words(code: str) -> str:
    """A dotted or snake-case code in words: `provider_key.registered`, Provider key registered."""
    return code.replace(".", " ").replace("_", " ").capitalize()
