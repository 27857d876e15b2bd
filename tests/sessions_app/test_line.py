"""The waiting line: first come, first served, kept by the rows, left by whoever goes away."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.models import User, Workspace
from sessions_app.lifecycle import EndReason, State
from sessions_app.models import AvatarSession
from sessions_app.services import avatar_sessions, leases, line
from sessions_app.services.acceptance import Wish
from sessions_app.services.limits import QuotaReached
from sessions_app.services.sweep import sweep
from tests import build
from tests.sessions_app.conftest import Bell
from tests.sessions_app.racing import race
from tests.sessions_app.rows import assert_books_balance, assert_meters_balance, running
from tests.simulator.cloud import SimulatedCloud
from tests.work import drain

Commit = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def one_place(plan: Wish) -> Workspace:
    workspace = plan.provider_key.workspace
    workspace.max_concurrent_sessions = 1
    workspace.save()
    return workspace


def places() -> list[tuple[str, int | None]]:
    """State and place of every open session, in the order they were asked for."""
    rows = AvatarSession.objects.open().order_by("id")
    return [(state, place) for state, place in rows.values_list("state", "place")]


def end(session: AvatarSession, by: User) -> None:
    avatar_sessions.stop_by(session, caller=build.caller(by), now=timezone.now())


def advance() -> None:
    line.advance(now=timezone.now())


@pytest.mark.usefixtures("one_place")
def test_whoever_comes_when_all_places_are_taken_waits_and_holds_nothing(
    alice: User, plan: Wish
) -> None:
    build.avatar_session(alice, plan)
    build.avatar_session(alice, plan)
    build.avatar_session(alice, plan)
    advance()

    assert places() == [("requested", None), ("waiting", 1), ("waiting", 2)]
    assert_meters_balance()


@pytest.mark.usefixtures("one_place")
def test_a_place_that_is_free_goes_to_the_first_in_line(alice: User, plan: Wish) -> None:
    talking, *_ = [build.avatar_session(alice, plan) for _ in range(3)]

    end(talking, alice)
    advance()

    assert places() == [("requested", None), ("waiting", 1)]
    assert_meters_balance()


@pytest.mark.usefixtures("one_place")
def test_nobody_overtakes_those_who_wait(alice: User, plan: Wish) -> None:
    talking, waiting = [build.avatar_session(alice, plan) for _ in range(2)]
    end(talking, alice)

    late = build.avatar_session(alice, plan)
    advance()

    states = {session.pk: session.state for session in AvatarSession.objects.all()}
    assert (states[waiting.pk], states[late.pk]) == (State.REQUESTED, State.WAITING)


@pytest.mark.usefixtures("one_place")
def test_an_end_rings_for_the_line_at_once(
    alice: User,
    plan: Wish,
    django_capture_on_commit_callbacks: Commit,
    bells: list[Bell],
) -> None:
    talking, _ = [build.avatar_session(alice, plan) for _ in range(2)]
    bells.clear()

    with django_capture_on_commit_callbacks(execute=True):
        end(talking, alice)

    assert ("sessions_app.advance_line", "live", {}) in bells


@pytest.mark.usefixtures("one_place")
def test_the_sweep_rings_for_a_line_whose_bell_was_lost(
    alice: User, plan: Wish, django_capture_on_commit_callbacks: Commit, bells: list[Bell]
) -> None:
    talking, _ = [build.avatar_session(alice, plan) for _ in range(2)]
    end(talking, alice)
    bells.clear()

    with django_capture_on_commit_callbacks(execute=True):
        sweep(now=timezone.now())

    assert bells.count(("sessions_app.advance_line", "live", {})) == 1


@pytest.mark.usefixtures("one_place")
def test_closing_the_page_leaves_the_line_and_the_rest_move_up(alice: User, plan: Wish) -> None:
    _, first, second = [build.avatar_session(alice, plan) for _ in range(3)]
    advance()
    now = timezone.now()

    leases.cut_short(first, now=now)
    leases.renew(second, now=now + timedelta(seconds=50))
    sweep(now=now + timedelta(seconds=20))
    advance()

    first.refresh_from_db()
    assert (first.state, first.end_reason) == (State.ENDED, EndReason.ABANDONED)
    second.refresh_from_db()
    assert (second.state, second.place) == (State.WAITING, 1)


@pytest.mark.usefixtures("one_place")
def test_nobody_waits_longer_than_the_limit(alice: User, plan: Wish, settings: Any) -> None:
    _, waiting = [build.avatar_session(alice, plan) for _ in range(2)]
    later = timezone.now() + timedelta(seconds=settings.WAIT_SECONDS + 1)
    AvatarSession.objects.update(lease_until=later + timedelta(seconds=60))

    sweep(now=later)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.end_reason) == (State.FAILED, EndReason.NO_PLACE)
    assert_meters_balance()


@pytest.mark.usefixtures("one_place")
def test_a_line_that_is_full_refuses(alice: User, plan: Wish, settings: Any) -> None:
    settings.MAX_WAITING_IN_LINE = 2
    for _ in range(3):
        build.avatar_session(alice, plan)

    with pytest.raises(QuotaReached, match="as many wait for one as may") as refused:
        build.avatar_session(alice, plan)

    assert refused.value.code == "concurrency"


def test_a_workspace_without_places_has_no_line(
    alice: User, one_place: Workspace, plan: Wish
) -> None:
    one_place.max_concurrent_sessions = 0
    one_place.save()

    with pytest.raises(QuotaReached, match="may not start sessions"):
        build.avatar_session(alice, plan)

    assert places() == []


def test_a_full_workspace_holds_up_nobody_of_another(
    alice: User, charlie: User, one_place: Workspace, plan: Wish
) -> None:
    build.avatar_session(alice, plan)
    build.avatar_session(alice, plan)
    theirs = charlie.memberships.get().workspace
    wish = replace(plan, provider_key=build.provider_key(theirs, charlie))

    assert build.avatar_session(charlie, wish).state == State.REQUESTED


def test_a_full_installation_has_one_line_for_all(
    alice: User, charlie: User, plan: Wish, settings: Any
) -> None:
    settings.MAX_CONCURRENT_SESSIONS = 1
    theirs = charlie.memberships.get().workspace
    wish = replace(plan, provider_key=build.provider_key(theirs, charlie))
    talking = build.avatar_session(alice, plan)
    build.avatar_session(charlie, wish)
    build.avatar_session(alice, plan)
    advance()
    assert places() == [("requested", None), ("waiting", 1), ("waiting", 2)]

    end(talking, alice)
    advance()

    assert places() == [("requested", None), ("waiting", 1)]
    assert_meters_balance()


@pytest.mark.usefixtures("one_place")
def test_whoever_waits_longest_for_their_own_workspace_holds_up_nobody_of_another(
    alice: User, charlie: User, plan: Wish, settings: Any
) -> None:
    settings.MAX_CONCURRENT_SESSIONS = 2
    theirs = charlie.memberships.get().workspace
    wish = replace(plan, provider_key=build.provider_key(theirs, charlie))
    build.avatar_session(alice, plan)
    stuck = build.avatar_session(alice, plan)
    talking = build.avatar_session(charlie, wish)
    coming = build.avatar_session(charlie, wish)
    advance()
    assert places() == [("requested", None), ("waiting", 1), ("requested", None), ("waiting", 2)]

    end(talking, charlie)
    advance()

    states = {session.pk: session.state for session in AvatarSession.objects.open()}
    assert (states[stuck.pk], states[coming.pk]) == (State.WAITING, State.REQUESTED)
    assert_meters_balance()


@pytest.mark.usefixtures("one_place")
def test_whose_minutes_are_used_up_meanwhile_is_told_so(
    alice: User, plan: Wish, one_place: Workspace
) -> None:
    talking, waiting = [build.avatar_session(alice, plan) for _ in range(2)]
    one_place.monthly_minutes = 2
    one_place.save()
    AvatarSession.objects.filter(pk=talking.pk).update(state=State.STOPPING)
    talking.refresh_from_db()
    one_place.max_concurrent_sessions = 2
    one_place.save()

    advance()

    waiting.refresh_from_db()
    assert (waiting.state, waiting.end_reason) == (State.FAILED, EndReason.USED_UP)


@pytest.mark.django_db(transaction=True)
def test_many_hands_let_in_no_more_than_there_are_places(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    workspace = wish.provider_key.workspace
    workspace.max_concurrent_sessions = 2
    workspace.save()
    for _ in range(8):
        build.avatar_session(alice, wish)
    drain()
    for session in AvatarSession.objects.live():
        end(session, alice)
    drain()

    race(advance, runners=6)
    drain()

    assert len(running(cloud)) == 2
    live = AvatarSession.objects.live().order_by("id")
    assert places() == [("live", None)] * 2 + [("waiting", place) for place in (1, 2, 3, 4)]
    assert live.last() == AvatarSession.objects.order_by("id")[3]
    assert_books_balance(cloud)


@pytest.mark.usefixtures("one_place")
def test_who_waited_long_has_the_whole_time_to_start(alice: User, plan: Wish) -> None:
    talking, waiting = [build.avatar_session(alice, plan) for _ in range(2)]
    AvatarSession.objects.filter(pk=waiting.pk).update(
        requested_at=F("requested_at") - timedelta(minutes=5)
    )
    end(talking, alice)
    advance()

    sweep(now=timezone.now())

    waiting.refresh_from_db()
    assert waiting.state == State.REQUESTED
