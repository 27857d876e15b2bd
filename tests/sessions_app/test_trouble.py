"""Whatever goes wrong with one call, nothing runs that we do not know of and no meter is off."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from sessions_app.lifecycle import OVER, EndReason, State
from sessions_app.models import AvatarSession, CloudSession
from sessions_app.services import avatar_sessions
from sessions_app.services.acceptance import Wish
from tests import build
from tests.sessions_app.rows import assert_books_balance, running, time_passes
from tests.sessions_app.trouble import (
    KEEP_ALIVE,
    MINT,
    READ,
    START,
    STOP,
    TROUBLES,
    doubts_run_out,
    fault,
    lift,
    settle,
)
from tests.simulator.cloud import SimulatedCloud
from tests.work import sweep_and_drain

_SLOW = {"hang_before", "hang_after", "drip"}
_QUICK = [name for name, script in TROUBLES.items() if script.get("mode") not in _SLOW]
_CASES = list(product([MINT, START, KEEP_ALIVE, READ, STOP], TROUBLES))


def end(session: AvatarSession) -> None:
    avatar_sessions.request_stop(
        session,
        caller=build.caller(session.requested_by),
        reason=EndReason.PERSON,
        now=timezone.now(),
    )


@pytest.mark.parametrize(("route", "trouble"), _CASES)
def test_one_call_that_goes_wrong_leaves_nothing_running(
    route: str, trouble: str, cloud: SimulatedCloud, alice: User, wish: Wish, settings: Any
) -> None:
    if TROUBLES[trouble].get("mode") in _SLOW:
        settings.CLOUD_CALL_DEADLINE = 0.5
    fault(cloud, route, **TROUBLES[trouble])
    session = build.avatar_session(alice, wish)

    settle(rounds=3)
    lift(cloud)
    settle(rounds=2)

    session.refresh_from_db()
    assert session.state in {State.LIVE, State.FAILED}
    assert_books_balance(cloud)
    end(session)
    settle(rounds=3)
    lift(cloud)
    settle(rounds=2)
    doubts_run_out()
    session.refresh_from_db()
    assert session.state in OVER
    assert running(cloud) == []
    assert not CloudSession.objects.unsettled().exists()
    assert_books_balance(cloud)


@pytest.mark.parametrize("route", [MINT, START])
@pytest.mark.parametrize("trouble", _QUICK)
def test_a_call_that_always_goes_wrong_fails_the_session_and_runs_nothing(
    route: str, trouble: str, cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    fault(cloud, route, **{**TROUBLES[trouble], "times": None})
    session = build.avatar_session(alice, wish)

    settle(rounds=8)
    AvatarSession.objects.update(requested_at=timezone.now() - timedelta(minutes=5))
    sweep_and_drain()

    session.refresh_from_db()
    assert session.state == State.FAILED
    assert session.cloud_sessions.count() <= 3
    lift(cloud)
    doubts_run_out()
    assert running(cloud) == []
    assert_books_balance(cloud)


@pytest.mark.parametrize("trouble", _QUICK)
def test_a_stop_is_tried_until_the_cloud_answers(
    trouble: str, cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    session = build.avatar_session(alice, wish)
    settle(rounds=1)
    fault(cloud, STOP, **{**TROUBLES[trouble], "times": 4})
    end(session)

    settle(rounds=6)

    session.refresh_from_db()
    assert (session.state, session.end_reason) == (State.ENDED, EndReason.PERSON)
    assert session.vendor_end_reason == "USER_CLOSED"
    assert running(cloud) == []
    assert_books_balance(cloud)


def test_a_cloud_that_is_away_for_long_ends_a_live_session_late_but_surely(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    session = build.avatar_session(alice, wish)
    settle(rounds=1)
    for route in (KEEP_ALIVE, READ, STOP):
        fault(cloud, route, status=503, times=None)
    end(session)
    settle(rounds=5)
    session.refresh_from_db()
    assert session.state == State.STOPPING

    lift(cloud)
    time_passes()
    settle(rounds=1)

    session.refresh_from_db()
    assert session.state == State.ENDED
    assert running(cloud) == []
    assert_books_balance(cloud)
