"""The worker is killed while it keeps sessions alive, or while it stops them."""

import pytest
from django.utils import timezone

from accounts.models import User
from sessions_app.lifecycle import EndReason, State
from sessions_app.models import AvatarSession, Meter
from sessions_app.services import avatar_sessions, leases
from sessions_app.services.acceptance import Wish
from tests import build
from tests.crash.beats import KEEP_ALIVE, LOOK, STOP, after, before
from tests.crash.conftest import Crash
from tests.crash.installation import LIVE, Installation
from tests.crash.order import await_order, running
from tests.simulator.cloud import SimulatedCloud


@pytest.fixture
def talking(
    installation: Installation, cloud: SimulatedCloud, alice: User, wish: Wish
) -> list[AvatarSession]:
    """Three sessions that are live."""
    for _ in range(3):
        build.avatar_session(alice, wish)
    await_order(cloud)
    return list(AvatarSession.objects.live())


def test_sessions_whose_keeper_is_killed_live_on(
    crash: Crash, cloud: SimulatedCloud, talking: list[AvatarSession]
) -> None:
    with crash(LIVE, before(LOOK), before(KEEP_ALIVE), after(KEEP_ALIVE)):
        for session in talking:
            leases.look_now(session, now=timezone.now())

    await_order(cloud)

    assert list(AvatarSession.objects.values_list("state", "last_error")) == [(State.LIVE, "")] * 3
    assert running(cloud) == sorted(session.remote_id for session in talking)


def test_sessions_whose_worker_is_killed_while_it_stops_them_end_and_are_billed_once(
    crash: Crash, cloud: SimulatedCloud, alice: User, talking: list[AvatarSession]
) -> None:
    cloud.door("POST", "clock", {"advance_s": 30})
    with crash(LIVE, before(STOP), after(STOP), before(LOOK)):
        for session in talking:
            avatar_sessions.request_stop(
                session, caller=build.caller(alice), reason=EndReason.PERSON, now=timezone.now()
            )

    await_order(cloud)

    ended = AvatarSession.objects.filter(state=State.ENDED, end_reason=EndReason.PERSON)
    bills = {session.remote_id: session.billed_seconds or 0 for session in ended}
    assert bills == {
        each["id"]: round(each["billed_seconds"]) for each in cloud.state()["sessions"]
    }
    assert Meter.objects.exclude(period="").get().used_seconds == sum(bills.values())
    assert running(cloud) == []
