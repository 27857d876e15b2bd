"""The start of one session as a picture: what took how long, and who was waited for."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from sessions_app.models import AvatarSession
from sessions_app.services import start_timeline
from sessions_app.services.start_timeline import By

# The steps that lead to the picture; each begins where the one before it ended.
_TO_THE_PICTURE: Final = start_timeline.STEPS[
    : start_timeline.STEPS.index(start_timeline.BY_NAME["first_frame"]) + 1
]
_NARROWEST: Final = 0.5


@dataclass(frozen=True, slots=True)
class Bar:
    """One step; times in milliseconds, `left` and `width` in hundredths of the picture."""

    label: str
    by: By
    took: int
    at: int
    left: str
    width: str


@dataclass(frozen=True, slots=True)
class Picture:
    """`sound` counts from the beginning, `reply` from the end of the person's first words."""

    bars: list[Bar]
    has_click: bool
    total: int | None
    ours: int
    sound: int | None
    reply: int | None


def of(session: AvatarSession) -> Picture | None:
    """None where nothing has begun yet."""
    at = start_timeline.milliseconds(session)
    steps = [step for step in _TO_THE_PICTURE if step.name in at]
    if len(steps) < 2:
        return None
    whole = max(at[steps[-1].name], 1)
    bars = []
    for before, step in pairwise(steps):
        begun, ended = at[before.name], at[step.name]
        took = max(0, ended - begun)
        width = max(100 * took / whole, _NARROWEST)
        left = min(100 * begun / whole, 100 - width)
        bars.append(Bar(step.label, step.by, took, ended, f"{left:.2f}", f"{width:.2f}"))
    return Picture(
        bars=bars,
        has_click="clicked" in at,
        total=at.get("first_frame"),
        ours=sum(bar.took for bar in bars if bar.by == By.US),
        sound=at.get("first_sound"),
        reply=at["first_reply"] - at["spoke"] if "first_reply" in at else None,
    )
