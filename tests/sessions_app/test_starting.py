from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, ProviderKey, User
from sessions_app.lifecycle import EndReason, State
from sessions_app.models import AvatarSession, CloudSession, Meter
from sessions_app.services import avatar_sessions, contexts, leases, room_hosts, starting
from sessions_app.services.acceptance import Wish
from tests import build
from tests.sessions_app.rows import assert_books_balance, placed, running, time_passes
from tests.sessions_app.trouble import MINT, START, fault
from tests.simulator.cloud import SimulatedCloud
from tests.work import drain, sweep_and_drain


def test_a_requested_session_becomes_live_with_its_room(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    session = build.avatar_session(alice, wish)

    drain()

    session.refresh_from_db()
    assert session.state == State.LIVE
    assert running(cloud) == [session.remote_id]
    url, token = avatar_sessions.room(session, caller=build.caller(alice))
    assert url.reveal().startswith("ws://127.0.0.1:")
    assert url.reveal().startswith(room_hosts.last())
    assert room_hosts.last().count("/") == 2
    assert token.reveal().count(".") == 2


@pytest.mark.parametrize(("is_gone", "longest"), [(True, 15), (False, 60)])
def test_a_session_that_was_left_while_it_started_is_not_waited_for_as_if_somebody_were_there(
    is_gone: bool, longest: int, cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    session, asked = build.avatar_session(alice, wish), timezone.now()
    keep = leases.cut_short if is_gone else leases.renew
    keep(session, page=uuid4(), now=asked)

    drain()

    session.refresh_from_db()
    assert session.state == State.LIVE
    latest = asked if is_gone else timezone.now()
    assert longest - 5 < (session.lease_until - latest).total_seconds() <= longest


def test_a_stopped_session_runs_nowhere_and_shows_what_it_cost(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    session = build.avatar_session(alice, wish)
    drain()
    cloud.door("POST", "clock", {"advance_s": 90})

    avatar_sessions.request_stop(
        session, caller=build.caller(alice), reason=EndReason.PERSON, now=timezone.now()
    )
    drain()

    session.refresh_from_db()
    assert (session.state, session.end_reason) == (State.ENDED, EndReason.PERSON)
    assert session.vendor_end_reason == "USER_CLOSED"
    assert 90 <= (session.billed_seconds or 0) < 100
    assert session.credits == 2
    assert (session.room_url, session.room_token) == (None, None)
    assert running(cloud) == []
    month = Meter.objects.exclude(period="").get()
    assert (month.held_seconds, month.used_seconds) == (0, session.billed_seconds)
    assert Meter.objects.get(subject="installation").held_slots == 0


def test_the_same_idempotency_key_is_the_same_session(alice: User, wish: Wish) -> None:
    key = str(uuid4())

    def ask() -> AvatarSession:
        return avatar_sessions.request(
            caller=build.caller(alice),
            workspace=wish.provider_key.workspace,
            wish=wish,
            idempotency_key=key,
            now=timezone.now(),
        )

    assert ask() == ask()
    assert AvatarSession.objects.count() == 1


def test_a_lost_answer_to_a_start_is_stopped_and_minted_afresh(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    fault(cloud, START, mode="close_after")
    session = build.avatar_session(alice, wish)

    drain()

    session.refresh_from_db()
    assert session.state == State.LIVE
    assert running(cloud) == [session.remote_id]
    assert session.cloud_sessions.count() == 2
    doubtful = session.cloud_sessions.exclude(remote_id=session.remote_id).get()
    assert doubtful.state == CloudSession.State.OVER


def test_a_refused_start_fails_with_the_clouds_words(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    fault(cloud, START, status=402, message="Not enough credits")
    session = build.avatar_session(alice, wish)

    drain()

    session.refresh_from_db()
    assert (session.state, session.end_reason) == (State.FAILED, EndReason.NO_CREDITS)
    assert session.last_error_message == "Not enough credits"
    assert Meter.objects.get(subject="installation").held_slots == 0


def test_a_session_whose_page_is_gone_is_stopped_by_the_sweep(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    session = build.avatar_session(alice, wish)
    drain()
    AvatarSession.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    sweep_and_drain()

    session.refresh_from_db()
    assert (session.state, session.end_reason) == (State.ENDED, EndReason.ABANDONED)
    assert running(cloud) == []


def test_the_cloud_is_asked_for_exactly_what_was_chosen(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    context = build.context(wish.provider_key.workspace, alice)
    drain()
    context.refresh_from_db()
    chosen = replace(
        wish,
        context=context,
        voice="cedar",
        model="gpt-realtime-mini",
        temperature=Decimal("1.15"),
        max_seconds=90,
    )

    session = build.avatar_session(alice, chosen)
    drain()

    session.refresh_from_db()
    there = cloud.session_state(session.remote_id)
    assert there["avatar_id"] == wish.avatar.remote_id
    assert there["max_session_duration"] == 90
    assert there["is_sandbox"] is False
    assert there["openai_realtime_config"] == {
        "secret_id": wish.provider_key.remote_secret_id,
        "context_id": context.remote_context_id,
        "voice": "cedar",
        "model": "gpt-realtime-mini",
        "temperature": 1.15,
    }
    assert session.context_number == 1


def test_a_sandbox_session_plays_the_sandbox_avatar_for_a_minute_and_costs_nothing(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    wayne = build.avatar(build.WAYNE, is_sandbox=True)
    session = build.avatar_session(
        alice, replace(wish, avatar=wayne, is_sandbox=True, max_seconds=60)
    )
    drain()

    avatar_sessions.stop_by(session, caller=build.caller(alice), now=timezone.now())
    drain()

    session.refresh_from_db()
    assert (session.state, session.credits) == (State.ENDED, 0)


@pytest.mark.parametrize(
    ("status", "message", "reason"),
    [
        (402, "Not enough credits", EndReason.NO_CREDITS),
        (400, "No credits left", EndReason.NO_CREDITS),
        (401, "Invalid API key", EndReason.REFUSED),
        (400, "You dont have access to this avatar", EndReason.REFUSED),
        (404, "Session not found", EndReason.REFUSED),
    ],
)
@pytest.mark.parametrize("route", [MINT, START])
def test_a_refusal_fails_the_session_at_once_in_the_clouds_words(
    route: str,
    status: int,
    message: str,
    reason: EndReason,
    cloud: SimulatedCloud,
    alice: User,
    wish: Wish,
) -> None:
    fault(cloud, route, status=status, message=message)
    session = build.avatar_session(alice, wish)

    drain()

    session.refresh_from_db()
    assert (session.state, session.end_reason) == (State.FAILED, reason)
    assert session.last_error_message == message
    assert (session.billed_seconds, session.credits) == (0, None)
    assert_books_balance(cloud)


def test_a_full_account_is_tried_again_until_a_place_is_free(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    cloud.door("POST", "switches", {"concurrency_limit": 1})
    other = cloud.started()
    session = build.avatar_session(alice, wish)
    drain()
    session.refresh_from_db()
    assert (session.state, session.last_error) == (State.REQUESTED, "ConcurrencyReached")
    cloud.stop(other["session_id"])

    time_passes(5)
    drain()

    session.refresh_from_db()
    assert session.state == State.LIVE
    assert_books_balance(cloud)


def test_an_account_that_stays_full_fails_the_session_in_words(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    cloud.door("POST", "switches", {"concurrency_limit": 0})
    session = build.avatar_session(alice, wish)
    AvatarSession.objects.update(requested_at=timezone.now() - timedelta(seconds=59))

    drain()

    session.refresh_from_db()
    assert (session.state, session.end_reason) == (State.FAILED, EndReason.CONCURRENCY)


def test_a_rate_limit_is_waited_for_as_long_as_the_cloud_asks(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    fault(cloud, MINT, mode="rate_limit", retry_after=7)
    session = build.avatar_session(alice, wish)

    drain()

    session.refresh_from_db()
    assert session.due_at is not None
    assert 2 < (session.due_at - timezone.now()).total_seconds() <= 7


def test_an_installation_without_an_account_says_so(
    cloud: SimulatedCloud, alice: User, wish: Wish, settings: Any
) -> None:
    settings.LIVEAVATAR_API_KEY = ""
    session = build.avatar_session(alice, wish)

    drain()

    session.refresh_from_db()
    assert (session.state, session.end_reason) == (State.FAILED, EndReason.REFUSED)
    assert session.last_error_message == "LIVEAVATAR_API_KEY is not set"


def test_a_key_that_is_revoked_before_the_start_is_not_used(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    session = build.avatar_session(alice, wish)
    ProviderKey.objects.update(state=ProviderKey.State.REVOKED, value=None)

    drain()

    session.refresh_from_db()
    assert (session.state, session.end_reason) == (State.FAILED, EndReason.KEY_GONE)
    assert MINT not in cloud.state()["calls"]


def test_a_context_that_is_deleted_before_the_start_is_not_done_without(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    context = build.context(wish.provider_key.workspace, alice)
    drain()
    session = build.avatar_session(alice, replace(wish, context=context))
    contexts.delete(context, caller=build.caller(alice), now=timezone.now())

    drain()

    session.refresh_from_db()
    assert (session.state, session.end_reason) == (State.FAILED, EndReason.CONTEXT_GONE)
    assert MINT not in cloud.state()["calls"]


def test_a_session_ended_before_a_worker_took_it_is_over_at_once(alice: User, plan: Wish) -> None:
    session = build.avatar_session(alice, plan)

    avatar_sessions.stop_by(session, caller=build.caller(alice), now=timezone.now())

    session.refresh_from_db()
    assert (session.state, session.end_reason) == (State.ENDED, EndReason.PERSON)
    assert (session.billed_seconds, session.credits) == (0, None)
    assert Meter.objects.get(subject="installation").held_slots == 0


@pytest.mark.parametrize("state", [State.STOPPING, State.ENDED, State.FAILED])
def test_ending_what_is_ending_or_over_changes_nothing(
    state: State, alice: User, plan: Wish
) -> None:
    session = placed(alice, plan, state, end_reason=EndReason.LIMIT)
    before = AvatarSession.objects.values().get()

    avatar_sessions.stop_by(session, caller=build.caller(alice), now=timezone.now())

    assert AvatarSession.objects.values().get() == before
    assert AuditEvent.objects.count() == 0


def test_a_cloud_that_stays_full_is_told_as_full(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    cloud.door("POST", "switches", {"concurrency_limit": 0})
    session = build.avatar_session(alice, wish)

    for _ in range(4):
        AvatarSession.objects.exclude(due_at=None).update(due_at=timezone.now())
        drain()

    session.refresh_from_db()
    assert (session.state, session.end_reason) == (State.FAILED, EndReason.CONCURRENCY)
    assert session.cloud_sessions.count() == 3


def test_a_session_whose_page_is_gone_already_is_not_started(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    session = build.avatar_session(alice, wish)
    AvatarSession.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    starting.start(pk=session.pk)

    session.refresh_from_db()
    assert (session.state, session.attempts) == (State.REQUESTED, 0)
    assert MINT not in cloud.state()["calls"]
