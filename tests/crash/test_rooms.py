"""The web process is killed while people talk: pages come back to their rooms, or are let go."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from sessions_app.lifecycle import EndReason, State
from sessions_app.models import AvatarSession
from sessions_app.services.acceptance import Wish
from tests import build
from tests.crash.installation import WEB, Installation
from tests.crash.order import await_order, running
from tests.crash.visitor import Visitor
from tests.crash.waiting import until
from tests.simulator.cloud import SimulatedCloud


@pytest.fixture
def visitor(installation: Installation, alice: User, wish: Wish) -> Iterator[Visitor]:
    installation.start_missing(WEB)
    with Visitor(installation.address) as visitor:
        visitor.sign_in(alice.email, build.PASSWORD)
        yield visitor


def talk(visitor: Visitor, wish: Wish) -> AvatarSession:
    body = {"avatar": str(wish.avatar.public_id), "provider_key": str(wish.provider_key.public_id)}
    asked = visitor.call("/api/sessions", body, **{"Idempotency-Key": str(uuid4())})
    session = AvatarSession.objects.get(public_id=asked.json()["id"])
    until(lambda: AvatarSession.objects.live().filter(pk=session.pk).exists())
    return session


def test_rooms_outlive_the_web_process_for_as_long_as_somebody_comes_back(
    installation: Installation, cloud: SimulatedCloud, visitor: Visitor, wish: Wish
) -> None:
    staying, vanishing, gone = (talk(visitor, wish) for _ in range(3))
    address = f"/api/sessions/{staying.public_id}"
    room = visitor.get(f"{address}/room").json()

    installation.kill(WEB)
    # The sweep goes on meanwhile: it lets go whose lease is over, and nobody else.
    AvatarSession.objects.filter(pk=gone.pk).update(lease_until=timezone.now())
    until(lambda: AvatarSession.objects.get(pk=gone.pk).state == State.ENDED)
    assert AvatarSession.objects.live().count() == 2

    installation.start(WEB)
    assert visitor.call(f"{address}/presence").is_success
    assert visitor.get(f"{address}/room").json() == room
    watched = visitor.get(visitor.get(address).json()["watch_url"] + "?after=0")
    assert watched.status_code == 200
    staying.refresh_from_db()
    assert staying.lease_until > timezone.now() + timedelta(seconds=30)

    AvatarSession.objects.filter(pk=vanishing.pk).update(lease_until=timezone.now())
    until(lambda: AvatarSession.objects.get(pk=vanishing.pk).state == State.ENDED)
    await_order(cloud)
    assert running(cloud) == [staying.remote_id]
    ended = AvatarSession.objects.filter(state=State.ENDED)
    assert set(ended.values_list("end_reason", flat=True)) == {EndReason.ABANDONED}
