"""The start of a session, step by step: from the click to the avatar's first answer.

Our own steps are timed by our clock. The page times its steps by a clock that only runs forward,
aligned to ours by the answers it gets, and reports them together. A report is taken for what it
is: of each step the first one counts, in the order in which steps follow each other, and within
the session's own span.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from time import monotonic
from typing import Final

from django.db import transaction

from accounts.services import changes
from sessions_app.models import AvatarSession


class By(StrEnum):
    """Who a step waits for."""

    US = "us"
    CLOUD = "LiveAvatar"
    PAGE = "the page"
    PERSON = "the person"


@dataclass(frozen=True, slots=True)
class Step:
    """`field` is where its time stands; `follows` the step of which the page cannot be ahead."""

    name: str
    field: str
    label: str
    by: By
    follows: str = ""

    @property
    def is_pages(self) -> bool:
        return self.name == "clicked" or bool(self.follows)


STEPS: Final = (
    Step("clicked", "clicked_at", "Clicked", By.PERSON),
    Step("accepted", "requested_at", "Accepted", By.US),
    Step("claimed", "claimed_at", "Taken by a worker", By.US),
    Step("minted", "minted_at", "Id given", By.CLOUD),
    Step("started", "started_at", "Started", By.CLOUD),
    Step("told", "told_at", "Told to the page", By.US, follows="started"),
    Step("joined", "joined_at", "Room joined", By.PAGE, follows="told"),
    Step("first_frame", "first_frame_at", "First picture", By.CLOUD, follows="joined"),
    Step("first_sound", "first_sound_at", "First sound", By.CLOUD, follows="joined"),
    Step("spoke", "spoke_at", "First words of the person", By.PERSON, follows="joined"),
    Step("first_reply", "first_reply_at", "First answer", By.CLOUD, follows="spoke"),
)
BY_NAME: Final = {step.name: step for step in STEPS}
FROM_PAGES: Final = tuple(step.name for step in STEPS if step.is_pages)

# How far the page's clock may be off: by half of its quickest round trip, if that was a slow one.
_CLOCKS_DIFFER: Final = timedelta(seconds=1)
# Longer than a click takes to reach us; what is older began something else.
_LONGEST_CLICK: Final = timedelta(seconds=30)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


class Stopwatch:
    """Adds up how long its `with` blocks took, by a clock that only runs forward."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def __enter__(self) -> None:
        self._began = monotonic()

    def __exit__(self, *_: object) -> None:
        self._seconds += monotonic() - self._began

    @property
    def milliseconds(self) -> int:
        return round(1000 * self._seconds)


def times(session: AvatarSession) -> dict[str, datetime]:
    """When each step happened, as far as it is known, in the order of STEPS."""
    found = {step.name: getattr(session, step.field) for step in STEPS}
    return {name: at for name, at in found.items() if at is not None}


def milliseconds(session: AvatarSession) -> dict[str, int]:
    """The steps in milliseconds since the click, or since we accepted it where none is known."""
    found = times(session)
    begin = next(iter(found.values()))
    return {name: round((at - begin) / timedelta(milliseconds=1)) for name, at in found.items()}


def report(session: AvatarSession, *, steps: Mapping[str, datetime], now: datetime) -> None:
    """Keeps what the page has timed, by the names of FROM_PAGES; what cannot be is left out."""
    believed = _believed(times(session), steps, until=min(session.ended_at or now, now))
    if not believed:
        return
    news = {BY_NAME[name].field: at for name, at in believed.items()}
    untold = {f"{field}__isnull": True for field in news}
    with transaction.atomic():
        if AvatarSession.objects.filter(pk=session.pk, **untold).update(**news):
            changes.announce(session.workspace_id)


def _believed(
    known: Mapping[str, datetime], told: Mapping[str, datetime], *, until: datetime
) -> dict[str, datetime]:
    """Those of the steps that are news and can be true, each moved into its bounds."""
    believed: dict[str, datetime] = {}
    for name in FROM_PAGES:
        if name in known or name not in told:
            continue
        earliest, latest = _bounds(name, {**known, **believed}, until)
        at = told[name]
        if earliest - _CLOCKS_DIFFER <= at <= latest + _CLOCKS_DIFFER:
            believed[name] = max(min(at, latest), earliest)
    return believed


def _bounds(name: str, known: Mapping[str, datetime], until: datetime) -> tuple[datetime, datetime]:
    """Between which times the step can have been; an empty span where it cannot have been yet."""
    if name == "clicked":
        return known["accepted"] - _LONGEST_CLICK, known["accepted"]
    return known.get(BY_NAME[name].follows, _NEVER), until
