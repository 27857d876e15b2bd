"""What a worker does when a bell is rung, also for a message of an older or newer release."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from sessions_app import tasks
from sessions_app.lifecycle import State
from sessions_app.models import Avatar, AvatarSession, CloudSession
from sessions_app.services.acceptance import Wish
from tests import build
from tests.sessions_app.rows import assert_books_balance, running, time_passes
from tests.sessions_app.trouble import KEEP_ALIVE, START, fault
from tests.simulator.cloud import SimulatedCloud

OTHER = {"from_another_release": "whatever"}


def test_the_bells_of_a_whole_life_are_answered(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    session = build.avatar_session(alice, wish)
    tasks.start_session(session_id=session.pk, **OTHER)
    time_passes(100)
    tasks.keep_session(session_id=session.pk, **OTHER)
    AvatarSession.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    tasks.sweep(**OTHER)
    tasks.stop_session(session_id=session.pk, **OTHER)

    session.refresh_from_db()
    assert session.state == State.ENDED
    assert cloud.state()["calls"][KEEP_ALIVE] == {"200": 1}
    assert_books_balance(cloud)


def test_a_bell_for_a_doubtful_id_stops_it(cloud: SimulatedCloud, alice: User, wish: Wish) -> None:
    fault(cloud, START, mode="close_after")
    session = build.avatar_session(alice, wish)
    tasks.start_session(session_id=session.pk)
    doubtful = CloudSession.objects.get()

    tasks.stop_cloud_session(cloud_session_id=doubtful.pk, **OTHER)

    doubtful.refresh_from_db()
    assert (doubtful.state, running(cloud)) == (CloudSession.State.OVER, [])


def test_a_bell_for_a_context_delivers_it(cloud: SimulatedCloud, alice: User, wish: Wish) -> None:
    context = build.context(wish.provider_key.workspace, alice)

    tasks.mirror_context(context_id=context.pk, **OTHER)

    context.refresh_from_db()
    assert context.state == "ready"


def test_a_bell_for_the_catalogue_reads_it(db: None, cloud: SimulatedCloud) -> None:
    tasks.sync_catalogue(**OTHER)

    assert Avatar.objects.count() == 12


def test_a_bell_that_rings_twice_or_too_late_changes_nothing(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    session = build.avatar_session(alice, wish)
    tasks.start_session(session_id=session.pk)
    before = AvatarSession.objects.values().get()

    for task in (tasks.start_session, tasks.stop_session, tasks.keep_session):
        task(session_id=session.pk)

    assert AvatarSession.objects.values().get() == before
    assert cloud.state()["running"] == 1


def test_a_bell_for_what_is_not_there_any_more_is_answered_by_doing_nothing(
    db: None, cloud: SimulatedCloud
) -> None:
    for task in (tasks.start_session, tasks.stop_session, tasks.keep_session):
        task(session_id=404)
    tasks.stop_cloud_session(cloud_session_id=404)

    assert cloud.state()["calls"] == {}
