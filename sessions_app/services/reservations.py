"""Slots and seconds, reserved before anything is billed and settled when it is over.

Each decision is one conditional update on a `Meter`, so that of many starts at once as many pass as
there is room for, and none where the meter cannot be read. Slots come before months, always in
this order: two transactions can then never wait for each other.
"""

from datetime import datetime

from django.db.models import F

from accounts.models import Workspace
from sessions_app.models import AvatarSession, Meter


class QuotaReached(Exception):
    """A limit is used up. `code` says which one; the text says it to a person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def hold(*, workspace: Workspace, seconds: int, now: datetime) -> str:
    """Takes a slot and `seconds` of the month, within a transaction; returns the month.

    Raises QuotaReached, upon which the transaction must be rolled back.
    """
    subject = _subject(workspace)
    period = f"{now:%Y-%m}"
    for each in ("", period):
        Meter.objects.get_or_create(subject=subject, period=each)
    slots = workspace.concurrency_limit
    if not Meter.objects.filter(subject=subject, period="", held_slots__lt=slots).update(
        held_slots=F("held_slots") + 1
    ):
        raise QuotaReached("concurrency", _no_slot(slots))
    limit = workspace.monthly_limit_seconds
    month = Meter.objects.filter(subject=subject, period=period)
    if not month.filter(held_seconds__lte=limit - seconds - F("used_seconds")).update(
        held_seconds=F("held_seconds") + seconds
    ):
        raise QuotaReached("monthly_minutes", _no_minutes(month.get(), limit, seconds))
    return period


def settle(session: AvatarSession, *, used_seconds: int) -> None:
    """Gives the slot and the reserved seconds back, and counts those used.

    Call it once, in the transaction that moves the session to a state where it holds no slot.
    """
    subject = _subject(session.workspace)
    Meter.objects.filter(subject=subject, period="").update(held_slots=F("held_slots") - 1)
    Meter.objects.filter(subject=subject, period=session.reserved_period).update(
        held_seconds=F("held_seconds") - session.max_seconds,
        used_seconds=F("used_seconds") + used_seconds,
    )


def add_used(session: AvatarSession, seconds: int) -> None:
    """Counts seconds that came to light after the session was settled."""
    Meter.objects.filter(
        subject=_subject(session.workspace), period=session.reserved_period
    ).update(used_seconds=F("used_seconds") + seconds)


def month_of(workspace: Workspace, now: datetime) -> Meter:
    """What this workspace holds and has used this month; an unsaved zero if it never did."""
    key = {"subject": _subject(workspace), "period": f"{now:%Y-%m}"}
    return Meter.objects.filter(**key).first() or Meter(**key)


def _subject(workspace: Workspace) -> str:
    return f"workspace:{workspace.public_id}"


def _no_slot(slots: int) -> str:
    if slots == 0:
        return "This workspace may not start sessions. Ask whoever runs this installation."
    talking = "1 session is" if slots == 1 else f"{slots} sessions are"
    return f"{talking} running already, as many as this workspace may have. End one and try again."


def _no_minutes(meter: Meter, limit: int, seconds: int) -> str:
    left = max(0, limit - meter.used_seconds - meter.held_seconds) // 60
    return (
        f"This month has {left} of {limit // 60} minutes left, and this session asks for "
        f"{-(-seconds // 60)}. Choose a shorter session, or ask for a higher limit."
    )
