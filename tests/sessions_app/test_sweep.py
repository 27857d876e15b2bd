"""The sweep finishes what lost its bell, and ends what nobody wants or may have any more."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import AuditEvent, ProviderKey, User
from liveavatar_web import queues
from sessions_app.lifecycle import OVER, EndReason, State
from sessions_app.models import AvatarSession, CloudAccount, CloudSession, Meter, Reconciliation
from sessions_app.services import avatar_sessions, catalogue, limits, reconciliation
from sessions_app.services.acceptance import Wish
from sessions_app.services.sweep import sweep
from tests import build
from tests.sessions_app.conftest import Bell
from tests.sessions_app.rows import assert_books_balance, assert_meters_balance, placed, running
from tests.simulator.cloud import SimulatedCloud
from tests.work import drain, sweep_and_drain

Commit = Callable[..., AbstractContextManager[Any]]

_STATES = {
    State.REQUESTED: "start_session",
    State.STARTING: "start_session",
    State.UNCERTAIN: "start_session",
    State.LIVE: "keep_session",
    State.STOPPING: "stop_session",
}


@pytest.fixture
def quiet_account(db: None) -> None:
    """The account and its lists were read a moment ago, so that its own work is not due."""
    later = timezone.now() + timedelta(hours=1)
    for kind in Reconciliation.Kind.values:
        Reconciliation.objects.create(kind=kind, due_at=later)
    CloudAccount.objects.create(id=1, due_at=later, catalogue_due_at=later)


@pytest.mark.parametrize("state", _STATES)
@pytest.mark.usefixtures("quiet_account")
def test_the_worker_of_each_state_is_rung_for_when_it_is_due(
    state: State,
    alice: User,
    plan: Wish,
    django_capture_on_commit_callbacks: Commit,
    bells: list[Bell],
) -> None:
    session = placed(alice, plan, state, due_at=timezone.now())

    with django_capture_on_commit_callbacks(execute=True):
        sweep(now=timezone.now())

    task = f"sessions_app.{_STATES[state]}"
    assert bells == [(task, "live", {"session_id": session.pk})]


@pytest.mark.usefixtures("quiet_account")
def test_a_queue_whose_workers_are_behind_is_rung_in_no_more_by_the_sweep(
    alice: User,
    plan: Wish,
    django_capture_on_commit_callbacks: Commit,
    bells: list[Bell],
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    placed(alice, plan, State.LIVE, due_at=timezone.now())
    with redis.Redis.from_url(redis_url) as broker:
        monkeypatch.setattr(queues, "MOST_WAITING", broker.llen("live"))
        broker.rpush("live", "one that nobody has taken yet")
        with django_capture_on_commit_callbacks(execute=True):
            sweep(now=timezone.now())
        assert bells == []

        broker.rpop("live")
        with django_capture_on_commit_callbacks(execute=True):
            sweep(now=timezone.now())
    assert [task for task, *_ in bells] == ["sessions_app.keep_session"]


@pytest.mark.parametrize("state", _STATES)
@pytest.mark.usefixtures("quiet_account")
def test_nobody_is_rung_for_what_a_worker_holds_or_what_is_not_due(
    state: State,
    alice: User,
    plan: Wish,
    django_capture_on_commit_callbacks: Commit,
    bells: list[Bell],
) -> None:
    now = timezone.now()
    soon = now + timedelta(seconds=10)
    placed(alice, plan, state, due_at=soon)
    placed(alice, plan, state, due_at=now, claimed_until=soon)

    with django_capture_on_commit_callbacks(execute=True):
        sweep(now=now)

    assert bells == []


@pytest.mark.usefixtures("quiet_account")
def test_the_oldest_work_is_rung_for_first(
    alice: User, plan: Wish, django_capture_on_commit_callbacks: Commit, bells: list[Bell]
) -> None:
    now = timezone.now()
    young = placed(alice, plan, State.STOPPING, due_at=now - timedelta(seconds=5))
    old = placed(alice, plan, State.STOPPING, due_at=now - timedelta(seconds=50))

    with django_capture_on_commit_callbacks(execute=True):
        sweep(now=now)

    assert [ids["session_id"] for _, _, ids in bells] == [old.pk, young.pk]


def test_a_context_a_key_the_catalogue_and_a_list_are_rung_for_too(
    alice: User, plan: Wish, django_capture_on_commit_callbacks: Commit, bells: list[Bell]
) -> None:
    key, workspace = plan.provider_key, plan.provider_key.workspace
    ProviderKey.objects.update(state=ProviderKey.State.PENDING, due_at=timezone.now())
    context = build.context(workspace, alice)
    catalogue.account()
    reconciliation.sweep(now=timezone.now())
    later = timezone.now() + timedelta(hours=1)
    Reconciliation.objects.exclude(kind="sessions").update(due_at=later)

    with django_capture_on_commit_callbacks(execute=True):
        sweep(now=timezone.now())

    assert bells == [
        ("sessions_app.reconcile", "sync", {"kind": "sessions"}),
        ("sessions_app.mirror_context", "sync", {"context_id": context.pk}),
        ("accounts.push_provider_key", "sync", {"key_id": key.pk}),
        ("sessions_app.sync_catalogue", "sync", {}),
    ]


@pytest.mark.parametrize(
    ("state", "over"),
    [
        (State.REQUESTED, State.ENDED),
        (State.STARTING, State.STOPPING),
        (State.UNCERTAIN, State.STOPPING),
        (State.LIVE, State.STOPPING),
    ],
)
def test_a_session_whose_lease_ran_out_is_ended_wherever_it_is(
    state: State, over: State, alice: User, plan: Wish
) -> None:
    now = timezone.now()
    session = placed(alice, plan, state, lease_until=now)

    sweep(now=now)

    session.refresh_from_db()
    assert (session.state, session.end_reason) == (over, EndReason.ABANDONED)
    assert_meters_balance()


@pytest.mark.parametrize(
    ("state", "over"),
    [
        (State.REQUESTED, State.FAILED),
        (State.STARTING, State.STOPPING),
        (State.UNCERTAIN, State.STOPPING),
        (State.LIVE, State.STOPPING),
    ],
)
def test_a_session_whose_key_is_gone_is_ended_wherever_it_is(
    state: State, over: State, alice: User, plan: Wish
) -> None:
    session = placed(alice, plan, state)
    ProviderKey.objects.update(state=ProviderKey.State.REVOKING, due_at=timezone.now())

    sweep(now=timezone.now())

    session.refresh_from_db()
    assert (session.state, session.end_reason) == (over, EndReason.KEY_GONE)
    assert_meters_balance()


def test_a_session_that_nobody_could_start_in_time_is_given_up(alice: User, plan: Wish) -> None:
    now = timezone.now()
    session = placed(alice, plan, State.REQUESTED, requested_at=now - timedelta(seconds=60))
    fresh = placed(alice, plan, State.REQUESTED, requested_at=now - timedelta(seconds=59))

    sweep(now=now)

    session.refresh_from_db()
    fresh.refresh_from_db()
    assert (session.state, session.end_reason) == (State.FAILED, EndReason.NOT_STARTED_IN_TIME)
    assert fresh.state == State.REQUESTED
    assert_meters_balance()


def test_a_worker_that_is_still_starting_it_is_given_the_time_of_its_claim(
    alice: User, plan: Wish
) -> None:
    now = timezone.now()
    session = placed(
        alice,
        plan,
        State.STARTING,
        requested_at=now - timedelta(seconds=90),
        claimed_until=now + timedelta(seconds=5),
    )

    sweep(now=now)
    session.refresh_from_db()
    assert session.state == State.STARTING

    sweep(now=now + timedelta(seconds=5))
    session.refresh_from_db()
    assert (session.state, session.end_reason) == (
        State.STOPPING,
        EndReason.NOT_STARTED_IN_TIME,
    )


@pytest.mark.parametrize("state", [State.STOPPING, *sorted(OVER)])
def test_what_is_ending_or_over_keeps_its_reason(state: State, alice: User, plan: Wish) -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    session = placed(
        alice, plan, state, lease_until=long_ago, limit_at=long_ago, end_reason=EndReason.PERSON
    )

    sweep(now=timezone.now())

    session.refresh_from_db()
    assert (session.state, session.end_reason) == (state, EndReason.PERSON)


def test_an_id_of_a_session_that_is_over_is_doubted(alice: User, plan: Wish) -> None:
    now = timezone.now()
    over = placed(alice, plan, State.ENDED)
    still_open = placed(alice, plan, State.STARTING, claimed_until=now + timedelta(seconds=9))
    dates = {"minted_at": now, "doubt_until": now}
    stranger = CloudSession.objects.create(avatar_session=over, remote_id="stranger", **dates)
    ours = CloudSession.objects.create(avatar_session=still_open, remote_id="ours", **dates)

    sweep(now=now)

    stranger.refresh_from_db()
    ours.refresh_from_db()
    assert (stranger.state, stranger.due_at) == (CloudSession.State.DOUBTFUL, now)
    assert (ours.state, ours.due_at) == (CloudSession.State.MINTED, None)


def test_a_session_that_cannot_be_ended_keeps_nobody_from_being_ended(
    alice: User, charlie: User, plan: Wish
) -> None:
    theirs = charlie.memberships.get().workspace
    wish = replace(plan, provider_key=build.provider_key(theirs, charlie))
    past = timezone.now()
    spoilt = placed(alice, plan, State.REQUESTED, lease_until=past)
    sound = placed(charlie, wish, State.REQUESTED, lease_until=past)
    # As after somebody has set a meter by hand: what the session gives back is not there.
    Meter.objects.filter(subject=limits.of_workspace(spoilt.workspace)).update(held_slots=0)

    with pytest.raises(ExceptionGroup) as failed:
        sweep(now=timezone.now())

    assert [type(failure) for failure in failed.value.exceptions] == [IntegrityError]
    sound.refresh_from_db()
    assert (sound.state, sound.end_reason) == (State.ENDED, EndReason.ABANDONED)


def test_whoever_comes_back_while_others_are_being_ended_stays(
    alice: User, plan: Wish, monkeypatch: pytest.MonkeyPatch
) -> None:
    past = timezone.now()
    left, back = [placed(alice, plan, State.LIVE, lease_until=past) for _ in range(2)]
    end = avatar_sessions.request_stop

    def end_slowly(session: AvatarSession, **how: Any) -> None:
        AvatarSession.objects.filter(pk=back.pk).update(lease_until=past + timedelta(minutes=1))
        end(session, **how)

    monkeypatch.setattr(avatar_sessions, "request_stop", end_slowly)

    sweep(now=timezone.now())

    states = dict(AvatarSession.objects.values_list("pk", "state"))
    assert states == {left.pk: State.STOPPING, back.pk: State.LIVE}


def test_the_sweep_is_named_as_the_one_who_ended_it(alice: User, plan: Wish) -> None:
    placed(alice, plan, State.LIVE, lease_until=timezone.now())

    sweep(now=timezone.now())

    event = AuditEvent.objects.get()
    assert (event.action, event.actor_label) == ("avatar_session.stopping", "system: sweep")
    assert event.details == {"cause": "abandoned", "remote_id": "a-remote-id"}


def test_a_session_whose_every_bell_was_lost_still_runs_its_whole_life(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    session = build.avatar_session(alice, wish)
    sweep_and_drain()
    session.refresh_from_db()
    assert session.state == State.LIVE
    AvatarSession.objects.update(lease_until=timezone.now())

    sweep_and_drain()

    session.refresh_from_db()
    assert session.state == State.ENDED
    assert running(cloud) == []
    assert_books_balance(cloud)


def test_a_second_sweep_finds_nothing_left(cloud: SimulatedCloud, alice: User, wish: Wish) -> None:
    build.avatar_session(alice, wish)
    AvatarSession.objects.update(lease_until=timezone.now())
    sweep_and_drain()
    drain()
    rows = list(AvatarSession.objects.values())
    events = AuditEvent.objects.count()

    sweep_and_drain()

    assert list(AvatarSession.objects.values()) == rows
    assert AuditEvent.objects.count() == events
