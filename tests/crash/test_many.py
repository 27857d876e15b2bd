"""Fifty people talk when the worker is killed; what each of them wants is done all the same.

The figure that matters is how long their sessions are out of order. It stands in the JUnit report.
"""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from sessions_app.lifecycle import EndReason, State
from sessions_app.models import AvatarSession
from sessions_app.services import avatar_sessions, leases
from sessions_app.services.acceptance import Wish
from tests import build
from tests.crash.beats import KEEP_ALIVE, LOOK, STOP, after, before
from tests.crash.conftest import Crash
from tests.crash.installation import LIVE, Installation
from tests.crash.order import await_order, running
from tests.simulator.cloud import SimulatedCloud

_TALKING = 50


@pytest.fixture
def talking(
    installation: Installation, cloud: SimulatedCloud, alice: User, wish: Wish, settings: Any
) -> list[AvatarSession]:
    settings.MAX_CONCURRENT_PER_WORKSPACE = _TALKING
    cloud.door("POST", "switches", {"concurrency_limit": _TALKING})
    for _ in range(_TALKING):
        build.avatar_session(alice, wish)
    await_order(cloud, within=60)
    return list(AvatarSession.objects.live().select_related("workspace").order_by("id"))


def test_fifty_sessions_whose_worker_is_killed_are_soon_in_order(
    crash: Crash,
    cloud: SimulatedCloud,
    alice: User,
    talking: list[AvatarSession],
    record_property: Callable[[str, object], None],
) -> None:
    stopped, vanished, over, ended_there, staying = (talking[n::5] for n in range(5))
    now = timezone.now()

    beats = [before(STOP), after(STOP), before(LOOK), after(KEEP_ALIVE)]
    with crash(LIVE, *beats, keep_claims=True):
        for session in stopped:
            avatar_sessions.request_stop(
                session, caller=build.caller(alice), reason=EndReason.PERSON, now=now
            )
        for session in ended_there:
            path = f"sessions/{session.remote_id}/end"
            cloud.door("POST", path, {"reason": "MAX_DURATION_REACHED"})
        for session in [*ended_there, *staying]:
            leases.look_now(session, now=now)
        these = AvatarSession.objects.filter(pk__in=[session.pk for session in vanished])
        these.update(lease_until=now)
        AvatarSession.objects.filter(pk__in=[session.pk for session in over]).update(limit_at=now)
    restarted_at = time.monotonic()
    await_order(cloud, within=60)
    record_property("seconds until order", round(time.monotonic() - restarted_at, 1))

    assert running(cloud) == sorted(session.remote_id for session in staying)
    reasons = [EndReason.PERSON, EndReason.ABANDONED, EndReason.LIMIT, EndReason.LIMIT, ""]
    groups = (stopped, vanished, over, ended_there, staying)
    for group, reason in zip(groups, reasons, strict=True):
        rows = AvatarSession.objects.filter(pk__in=[session.pk for session in group])
        assert set(rows.values_list("end_reason", flat=True)) == {reason}
    assert not AvatarSession.objects.filter(state=State.FAILED).exists()
