"""`manage.py stop_everything` and `stop_strangers`: for the day on which all has to end."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import AuditEvent, ProviderKey, User
from sessions_app.lifecycle import EndReason, State
from sessions_app.models import AvatarSession
from sessions_app.services.acceptance import Wish
from tests import build
from tests.sessions_app.rows import running
from tests.sessions_app.trouble import fault
from tests.simulator.cloud import SimulatedCloud
from tests.work import drain


def said(*command: str) -> str:
    output = StringIO()
    call_command(*command, stdout=output)
    return output.getvalue()


def test_nothing_is_stopped_unless_that_is_meant(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    build.avatar_session(alice, wish)
    drain()
    strange = cloud.started()["session_id"]

    told = [said("stop_everything", "--revoke-keys"), said("stop_strangers")]
    drain()

    assert "1 sessions would end" in told[0]
    assert strange in told[1]
    assert "1 strangers; --yes stops them" in told[1]
    assert len(running(cloud)) == 2
    assert ProviderKey.objects.get().state == ProviderKey.State.READY


def test_everything_stops_and_nothing_can_begin(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    for _ in range(2):
        build.avatar_session(alice, wish)
    drain()

    assert "2 sessions are ending" in said("stop_everything", "--revoke-keys", "--yes")
    drain()

    ended = AvatarSession.objects.filter(state=State.ENDED, end_reason=EndReason.ADMIN)
    assert (ended.count(), running(cloud)) == (2, [])
    assert ProviderKey.objects.get().state == ProviderKey.State.REVOKED
    assert cloud.state()["secrets"] == []


def test_strangers_are_stopped_and_ours_are_not(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    build.avatar_session(alice, wish)
    drain()
    strange = cloud.started()["session_id"]

    told = said("stop_strangers", "--yes")

    assert strange in told
    assert running(cloud) == [AvatarSession.objects.get().remote_id]
    event = AuditEvent.objects.get(action="cloud_stranger.stopped")
    assert event.details == {"remote_id": strange}


def test_a_stranger_from_before_is_left_alone(cloud: SimulatedCloud, db: None) -> None:
    strange = cloud.started()["session_id"]
    later = (timezone.now() + timedelta(hours=1)).isoformat()

    assert said("stop_strangers", "--begun-after", later, "--yes") == "0 strangers\n"
    assert running(cloud) == [strange]


def test_a_cloud_that_does_not_answer_is_told(cloud: SimulatedCloud, db: None) -> None:
    fault(cloud, "GET /v1/sessions", times=None, status=503)

    with pytest.raises(CommandError, match="Run this again"):
        said("stop_strangers", "--yes")
