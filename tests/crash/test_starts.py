"""The worker is killed between every two beats of a start; nothing runs that no row calls live."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from sessions_app.lifecycle import EndReason, State
from sessions_app.models import AvatarSession, CloudSession
from sessions_app.services import avatar_sessions
from sessions_app.services.acceptance import Wish
from tests import build
from tests.crash.beats import LOOK, MINT, START, STOP, after, before
from tests.crash.conftest import Crash
from tests.crash.installation import BEAT, LIVE, SYNC, Installation
from tests.crash.order import await_order, running
from tests.crash.waiting import until
from tests.simulator.cloud import SimulatedCloud


def live() -> list[str]:
    return sorted(AvatarSession.objects.live().values_list("remote_id", flat=True))


def test_sessions_whose_worker_is_killed_at_any_beat_of_their_start_run_once_each(
    crash: Crash, cloud: SimulatedCloud, alice: User, wish: Wish, settings: Any
) -> None:
    settings.MAX_CONCURRENT_PER_WORKSPACE = 4
    with crash(LIVE, before(MINT), after(MINT), before(START), after(START)):
        for _ in range(4):
            build.avatar_session(alice, wish)

    await_order(cloud)

    assert AvatarSession.objects.live().count() == 4
    assert running(cloud) == live()


def test_a_start_that_takes_effect_when_its_successor_is_live_is_stopped(
    crash: Crash, cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    with crash(LIVE, before(START), stay_hung=True):
        build.avatar_session(alice, wish)
    late = CloudSession.objects.get().remote_id
    until(lambda: AvatarSession.objects.live().exists())

    cloud.door("DELETE", "faults")
    until(lambda: late in running(cloud))
    await_order(cloud)

    assert running(cloud) == live() != [late]


def test_a_start_whose_worker_is_killed_can_be_stopped_by_its_person(
    crash: Crash, cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    with crash(LIVE, after(START)):
        session = build.avatar_session(alice, wish)

    avatar_sessions.request_stop(
        session, caller=build.caller(alice), reason=EndReason.PERSON, now=timezone.now()
    )
    await_order(cloud)

    session.refresh_from_db()
    assert (session.state, session.end_reason) == (State.ENDED, EndReason.PERSON)
    assert running(cloud) == []


@pytest.mark.parametrize("route", [STOP, LOOK])
def test_a_doubtful_start_is_stopped_though_the_worker_is_killed_that_stops_it(
    crash: Crash, cloud: SimulatedCloud, alice: User, wish: Wish, route: str
) -> None:
    cloud.door("POST", "faults", {"route": START, "mode": "close_after", "times": 1})
    with crash(LIVE, before(route)):
        build.avatar_session(alice, wish)

    await_order(cloud)

    assert AvatarSession.objects.live().count() == 1
    assert running(cloud) == live()


def test_a_power_cut_leaves_what_was_live_live_and_starts_what_was_starting(
    crash: Crash, installation: Installation, cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    talking = build.avatar_session(alice, wish)
    await_order(cloud)

    with crash(LIVE, before(START), after(START)):
        for _ in range(2):
            build.avatar_session(alice, wish)
        installation.kill(SYNC, BEAT)
    installation.start(SYNC, BEAT)
    await_order(cloud)

    assert talking.cloud_sessions.count() == 1
    assert AvatarSession.objects.live().count() == 3
    assert running(cloud) == live()
