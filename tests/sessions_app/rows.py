"""Sessions put straight into a state, and what must be true of all of them at any time."""

from collections import Counter
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from accounts.models import ProviderKey, User, Workspace
from liveavatar_web.vault import Secret
from sessions_app.lifecycle import OPEN, OVER, State
from sessions_app.models import (
    AvatarSession,
    CloudAccount,
    CloudSession,
    Context,
    DailyUsage,
    Meter,
)
from sessions_app.services import daily_usage, reservations
from sessions_app.services.acceptance import Wish
from sessions_app.services.limits import Need
from tests import build
from tests.simulator.cloud import SimulatedCloud


def placed(by: User, wish: Wish, state: State, **fields: Any) -> AvatarSession:
    """A session in that state, written straight into the table with the reservation it holds."""
    now = timezone.now()
    if state not in OPEN:
        return build.past_session(by, wish, state=state, **fields)
    values: dict[str, Any] = {
        "state": state,
        "reserved_period": "" if state == State.WAITING else reserved(wish),
        "requested_at": now,
        "started_at": None,
        "ended_at": None,
        "end_reason": "",
        "billed_seconds": None,
        "credits": None,
        "lease_until": now + timedelta(seconds=60),
        "due_at": now,
        "is_uncounted": False,
    }
    if state == State.WAITING:
        values |= {"waits_for": "concurrency", "due_at": now + timedelta(minutes=10)}
    if state == State.LIVE:
        values |= live_fields()
    return build.past_session(by, wish, **{**values, **fields})


def reserved(wish: Wish) -> str:
    """Holds what such a session may use; returns the month in which that stands."""
    with transaction.atomic():
        return reservations.hold(
            workspace=wish.provider_key.workspace,
            need=Need.of(wish.max_seconds, is_sandbox=wish.is_sandbox),
            now=timezone.now(),
        )


def live_fields() -> dict[str, Any]:
    now = timezone.now()
    return {
        "remote_id": "a-remote-id",
        "started_at": now,
        "limit_at": now + timedelta(seconds=120),
        "due_at": now + timedelta(seconds=100),
        "room_url": Secret("wss://room.example"),
        "room_token": Secret("a-room-token"),
    }


def time_passes(seconds: int = 3600) -> None:
    """Whatever was to be done within that time is due now, and claims held as long have run out.

    Leases and limits stay: they are what somebody wants, not what has to be done.
    """
    past = timedelta(seconds=seconds)
    for model in (AvatarSession, CloudSession, Context, ProviderKey, CloudAccount):
        model._default_manager.update(
            due_at=F("due_at") - past, claimed_until=F("claimed_until") - past
        )
    for doubtful in (Context, ProviderKey):
        doubtful._default_manager.update(doubt_until=F("doubt_until") - past)


def running(cloud: SimulatedCloud) -> list[str]:
    """The ids of the sessions that run, and are billed, in the cloud."""
    return [each["id"] for each in cloud.state()["sessions"] if each["state"] == "active"]


def assert_books_balance(cloud: SimulatedCloud) -> None:
    """The cloud runs what we call live and nothing else, and every credit it took is on a bill.

    Meters hold what open rows hold.
    """
    sessions = cloud.state()["sessions"]
    live = AvatarSession.objects.live().values_list("remote_id", flat=True)
    assert sorted(each["id"] for each in sessions if each["state"] == "active") == sorted(live)
    taken = {each["id"]: each["credits_consumed"] for each in sessions}
    for session in AvatarSession.objects.filter(state__in=OVER):
        ids = session.cloud_sessions.values_list("remote_id", flat=True)
        assert (session.credits or 0) == sum(taken[remote_id] for remote_id in ids)
    assert_meters_balance()
    assert_days_balance()


def assert_one_offs_are_needed(cloud: SimulatedCloud) -> None:
    """The cloud holds what was said before only for sessions that go on, and so do we."""
    needed = AvatarSession.objects.filter(state__in=OPEN, context__is_one_off=True)
    held = set(needed.values_list("context__remote_context_id", flat=True)) - {""}
    assert {each["id"] for each in cloud.state()["contexts"]} == held
    erased = Context.objects.filter(is_one_off=True).exclude(pk__in=needed.values("context"))
    assert set(erased.values_list("prompt", flat=True)) <= {""}


def assert_days_balance() -> None:
    """Each day has what the sessions that were asked for on it have cost, once."""
    daily_usage.sweep()
    for workspace in Workspace.objects.all():
        days = DailyUsage.objects.filter(workspace=workspace)
        over = AvatarSession.objects.filter(workspace=workspace, state__in=OVER)
        figures = (Sum("billed_seconds"), Sum("credits"))
        assert {key: total or 0 for key, total in days.aggregate(*figures).items()} == {
            key: total or 0 for key, total in over.aggregate(*figures).items()
        }
        assert (days.aggregate(total=Sum("sessions"))["total"] or 0) == over.count()


def assert_meters_balance() -> None:
    slots: Counter[str] = Counter()
    seconds: Counter[tuple[str, str]] = Counter()
    used: Counter[tuple[str, str]] = Counter()
    for session in AvatarSession.objects.select_related("workspace"):
        subject = f"workspace:{session.workspace.public_id}"
        if session.is_open and session.reserved_period:
            slots[subject] += 1
            slots["installation"] += 1
            seconds[subject, session.reserved_period] += session.reserved_seconds
        used[subject, session.reserved_period] += session.billed_seconds or 0
    for meter in Meter.objects.all():
        if meter.period:
            key = (meter.subject, meter.period)
            assert (meter.held_seconds, meter.used_seconds) == (seconds[key], used[key])
        else:
            assert meter.held_slots == slots[meter.subject]
