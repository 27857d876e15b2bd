"""Slots, seconds, credits and starts: reserved before anything is billed, settled when it is over.

Each decision is one conditional update on a `Meter`, so that of many starts at once as many pass as
there is room for, and none where the meter cannot be read. Meters are always locked in the order of
`limits.of_start`, so that two transactions can never wait for each other.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Q

from accounts.models import Workspace
from sessions_app.lifecycle import State
from sessions_app.models import AvatarSession, CloudAccount, Meter
from sessions_app.services import budgets, limits, refusal_words
from sessions_app.services.limits import SLOTS, Limit, Need, QuotaReached, Stranger


def hold(
    *, workspace: Workspace, need: Need, now: datetime, stranger: Stranger | None = None
) -> str:
    """Takes a slot and `need` of every period, within a transaction; returns the month.

    Raises QuotaReached, upon which the transaction must be rolled back.
    """
    for limit in limits.of_start(workspace, stranger, now):
        if not _take(limit, need):
            # Full, or used for the first time.
            Meter.objects.get_or_create(subject=limit.subject, period=limit.period)
            if not _take(limit, need):
                raise _refused(limit, need)
    return limits.periods(now)[1]


def check(*, workspace: Workspace, need: Need, now: datetime, stranger: Stranger) -> None:
    """Whether `hold` would pass now, without holding anything. Raises QuotaReached."""
    asked = list(limits.of_start(workspace, stranger, now))
    full = Q(pk=None)
    for limit in asked:
        full |= Q(subject=limit.subject, period=limit.period) & ~limit.leaves_room_for(need)
    found = set(Meter.objects.filter(full).values_list("subject", "period"))
    for limit in asked:
        if (limit.subject, limit.period) in found or not limit.admits(need):
            raise _refused(limit, need)


def settle(session: AvatarSession) -> None:
    """Gives back what the session holds, and counts what it used.

    Call it once, in the transaction that moves the session to a state where it holds no slot. A
    start that failed before anything was billed does not count as one.
    """
    held, used = Need.of_session(session), _used(session)
    undone = 1 if session.state == State.FAILED and not used.seconds else 0
    for subject, period in limits.meters_of(session):
        changes = _held(period, held, -1)
        if period != SLOTS:
            changes |= {
                "used_seconds": F("used_seconds") + used.seconds,
                "used_credits": F("used_credits") + used.credits,
                "starts": F("starts") - undone,
            }
        Meter.objects.filter(subject=subject, period=period).update(**changes)
    _take_from_account(used.credits)
    budgets.review(session.workspace, period=session.reserved_period)


def add_used(session: AvatarSession, seconds: int) -> None:
    """Counts seconds that came to light after the session was settled."""
    used = Need.of(seconds, is_sandbox=session.is_sandbox)
    for subject, period in limits.meters_of(session):
        if period != SLOTS:
            Meter.objects.filter(subject=subject, period=period).update(
                used_seconds=F("used_seconds") + used.seconds,
                used_credits=F("used_credits") + used.credits,
            )
    _take_from_account(used.credits)
    budgets.review(session.workspace, period=session.reserved_period)


def forget_visitors(*, now: datetime) -> int:
    """Deletes what strangers used on days that are over, once nothing of it is held."""
    yesterday, _ = limits.periods(now - timedelta(days=1))
    over = Meter.objects.filter(subject__startswith="visitor:", period__lt=yesterday)
    deleted, _ = over.filter(held_seconds=0).delete()
    return deleted


def _take(limit: Limit, need: Need) -> bool:
    rows = limit.rows.filter(limit.leaves_room_for(need))
    return bool(rows.update(**_held(limit.period, need, +1)))


def _held(period: str, need: Need, sign: int) -> dict[str, Any]:
    """What a meter holds more of, or less: slots come back, the rest of a period is used up."""
    money: dict[str, Any] = {"held_credits": F("held_credits") + sign * need.credits}
    if period == SLOTS:
        return {"held_slots": F("held_slots") + sign} | money
    starts = {"starts": F("starts") + 1} if sign > 0 else {}
    return {"held_seconds": F("held_seconds") + sign * need.seconds} | money | starts


def _used(session: AvatarSession) -> Need:
    """The vendor's own figure of the credits where it gave one."""
    used = Need.of(session.billed_seconds or 0, is_sandbox=session.is_sandbox)
    return used if session.credits is None else Need(used.seconds, session.credits)


def _take_from_account(spent: Decimal) -> None:
    """What was just used is gone, although the cloud has not been asked since."""
    if spent:
        CloudAccount.objects.update(
            credits_left=F("credits_left") - spent, credits_spent=F("credits_spent") + spent
        )


def _refused(limit: Limit, need: Need) -> QuotaReached:
    code, words = refusal_words.of(limit, need)
    return QuotaReached(code, words, may_wait=bool(limit.slots) and code == limit.code)
