"""How values are shown to people: times, durations, states and the words for codes."""

from datetime import datetime
from typing import Final

from django import template
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

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
_MOVING: Final = ("busy", "loader-circle")


@register.filter
def starts_with(text: str, prefix: str) -> bool:
    return text.startswith(prefix)


@register.filter
def tone(state: str) -> str:
    """The badge tone of a state: good, warn, bad, busy or none."""
    return _TONES.get(state, _MOVING)[0]


@register.filter
def state_icon(state: str) -> str:
    """The icon of a state; none for a live session, which has a pulse instead."""
    return _TONES.get(state, _MOVING)[1]


@register.filter
def clock(seconds: int | None) -> str:
    """A duration in seconds as `4:05` or `1:04:05`; empty where unknown."""
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@register.filter
def milliseconds(count: int) -> str:
    """A short time as `85 ms`, from a second on as `1.24 s`."""
    return f"{count} ms" if count < 1000 else f"{count / 1000:.2f} s"


@register.simple_tag
def moment(at: datetime, style: str = "moment") -> SafeString:
    """A time in UTC that the page rewrites in the reader's zone.

    Styles: `moment` (day and time), `clock` (time with seconds), `ago` (how long since).
    """
    utc = localtime(at)
    full = f"{utc:%-d %b %Y, %H:%M} UTC"
    words = full
    if style == "ago":
        words = naturaltime(at)
    elif style == "clock":
        words = f"{utc:%H:%M:%S}"
    return format_html(
        '<time datetime="{}" data-local="{}" title="{}">{}</time>',
        utc.isoformat(timespec="milliseconds"),
        style,
        full,
        words,
    )


@register.filter
def code_words(code: str) -> str:
    """A dotted or snake-case code in words: `provider_key.registered`, Provider key registered."""
    return code.replace(".", " ").replace("_", " ").capitalize()
