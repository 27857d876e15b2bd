"""Starts whose outcome is not known, and people who change their mind while one is under way."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from sessions_app.lifecycle import EndReason, Event, State
from sessions_app.models import AvatarSession, CloudSession, Meter
from sessions_app.services import avatar_sessions, moves, starting, stopping
from sessions_app.services.acceptance import Wish
from sessions_app.services.stopping import Bill
from tests import build
from tests.sessions_app.racing import aside, wait_for
from tests.sessions_app.rows import assert_books_balance, placed, running, time_passes
from tests.sessions_app.trouble import (
    MINT,
    READ,
    START,
    STOP,
    doubts_run_out,
    fault,
    is_hung,
    lift,
    settle,
)
from tests.simulator.cloud import SimulatedCloud
from tests.work import drain, sweep_and_drain


def end(session: AvatarSession) -> None:
    avatar_sessions.request_stop(
        session,
        caller=build.caller(session.requested_by),
        reason=EndReason.PERSON,
        now=timezone.now(),
    )


def live_for_45_seconds(by: User, wish: Wish) -> AvatarSession:
    """By our clock; the cloud's did not move."""
    session = build.avatar_session(by, wish)
    drain()
    AvatarSession.objects.update(started_at=timezone.now() - timedelta(seconds=45))
    return session


def seconds_pass_there(cloud: SimulatedCloud, seconds: int) -> None:
    cloud.door("POST", "clock", {"advance_s": seconds})


def used_this_month() -> int:
    return Meter.objects.exclude(period="").get().used_seconds


