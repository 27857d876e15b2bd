from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEvent, User, Workspace
from sessions_app.lifecycle import EndReason, State
from sessions_app.models import AvatarSession, Meter
from sessions_app.services import avatar_sessions, reservations
from sessions_app.services.acceptance import Wish
from sessions_app.services.limits import Need, QuotaReached
from tests import build
from tests.sessions_app.racing import race
from tests.sessions_app.rows import assert_meters_balance, placed

NOVEMBER = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, 0, 1, tzinfo=UTC)


def limited(workspace: Workspace, **limits: int) -> Workspace:
    for name, value in limits.items():
        setattr(workspace, name, value)
    workspace.save()
    return workspace


def hold(workspace: Workspace, *, seconds: int = 60, now: datetime = NOVEMBER) -> str:
    with transaction.atomic():
        return reservations.hold(
            workspace=workspace, need=Need.of(seconds, is_sandbox=False), now=now
        )


def meters(workspace: Workspace) -> dict[str, tuple[int, int, int]]:
    rows = Meter.objects.filter(subject=f"workspace:{workspace.public_id}")
    return {row.period: (row.held_slots, row.held_seconds, row.used_seconds) for row in rows}


def test_a_slot_and_the_seconds_are_held_for_the_month(workspace: Workspace) -> None:
    period = hold(workspace, seconds=90)

    assert period == "2026-11"
    assert meters(workspace) == {"": (1, 0, 0), "2026-11": (0, 90, 0)}


def test_one_session_more_than_the_limit_is_refused_in_words(workspace: Workspace) -> None:
    limited(workspace, max_concurrent_sessions=2)
    hold(workspace)
    hold(workspace)

    with pytest.raises(QuotaReached, match="2 sessions are running already") as refused:
        hold(workspace)

    assert refused.value.code == "concurrency"
    assert meters(workspace) == {"": (2, 0, 0), "2026-11": (0, 120, 0)}


def test_a_workspace_without_slots_starts_nothing(workspace: Workspace) -> None:
    limited(workspace, max_concurrent_sessions=0)

    with pytest.raises(QuotaReached, match="may not start sessions"):
        hold(workspace)


def test_the_last_second_of_a_month_may_be_held_and_no_more(workspace: Workspace) -> None:
    limited(workspace, monthly_minutes=2)
    hold(workspace, seconds=70)
    hold(workspace, seconds=50)

    with pytest.raises(QuotaReached, match="has 0 of 2 minutes left") as refused:
        hold(workspace, seconds=1)

    assert refused.value.code == "monthly_minutes"
    assert meters(workspace) == {"": (2, 0, 0), "2026-11": (0, 120, 0)}


def test_seconds_that_were_used_are_not_held_again(workspace: Workspace) -> None:
    limited(workspace, monthly_minutes=2)
    hold(workspace, seconds=0)
    Meter.objects.filter(period="2026-11").update(used_seconds=61)

    with pytest.raises(QuotaReached, match="has 0 of 2 minutes left, and this session asks for 1"):
        hold(workspace, seconds=60)

    hold(workspace, seconds=59)


def test_more_used_than_the_month_has_refuses_even_a_second(workspace: Workspace) -> None:
    limited(workspace, monthly_minutes=2)
    hold(workspace, seconds=0)
    Meter.objects.filter(period="2026-11").update(used_seconds=500)

    with pytest.raises(QuotaReached, match="has 0 of 2 minutes left"):
        hold(workspace, seconds=1)


def test_a_new_month_begins_with_all_its_minutes(workspace: Workspace) -> None:
    limited(workspace, monthly_minutes=1)
    hold(workspace, seconds=60, now=NOVEMBER)

    hold(workspace, seconds=60, now=DECEMBER)

    assert meters(workspace) == {"": (2, 0, 0), "2026-11": (0, 60, 0), "2026-12": (0, 60, 0)}


def test_a_session_over_midnight_is_settled_in_the_month_that_held_it(
    alice: User, plan: Wish
) -> None:
    workspace = plan.provider_key.workspace
    session = build.avatar_session(alice, plan, now=NOVEMBER)

    avatar_sessions.request_stop(
        session, caller=build.caller(alice), reason=EndReason.PERSON, now=DECEMBER
    )

    assert meters(workspace) == {"": (0, 0, 0), "2026-11": (0, 0, 0)}


def test_one_workspace_does_not_eat_what_another_has(workspace: Workspace, charlie: User) -> None:
    limited(workspace, max_concurrent_sessions=1)
    other = limited(charlie.memberships.get().workspace, max_concurrent_sessions=1)
    hold(workspace)

    hold(other)

    assert meters(workspace) == meters(other) == {"": (1, 0, 0), "2026-11": (0, 60, 0)}


def test_giving_back_twice_is_refused_by_the_database(alice: User, plan: Wish) -> None:
    session = placed(alice, plan, State.STOPPING)
    reservations.settle(session)

    with pytest.raises(IntegrityError), transaction.atomic():
        reservations.settle(session)


def test_a_refused_start_holds_nothing_and_is_written_down(alice: User, plan: Wish) -> None:
    workspace = limited(plan.provider_key.workspace, monthly_minutes=1)

    with pytest.raises(QuotaReached):
        build.avatar_session(alice, plan)

    assert meters(workspace) == {}
    event = AuditEvent.objects.get()
    assert (event.action, event.refused) == ("avatar_session.start_refused", True)
    assert event.details == {
        "reason": "This month has 1 of 1 minutes left, and this session asks for 2. "
        "Choose a shorter session, or ask for a higher limit."
    }


def test_a_meter_that_cannot_be_read_starts_nothing(
    alice: User, plan: Wish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Meter._meta, "db_table", "a_table_that_is_not_there")

    with pytest.raises(DatabaseError), transaction.atomic():
        build.avatar_session(alice, plan)

    assert AvatarSession.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_starts_at_once_never_hold_more_than_the_month_has(alice: User, plan: Wish) -> None:
    workspace = limited(plan.provider_key.workspace, max_concurrent_sessions=100, monthly_minutes=9)

    def ask() -> str:
        try:
            return build.avatar_session(alice, plan).state
        except QuotaReached as refused:
            return refused.code

    assert Counter(race(ask, runners=8)) == {State.REQUESTED: 4, "monthly_minutes": 4}

    assert meters(workspace)[""] == (4, 0, 0)
    assert_meters_balance()


@pytest.mark.django_db(transaction=True)
def test_equal_requests_at_once_are_one_session(alice: User, plan: Wish) -> None:
    key = str(uuid4())

    def ask() -> AvatarSession:
        return avatar_sessions.request(
            caller=build.caller(alice),
            workspace=plan.provider_key.workspace,
            wish=plan,
            idempotency_key=key,
            now=timezone.now(),
        )

    asked = race(ask, runners=8)

    assert set(asked) == {AvatarSession.objects.get()}
    assert_meters_balance()


@pytest.mark.django_db(transaction=True)
def test_many_who_end_a_session_at_once_give_its_slot_back_once(alice: User, plan: Wish) -> None:
    session = build.avatar_session(alice, plan)
    other = build.avatar_session(alice, plan)
    now = timezone.now() + timedelta(seconds=1)

    def end() -> None:
        avatar_sessions.request_stop(
            AvatarSession.objects.get(pk=session.pk),
            caller=build.caller(alice),
            reason=EndReason.PERSON,
            now=now,
        )

    race(end, runners=8)

    assert list(AvatarSession.objects.open()) == [other]
    assert_meters_balance()
    assert AuditEvent.objects.filter(action="avatar_session.ended").count() == 1
