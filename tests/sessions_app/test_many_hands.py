"""People, workers and sweeps at the same sessions at the same time: nobody waits for ever."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, User, Workspace
from sessions_app.lifecycle import OPEN, State
from sessions_app.models import AvatarSession, Meter
from sessions_app.services import (
    avatar_sessions,
    leases,
    reports,
    starting,
    stopping,
)
from sessions_app.services.acceptance import Wish
from sessions_app.services.sweep import sweep
from tests import build
from tests.sessions_app.racing import race
from tests.sessions_app.rows import assert_books_balance, running
from tests.sessions_app.trouble import START, doubts_run_out, fault, settle
from tests.simulator.cloud import SimulatedCloud

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sessions(cloud: SimulatedCloud, alice: User, wish: Wish) -> list[AvatarSession]:
    Workspace.objects.update(max_concurrent_sessions=100)
    wish.provider_key.workspace.refresh_from_db()
    return [build.avatar_session(alice, wish) for _ in range(4)]


def in_turn(*actions: Callable[[], Any]) -> Callable[[], Any]:
    """Gives each runner of a race the next of the actions."""
    turns = itertools.cycle(actions)
    return lambda: next(turns)()


def test_of_many_workers_one_starts_each_session(
    cloud: SimulatedCloud, sessions: list[AvatarSession]
) -> None:
    def work() -> None:
        for session in sessions:
            starting.start(pk=session.pk)

    race(work, runners=6)

    assert AvatarSession.objects.live().count() == len(running(cloud)) == 4
    assert AuditEvent.objects.filter(action="avatar_session.live").count() == 4
    assert_books_balance(cloud)


def test_everybody_at_once_ends_each_session_once(
    cloud: SimulatedCloud, alice: User, sessions: list[AvatarSession]
) -> None:
    fault(cloud, START, mode="close_after", times=2)
    for session in sessions:
        starting.start(pk=session.pk)
    AvatarSession.objects.update(due_at=timezone.now())

    def each(act: Callable[[AvatarSession], Any]) -> Callable[[], None]:
        def run() -> None:
            for session in AvatarSession.objects.select_related("workspace"):
                act(session)

        return run

    def end(session: AvatarSession) -> None:
        avatar_sessions.stop_by(session, caller=build.caller(alice), now=timezone.now())

    def report(session: AvatarSession) -> None:
        reports.report(session, event="disconnected", detail="", now=timezone.now())

    def stop_doubtful() -> None:
        for session in sessions:
            for cloud_session in session.cloud_sessions.all():
                stopping.stop_cloud_session(pk=cloud_session.pk)

    race(
        in_turn(
            each(end),
            each(lambda session: starting.start(pk=session.pk)),
            each(lambda session: leases.keep(pk=session.pk)),
            each(lambda session: stopping.stop(pk=session.pk)),
            each(report),
            stop_doubtful,
            lambda: sweep(now=timezone.now()),
            each(lambda session: leases.renew(session, now=timezone.now())),
        ),
        runners=8,
    )
    settle(rounds=3)
    doubts_run_out()

    assert not AvatarSession.objects.filter(state__in=OPEN).exists()
    assert running(cloud) == []
    ended = AuditEvent.objects.filter(action__in=["avatar_session.ended", "avatar_session.failed"])
    assert ended.count() == 4
    assert_books_balance(cloud)


def test_sweeps_at_once_end_an_abandoned_session_once(
    cloud: SimulatedCloud, sessions: list[AvatarSession]
) -> None:
    for session in sessions:
        starting.start(pk=session.pk)
    AvatarSession.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    race(lambda: sweep(now=timezone.now()), runners=4)

    assert set(AvatarSession.objects.values_list("state", flat=True)) == {State.STOPPING}
    assert AuditEvent.objects.filter(action="avatar_session.stopping").count() == 4


def test_asking_and_ending_at_once_leaves_the_meter_right(
    cloud: SimulatedCloud, alice: User, wish: Wish, sessions: list[AvatarSession]
) -> None:
    def end_all() -> None:
        for session in AvatarSession.objects.select_related("workspace"):
            avatar_sessions.stop_by(session, caller=build.caller(alice), now=timezone.now())

    race(in_turn(end_all, lambda: build.avatar_session(alice, wish)), runners=8)
    settle(rounds=2)

    assert_books_balance(cloud)
    month = Meter.objects.get(period__gt="", subject__startswith="workspace:")
    still_open = AvatarSession.objects.open().count()
    assert month.held_seconds == still_open * wish.max_seconds
