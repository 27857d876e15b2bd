"""Which limits a session must keep, whose meters they are on, and how a refusal is put in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.db.models import F, Q, QuerySet, Subquery

from accounts.models import Workspace
from sessions_app.models import AvatarSession, CloudAccount, Meter, Widget

# The period of meters that count places, which are given back; others are used up for good.
SLOTS: Final = ""
# The subject of the meter of all workspaces together.
INSTALLATION: Final = "installation"


class QuotaReached(Exception):
    """A limit is used up. `code` says which one; the text says it to a person.

    `may_wait` where it comes free again by itself, as places do.
    """

    def __init__(self, code: str, message: str, *, may_wait: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.may_wait = may_wait


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody at a widget; `visitor` is the day's keyed hash of their address."""

    widget: Widget
    visitor: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """What a session may use at the most: seconds, and the cloud's credits for them."""

    seconds: int
    credits: Decimal = Decimal(0)

    @classmethod
    def of(cls, seconds: int, *, is_sandbox: bool) -> "Need":
        """The cloud bills whole minutes, and the sandbox costs nothing."""
        if is_sandbox:
            return cls(seconds)
        return cls(seconds, -(-seconds // 60) * settings.CREDITS_PER_MINUTE)

    @classmethod
    def so_far(cls, session: AvatarSession) -> "Need":
        """What a session that runs has used until now, as it would be billed."""
        seconds = max(1, session.duration_seconds) if session.started_at else 0
        return cls.of(seconds, is_sandbox=session.is_sandbox)

    @classmethod
    def of_session(cls, session: AvatarSession) -> "Need":
        return cls.of(session.reserved_seconds, is_sandbox=session.is_sandbox)


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that one meter may come to; what is None has no limit there."""

    subject: str
    period: str
    code: str
    slots: int | None = None
    seconds: int | None = None
    starts: int | None = None
    credits: Decimal | None = None

    @property
    def rows(self) -> QuerySet[Meter]:
        return Meter.objects.filter(subject=self.subject, period=self.period)

    def admits(self, need: Need) -> bool:
        """Whether there is room while nothing is held or used yet."""
        return (
            self.slots != 0
            and self.starts != 0
            and (self.seconds is None or need.seconds <= self.seconds)
            and (self.credits is None or need.credits <= self.credits)
        )

    def leaves_room_for(self, need: Need) -> Q:
        """The condition under which a meter takes `need` on. What cannot be read is no room."""
        room = Q()
        if self.slots is not None:
            room &= Q(held_slots__lt=self.slots)
        if self.seconds is not None:
            room &= Q(held_seconds__lte=self.seconds - need.seconds - F("used_seconds"))
        if self.starts is not None:
            room &= Q(starts__lt=self.starts)
        if self.credits is not None:
            room &= Q(held_credits__lte=self.credits - need.credits - F("used_credits"))
        if self.subject == INSTALLATION and settings.CREDIT_FLOOR is not None and need.credits:
            left = Subquery(CloudAccount.objects.values("credits_left")[:1])
            room &= Q(held_credits__lte=left - (settings.CREDIT_FLOOR + need.credits))
        return room


def of_start(workspace: Workspace, stranger: Stranger | None, now: datetime) -> Iterator[Limit]:
    """Every limit of a start, in the one order in which meters are locked.

    A stranger's own come first, so that one who is turned away has not held up anybody else.
    """
    day, month = periods(now)
    if stranger is not None:
        widget, its = stranger.widget, of_widget(stranger.widget)
        yield Limit(
            _of_visitor(stranger),
            day,
            "visitor_day",
            seconds=60 * widget.visitor_daily_minutes,
            starts=widget.visitor_daily_starts,
        )
        yield Limit(its, SLOTS, "widget_places", slots=widget.max_visitors)
        yield Limit(
            its,
            day,
            "widget_day",
            seconds=60 * widget.daily_minutes,
            starts=widget.daily_starts,
        )
        yield Limit(
            its,
            month,
            "widget_month",
            seconds=60 * widget.monthly_minutes,
            starts=widget.monthly_starts,
        )
    its = of_workspace(workspace)
    yield Limit(its, SLOTS, "concurrency", slots=workspace.concurrency_limit)
    yield Limit(
        its,
        month,
        "monthly_budget",
        seconds=workspace.monthly_limit_seconds,
        credits=workspace.monthly_credit_limit,
    )
    yield Limit(INSTALLATION, SLOTS, "installation", slots=settings.MAX_CONCURRENT_SESSIONS)


def meters_of(session: AvatarSession) -> Iterator[tuple[str, str]]:
    """Where the session's reservation was written, in the order of `of_start`."""
    day, _ = periods(session.requested_at)
    month = session.reserved_period
    if session.widget is not None:
        stranger = Stranger(session.widget, session.visit.visitor)
        yield _of_visitor(stranger), day
        yield of_widget(session.widget), SLOTS
        yield of_widget(session.widget), day
        yield of_widget(session.widget), month
    yield of_workspace(session.workspace), SLOTS
    yield of_workspace(session.workspace), month
    yield INSTALLATION, SLOTS


def periods(now: datetime) -> tuple[str, str]:
    """The day and the month (UTC) that a start at `now` counts to."""
    utc = now.astimezone(UTC)
    return f"{utc:%Y-%m-%d}", f"{utc:%Y-%m}"


def of_widget(widget: Widget) -> str:
    """The subject of a widget's meters."""
    return f"widget:{widget.public_id}"


def places_taken(workspace: Workspace) -> int:
    """How many of its sessions hold a place now, whoever started them."""
    places = Meter.objects.filter(subject=of_workspace(workspace), period=SLOTS)
    return places.values_list("held_slots", flat=True).first() or 0


def of_workspace(workspace: Workspace) -> str:
    """The subject of a workspace's meters."""
    return f"workspace:{workspace.public_id}"


def visitors_of(widget: Widget) -> str:
    """What the subjects of the meters of a widget's visitors begin with."""
    return f"visitor:{widget.public_id}:"


def _of_visitor(stranger: Stranger) -> str:
    return f"{visitors_of(stranger.widget)}{stranger.visitor}"
