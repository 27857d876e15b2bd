"""The waiting line with real workers: it moves at once, and outlives all of them."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from sessions_app.lifecycle import EndReason, State
from sessions_app.models import AvatarSession
from sessions_app.services import avatar_sessions
from sessions_app.services.acceptance import Wish
from tests import build
from tests.crash.broker import Broker
from tests.crash.installation import BEAT, LIVE, SYNC, Installation
from tests.crash.order import running
from tests.crash.waiting import until
from tests.simulator.cloud import SimulatedCloud


def leave(by: User) -> None:
    """Whoever talks goes."""
    session = AvatarSession.objects.live().select_related("workspace").get()
    avatar_sessions.request_stop(
        session, caller=build.caller(by), reason=EndReason.PERSON, now=timezone.now()
    )


def places() -> list[tuple[str, int | None]]:
    rows = AvatarSession.objects.order_by("id").values_list("state", "place")
    return [(state, place) for state, place in rows]


def test_the_line_outlives_every_process_and_moves_within_a_second_of_a_free_place(
    installation: Installation, broker: Broker, cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    workspace = wish.provider_key.workspace
    workspace.max_concurrent_sessions = 1
    workspace.save()
    ended, live = (State.ENDED, None), (State.LIVE, None)
    for _ in range(4):
        build.avatar_session(alice, wish)
    until(lambda: places() == [live, *((State.WAITING, n) for n in (1, 2, 3))])

    installation.kill(LIVE, SYNC, BEAT)
    with broker.away():
        leave(alice)
    installation.start(LIVE, SYNC, BEAT)
    until(lambda: places() == [ended, live, (State.WAITING, 1), (State.WAITING, 2)])
    leave(alice)
    until(lambda: places() == [ended, ended, live, (State.WAITING, 1)])

    _, left, admitted, _ = AvatarSession.objects.order_by("id")
    assert left.ended_at is not None
    assert admitted.requested_at - left.ended_at < timedelta(seconds=1)
    assert running(cloud) == [admitted.remote_id]
