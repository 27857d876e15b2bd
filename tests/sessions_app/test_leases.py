"""What keeps a live session alive, and every way in which it ends without anybody ending it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import ProviderKey, User, Workspace
from accounts.services import provider_keys
from sessions_app.lifecycle import EndReason, State
from sessions_app.models import AvatarSession
from sessions_app.services import avatar_sessions, leases, reports
from sessions_app.services.acceptance import Wish
from tests import build
from tests.sessions_app.rows import assert_books_balance, placed, running, time_passes
from tests.sessions_app.trouble import KEEP_ALIVE, READ, STOP, fault, lift
from tests.simulator.cloud import SimulatedCloud
from tests.work import drain, sweep_and_drain


@pytest.fixture
def live(cloud: SimulatedCloud, alice: User, wish: Wish) -> AvatarSession:
    session = build.avatar_session(alice, wish)
    drain()
    session.refresh_from_db()
    return session


def outcome(session: AvatarSession) -> tuple[str, str, str]:
    session.refresh_from_db()
    return session.state, session.end_reason, session.vendor_end_reason


def test_a_live_session_is_kept_alive_in_the_cloud_when_that_is_due(
    cloud: SimulatedCloud, live: AvatarSession
) -> None:
    sweep_and_drain()
    assert KEEP_ALIVE not in cloud.state()["calls"]

    time_passes(100)
    sweep_and_drain()

    live.refresh_from_db()
    assert cloud.state()["calls"][KEEP_ALIVE] == {"200": 1}
    assert live.state == State.LIVE
    assert live.due_at is not None
    assert 90 < (live.due_at - timezone.now()).total_seconds() <= 100


def test_keeping_a_session_alive_wakes_no_page(live: AvatarSession) -> None:
    before = (live.version, Workspace.objects.get().version)
    time_passes(100)

    leases.keep(pk=live.pk)

    live.refresh_from_db()
    assert live.due_at is not None
    assert live.due_at > timezone.now()
    assert (live.version, Workspace.objects.get().version) == before


def test_a_keep_alive_that_failed_is_tried_again_by_the_next_sweep(
    cloud: SimulatedCloud, live: AvatarSession
) -> None:
    fault(cloud, KEEP_ALIVE, status=503)
    time_passes(100)
    drain()
    live.refresh_from_db()
    assert (live.state, live.last_error) == (State.LIVE, "ServerFault")
    assert live.due_at is not None
    assert live.due_at <= timezone.now() + timedelta(seconds=5)

    time_passes(5)
    drain()

    live.refresh_from_db()
    assert (live.state, live.last_error) == (State.LIVE, "")
    assert_books_balance(cloud)


@pytest.mark.parametrize(
    ("vendor", "ours"),
    [
        ("IDLE_TIMEOUT", EndReason.ABANDONED),
        ("ZOMBIE_SESSION_REAP", EndReason.ABANDONED),
        ("MAX_DURATION_REACHED", EndReason.LIMIT),
        ("NO_CREDITS", EndReason.NO_CREDITS),
        ("SERVER_ERROR", EndReason.CLOUD),
        ("AVATAR_DELETED", EndReason.CLOUD),
        ("UNKNOWN", EndReason.CLOUD),
    ],
)
def test_an_end_by_the_cloud_is_told_in_our_words_beside_the_vendors(
    vendor: str, ours: EndReason, cloud: SimulatedCloud, live: AvatarSession
) -> None:
    cloud.door("POST", "clock", {"advance_s": 10})
    cloud.door("POST", f"sessions/{live.remote_id}/end", {"reason": vendor})

    time_passes(100)
    drain()

    assert outcome(live) == (State.ENDED, ours, vendor)
    assert 10 <= (live.billed_seconds or 0) < 20
    assert live.credits == 1
    assert_books_balance(cloud)


def test_a_reason_that_the_vendor_never_told_us_of_is_kept_as_it_is(
    cloud: SimulatedCloud, live: AvatarSession
) -> None:
    entry = {"id": live.remote_id, "end_reason": "SOLAR_FLARE_" * 10, "duration": 7}
    body = {"code": 1000, "data": entry, "message": "Success"}
    fault(cloud, READ, status=200, body=body)
    cloud.door("POST", f"sessions/{live.remote_id}/end", {"reason": "UNKNOWN"})

    time_passes(100)
    drain()

    assert outcome(live) == (State.ENDED, EndReason.CLOUD, ("SOLAR_FLARE_" * 10)[:64])
    assert live.billed_seconds == 7


def test_the_cloud_runs_out_of_credits_in_the_middle(
    cloud: SimulatedCloud, live: AvatarSession
) -> None:
    cloud.door("POST", "credits", {"credits": 0})
    cloud.door("POST", "clock", {"advance_s": 61})

    time_passes(100)
    drain()

    assert outcome(live) == (State.ENDED, EndReason.NO_CREDITS, "NO_CREDITS")
    assert live.billed_seconds == 60
    assert_books_balance(cloud)


def test_a_session_the_cloud_denies_is_stopped_all_the_same(
    cloud: SimulatedCloud, live: AvatarSession
) -> None:
    fault(cloud, KEEP_ALIVE, status=404, message="Session not found")

    time_passes(100)
    drain()

    assert outcome(live) == (State.ENDED, EndReason.CLOUD, "USER_CLOSED")
    assert cloud.state()["calls"][STOP] == {"200": 1}
    assert_books_balance(cloud)


def test_many_keep_alives_do_not_use_up_the_patience_of_the_stop(
    cloud: SimulatedCloud, live: AvatarSession
) -> None:
    AvatarSession.objects.update(attempts=50)
    fault(cloud, KEEP_ALIVE, status=404)
    fault(cloud, STOP, status=503)

    time_passes(100)
    drain()

    live.refresh_from_db()
    assert live.state == State.STOPPING
    assert live.due_at is not None
    assert (live.due_at - timezone.now()).total_seconds() <= 2


def test_ending_a_session_that_was_kept_for_long_is_as_patient_as_any(
    cloud: SimulatedCloud, live: AvatarSession, alice: User
) -> None:
    AvatarSession.objects.update(attempts=50)
    fault(cloud, STOP, status=503)

    avatar_sessions.stop_by(live, caller=build.caller(alice), now=timezone.now())
    drain()

    live.refresh_from_db()
    assert (live.state, live.attempts) == (State.STOPPING, 1)


def test_a_page_that_lost_the_room_has_the_end_found_out_at_once(
    cloud: SimulatedCloud, live: AvatarSession
) -> None:
    cloud.door("POST", f"sessions/{live.remote_id}/end", {"reason": "SERVER_ERROR"})

    reports.report(live, event="disconnected", detail="", now=timezone.now())
    drain()

    assert outcome(live) == (State.ENDED, EndReason.CLOUD, "SERVER_ERROR")


def test_a_page_that_lost_a_room_that_runs_on_changes_nothing(
    cloud: SimulatedCloud, live: AvatarSession
) -> None:
    reports.report(live, event="disconnected", detail="", now=timezone.now())
    drain()

    live.refresh_from_db()
    assert live.state == State.LIVE
    assert_books_balance(cloud)


def test_the_page_renews_the_lease_and_a_goodbye_cuts_it_short(live: AvatarSession) -> None:
    now = timezone.now() + timedelta(seconds=30)
    told = []

    for keep in (leases.renew, leases.cut_short, leases.renew):
        keep(live, now=now)
        live.refresh_from_db()
        told.append((live.lease_until - now).total_seconds())

    assert told == [60, 15, 60]


def test_a_renewal_that_a_goodbye_has_overtaken_renews_nothing(live: AvatarSession) -> None:
    now, page, loaded_anew = timezone.now() + timedelta(seconds=30), uuid4(), uuid4()
    told = []

    leases.cut_short(live, page=page, now=now)
    for later in (page, loaded_anew, page):
        leases.renew(live, page=later, now=now)
        live.refresh_from_db()
        told.append((live.lease_until - now).total_seconds())
        now += timedelta(seconds=1)

    assert told == [15, 60, 59]


def test_a_goodbye_never_lengthens_a_lease(live: AvatarSession) -> None:
    now = timezone.now()
    AvatarSession.objects.update(lease_until=now + timedelta(seconds=5))

    leases.cut_short(live, now=now)

    live.refresh_from_db()
    assert live.lease_until == now + timedelta(seconds=5)


@pytest.mark.parametrize("keep", [leases.renew, leases.cut_short])
def test_nobody_is_present_in_a_session_that_is_over(keep: Any, alice: User, plan: Wish) -> None:
    session = placed(alice, plan, State.ENDED)
    before = AvatarSession.objects.values().get()

    keep(session, now=timezone.now())

    assert AvatarSession.objects.values().get() == before


def test_a_reload_after_the_goodbye_keeps_the_session(
    cloud: SimulatedCloud, live: AvatarSession
) -> None:
    now = timezone.now()
    leases.cut_short(live, now=now)
    leases.renew(live, now=now + timedelta(seconds=5))

    sweep_and_drain(now=now + timedelta(seconds=20))

    assert outcome(live) == (State.LIVE, "", "")


def test_a_goodbye_ends_the_session_a_moment_later(
    cloud: SimulatedCloud, live: AvatarSession
) -> None:
    now = timezone.now()
    leases.cut_short(live, now=now)
    sweep_and_drain(now=now + timedelta(seconds=14))
    assert outcome(live) == (State.LIVE, "", "")

    sweep_and_drain(now=now + timedelta(seconds=16))
    time_passes(30)
    drain()

    assert outcome(live) == (State.ENDED, EndReason.ABANDONED, "USER_CLOSED")
    assert_books_balance(cloud)


def test_a_session_ends_at_its_limit_although_somebody_is_there(
    cloud: SimulatedCloud, live: AvatarSession
) -> None:
    assert live.limit_at is not None
    assert live.started_at is not None
    assert live.limit_at - live.started_at == timedelta(seconds=live.max_seconds)
    AvatarSession.objects.update(limit_at=timezone.now())

    sweep_and_drain()

    assert outcome(live) == (State.ENDED, EndReason.LIMIT, "USER_CLOSED")
    assert_books_balance(cloud)


def test_a_plan_shorter_than_what_was_asked_for_sets_the_limit(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    session = build.avatar_session(alice, wish)
    data = cloud.started()
    body = {"code": 1000, "message": "Success", "data": {**data, "max_session_duration": 45}}
    fault(cloud, "POST /v1/sessions/start", status=201, body=body)

    drain()

    session.refresh_from_db()
    assert session.state == State.LIVE
    assert session.limit_at is not None
    assert session.started_at is not None
    assert session.limit_at - session.started_at == timedelta(seconds=45)


def test_revoking_the_key_ends_the_sessions_that_use_it(
    cloud: SimulatedCloud, live: AvatarSession, alice: User
) -> None:
    provider_keys.revoke(caller=build.caller(alice), key=live.provider_key)

    sweep_and_drain()

    assert outcome(live) == (State.ENDED, EndReason.KEY_GONE, "USER_CLOSED")
    assert ProviderKey.objects.get().state == ProviderKey.State.REVOKED
    assert_books_balance(cloud)


def test_a_cloud_that_is_away_does_not_keep_an_abandoned_session_for_ever(
    cloud: SimulatedCloud, live: AvatarSession
) -> None:
    for route in (KEEP_ALIVE, READ, STOP):
        fault(cloud, route, status=503, times=None)
    AvatarSession.objects.update(lease_until=timezone.now())
    sweep_and_drain()
    assert outcome(live)[0] == State.STOPPING
    assert running(cloud) == [live.remote_id]

    lift(cloud)
    time_passes()
    sweep_and_drain()

    assert outcome(live)[:2] == (State.ENDED, EndReason.ABANDONED)
    assert running(cloud) == []
    assert_books_balance(cloud)
