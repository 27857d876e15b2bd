"""Why a widget turned strangers away, in words for its owner; counted by `services/tallies.py`."""

from typing import Final

_WORDS: Final = {
    "off": "came while it was off or paused",
    "origin": "came from a site that is not allowed",
    "ticket": "waited too long before they began",
    "challenge": "did not solve the puzzle that keeps scripts away",
    "visitor_day": "had used up what one visitor may use in a day",
    "widget_places": "found every place of the widget taken",
    "widget_day": "came after the day's limit was used up",
    "widget_month": "came after the month's limit was used up",
    "concurrency": "found every place of the workspace taken",
    "monthly_minutes": "came after the workspace's minutes of the month were used up",
    "not_startable": "could not begin: its avatar, context or key cannot be used",
}


def told(counts: dict[str, int]) -> list[tuple[int, str]]:
    """How many, and what they did, most first."""
    return sorted(
        ((count, _WORDS.get(reason, reason)) for reason, count in counts.items()), reverse=True
    )