def test_an_id_whose_start_was_lost_is_stopped_before_another_is_minted(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    fault(cloud, START, mode="close_after")
    session = build.avatar_session(alice, wish)
    starting.start(pk=session.pk)
    session.refresh_from_db()
    lost = session.remote_id
    assert (session.state, running(cloud)) == (State.UNCERTAIN, [lost])

    starting.start(pk=session.pk)

    session.refresh_from_db()
    assert session.state == State.LIVE
    assert cloud.session_state(lost)["state"] == "ended"
    assert session.remote_id != lost
    assert_books_balance(cloud)


def test_what_lost_starts_cost_is_on_the_bill_of_the_session_that_went_on(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    fault(cloud, START, mode="close_after")
    session = build.avatar_session(alice, wish)
    starting.start(pk=session.pk)
    seconds_pass_there(cloud, 70)
    drain()
    seconds_pass_there(cloud, 10)

    end(session)
    drain()

    session.refresh_from_db()
    assert 80 <= (session.billed_seconds or 0) < 90
    assert session.credits == 3
    assert used_this_month() == session.billed_seconds
    assert_books_balance(cloud)


def test_three_ids_are_minted_at_the_most_and_all_of_them_are_paid_for(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    fault(cloud, START, mode="close_after", times=None)
    session = build.avatar_session(alice, wish)
    for _ in range(3):
        starting.start(pk=session.pk)
        seconds_pass_there(cloud, 20)

    settle(rounds=1)

    session.refresh_from_db()
    assert (session.state, session.end_reason) == (State.FAILED, EndReason.CLOUD_UNREACHABLE)
    assert cloud.state()["calls"][MINT] == {"200": 3}
    assert session.credits == 3
    assert 60 <= (session.billed_seconds or 0) < 70
    assert used_this_month() == session.billed_seconds
    assert running(cloud) == []
    assert_books_balance(cloud)


def test_a_late_bill_reaches_the_session_and_the_month_it_belongs_to(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    fault(cloud, START, mode="close_after")
    session = build.avatar_session(alice, wish)
    starting.start(pk=session.pk)
    end(session)
    stopping.stop(pk=session.pk)
    session.refresh_from_db()
    assert (session.state, session.billed_seconds, used_this_month()) == (State.ENDED, 0, 0)
    seconds_pass_there(cloud, 30)

    drain()

    session.refresh_from_db()
    assert 30 <= (session.billed_seconds or 0) < 40
    assert session.credits == Decimal(1)
    assert used_this_month() == session.billed_seconds
    assert running(cloud) == []
    assert_books_balance(cloud)


def test_a_doubtful_id_is_stopped_again_until_its_start_can_come_no_more(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    fault(cloud, START, mode="close_before")
    session = build.avatar_session(alice, wish)
    drain()
    session.refresh_from_db()
    doubtful = session.cloud_sessions.get(state=CloudSession.State.DOUBTFUL)
    for _ in range(3):
        time_passes(10)
        sweep_and_drain()
    doubtful.refresh_from_db()
    assert doubtful.state == CloudSession.State.DOUBTFUL
    assert doubtful.due_at is not None

    doubts_run_out()

    doubtful.refresh_from_db()
    assert (doubtful.state, doubtful.due_at) == (CloudSession.State.OVER, None)
    session.refresh_from_db()
    assert session.state == State.LIVE
    assert_books_balance(cloud)


def test_an_id_that_the_cloud_shows_as_running_is_never_struck_off(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    fault(cloud, START, mode="close_after")
    session = build.avatar_session(alice, wish)
    starting.start(pk=session.pk)
    session.refresh_from_db()
    end(session)
    fault(cloud, STOP, status=404, times=2)

    doubts_run_out()
    doubtful = session.cloud_sessions.get()
    assert (doubtful.state, running(cloud)) == (CloudSession.State.DOUBTFUL, [session.remote_id])
    lift(cloud)
    time_passes()
    sweep_and_drain()

    doubtful.refresh_from_db()
    assert (doubtful.state, running(cloud)) == (CloudSession.State.OVER, [])
    assert_books_balance(cloud)


def test_a_session_that_the_cloud_will_not_stop_ends_here_and_is_stopped_on(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    session = build.avatar_session(alice, wish)
    drain()
    fault(cloud, STOP, status=404, times=None)
    end(session)
    settle(rounds=4)
    session.refresh_from_db()
    assert (session.state, running(cloud)) == (State.ENDED, [session.remote_id])
    assert session.cloud_sessions.get().state == CloudSession.State.DOUBTFUL
    seconds_pass_there(cloud, 40)

    lift(cloud)
    settle(rounds=1)

    session.refresh_from_db()
    assert running(cloud) == []
    assert 40 <= (session.billed_seconds or 0) < 50
    assert_books_balance(cloud)


def test_a_session_of_which_the_cloud_keeps_no_record_is_billed_by_our_clock(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    session = live_for_45_seconds(alice, wish)
    fault(cloud, READ, status=404, times=None)
    end(session)

    settle(rounds=4)

    session.refresh_from_db()
    assert session.state == State.ENDED
    assert 45 <= (session.billed_seconds or 0) < 55
    assert session.credits is None
    assert running(cloud) == []


def test_one_that_ended_here_first_and_left_no_record_there_is_billed_by_our_clock_too(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    session = live_for_45_seconds(alice, wish)
    fault(cloud, STOP, status=404, times=None)
    end(session)
    settle(rounds=4)
    assert session.cloud_sessions.get().state == CloudSession.State.DOUBTFUL
    lift(cloud)
    fault(cloud, READ, status=404, times=None)

    doubts_run_out()
    settle(rounds=2)

    session.refresh_from_db()
    assert session.cloud_sessions.get().state == CloudSession.State.OVER
    assert 45 <= (session.billed_seconds or 0) < 55
    assert used_this_month() == session.billed_seconds
    assert running(cloud) == []


@pytest.mark.django_db(transaction=True)
def test_a_start_that_comes_back_after_the_stop_is_stopped(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    fault(cloud, START, mode="hang_after")
    session = build.avatar_session(alice, wish)
    with ThreadPoolExecutor(1) as pool:
        start = aside(pool, lambda: starting.start(pk=session.pk))
        wait_for(is_hung(cloud, START))
        end(session)
        drain()
        session.refresh_from_db()
        assert (session.state, session.end_reason) == (State.ENDED, EndReason.PERSON)

        lift(cloud)
        start.result()
    drain()

    session.refresh_from_db()
    assert session.state == State.ENDED
    assert (session.room_url, session.room_token) == (None, None)
    assert running(cloud) == []
    assert_books_balance(cloud)


@pytest.mark.django_db(transaction=True)
def test_a_start_that_only_takes_effect_after_the_stop_is_stopped(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    fault(cloud, START, mode="hang_before")
    session = build.avatar_session(alice, wish)
    with ThreadPoolExecutor(1) as pool:
        start = aside(pool, lambda: starting.start(pk=session.pk))
        wait_for(is_hung(cloud, START))
        end(session)
        drain()
        assert running(cloud) == []

        lift(cloud)
        start.result()
    session.refresh_from_db()
    assert running(cloud) == [session.remote_id]
    drain()

    assert running(cloud) == []
    assert_books_balance(cloud)


@pytest.mark.django_db(transaction=True)
def test_a_session_that_is_stopped_while_it_is_minted_is_never_started(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    fault(cloud, MINT, mode="hang_after")
    session = build.avatar_session(alice, wish)
    with ThreadPoolExecutor(1) as pool:
        start = aside(pool, lambda: starting.start(pk=session.pk))
        wait_for(is_hung(cloud, MINT))
        end(session)

        lift(cloud)
        start.result()
    drain()

    session.refresh_from_db()
    assert (session.state, session.remote_id) == (State.ENDED, "")
    assert START not in cloud.state()["calls"]
    assert CloudSession.objects.count() == 0
    assert_books_balance(cloud)


@pytest.mark.django_db(transaction=True)
def test_a_claim_that_ran_out_is_taken_over_and_the_slow_worker_starts_nothing_that_stays(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    fault(cloud, START, mode="hang_after")
    session = build.avatar_session(alice, wish)
    with ThreadPoolExecutor(1) as pool:
        slow = aside(pool, lambda: starting.start(pk=session.pk))
        wait_for(is_hung(cloud, START))
        session.refresh_from_db()
        first = session.remote_id
        time_passes()

        sweep_and_drain()

        session.refresh_from_db()
        assert session.state == State.LIVE
        assert running(cloud) == [session.remote_id] != [first]
        lift(cloud)
        slow.result()
    drain()
    session.refresh_from_db()
    assert session.state == State.LIVE
    assert running(cloud) == [session.remote_id]
    assert_books_balance(cloud)


@pytest.mark.django_db(transaction=True)
def test_a_worker_whose_claim_holds_is_left_alone(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    fault(cloud, START, mode="hang_after")
    session = build.avatar_session(alice, wish)
    with ThreadPoolExecutor(1) as pool:
        start = aside(pool, lambda: starting.start(pk=session.pk))
        wait_for(is_hung(cloud, START))

        starting.start(pk=session.pk)
        sweep_and_drain()

        lift(cloud)
        start.result()
    session.refresh_from_db()
    assert session.state == State.LIVE
    assert cloud.state()["calls"][MINT] == {"200": 1}
    assert_books_balance(cloud)


@pytest.mark.django_db(transaction=True)
def test_a_bill_that_comes_in_while_the_session_ends_is_not_lost(alice: User, plan: Wish) -> None:
    session = placed(alice, plan, State.STOPPING, end_reason=EndReason.PERSON)
    now = timezone.now()
    doubtful = CloudSession.objects.create(
        avatar_session=session,
        remote_id="a-doubtful-id",
        state=CloudSession.State.DOUBTFUL,
        minted_at=now,
        doubt_until=now,
        due_at=now,
    )

    def close() -> None:
        with transaction.atomic():
            stopping.close(doubtful, bill=Bill(seconds=30, credits=Decimal(1)), now=now)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            ended = moves.move(
                session,
                Event.STOPPED,
                cause=EndReason.PERSON,
                now=now,
                caller=build.caller(alice),
            )
            closed = aside(pool, close)
            # It waits for our commit; where it need not wait, it has all the time to be done.
            with pytest.raises(TimeoutError):
                closed.result(timeout=0.3)
        closed.result()

    session.refresh_from_db()
    assert ended
    assert (session.billed_seconds, session.credits) == (30, 1)
    assert used_this_month() == 30
