"""Ten more minutes: where the budget and the plan allow them, once, and held beforehand."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, User
from sessions_app.lifecycle import EndReason, State
from sessions_app.models import AvatarSession
from sessions_app.services import extensions, line
from sessions_app.services.acceptance import Wish
from sessions_app.services.extensions import NotExtendable
from sessions_app.services.sweep import sweep
from tests import build
from tests.sessions_app.rows import assert_books_balance, assert_meters_balance
from tests.simulator.cloud import SimulatedCloud
from tests.work import drain


@pytest.fixture(autouse=True)
def allowed(settings: Any) -> None:
    settings.EXTENSION_SECONDS = 240
    settings.MAX_SESSION_SECONDS = 600


def live(by: User, wish: Wish) -> AvatarSession:
    session = build.avatar_session(by, wish)
    drain()
    session.refresh_from_db()
    assert session.state == State.LIVE
    return session


def extend(session: AvatarSession, by: User) -> None:
    extensions.extend(session, caller=build.caller(by), now=timezone.now())


def minted_for(cloud: SimulatedCloud, session: AvatarSession) -> int:
    return int(cloud.session_state(session.remote_id)["max_session_duration"])


def test_a_session_is_minted_and_held_for_its_limit_and_one_extension(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    session = live(alice, wish)

    assert (session.max_seconds, minted_for(cloud, session)) == (120, 360)
    assert session.extension_left == 240
    assert_meters_balance()


def test_extending_moves_only_our_limit_and_only_once(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    session = live(alice, wish)
    before, calls = session.limit_at, cloud.state()["calls"]
    assert before is not None

    extend(session, alice)

    session.refresh_from_db()
    assert session.limit_at == before + timedelta(seconds=240)
    assert session.extension_left == 0
    assert cloud.state()["calls"] == calls
    assert AuditEvent.objects.filter(action="avatar_session.extended").count() == 1
    with pytest.raises(NotExtendable):
        extend(session, alice)


def test_one_that_was_not_extended_ends_at_its_own_limit(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    session = live(alice, wish)
    assert session.limit_at is not None
    AvatarSession.objects.update(limit_at=timezone.now())

    with pytest.raises(NotExtendable):
        extend(session, alice)
    sweep(now=timezone.now())
    drain()

    session.refresh_from_db()
    assert (session.state, session.end_reason) == (State.ENDED, EndReason.LIMIT)
    assert_books_balance(cloud)


def test_where_the_month_has_too_little_left_it_starts_without(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    workspace = wish.provider_key.workspace
    workspace.monthly_minutes = 3
    workspace.save()

    session = live(alice, wish)

    assert (session.extension_seconds, minted_for(cloud, session)) == (0, 120)
    assert session.extension_left == 0
    assert_meters_balance()


def test_where_the_plan_has_no_room_for_it_it_starts_without(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    cloud.door("POST", "switches", {"max_session_s": 200})

    session = live(alice, wish)

    assert (minted_for(cloud, session), session.extension_left) == (120, 0)


def test_the_longest_session_and_the_sandbox_have_none(alice: User, plan: Wish) -> None:
    workspace = plan.provider_key.workspace

    def allowed(**wish: Any) -> int:
        wished = replace(plan, **wish)
        return extensions.of_wish(
            workspace, max_seconds=wished.max_seconds, is_sandbox=wished.is_sandbox
        )

    assert [allowed(max_seconds=seconds) for seconds in (120, 400, 540, 541, 600)] == [
        240,
        200,
        60,
        0,
        0,
    ]
    assert allowed(max_seconds=60, is_sandbox=True) == 0


def test_the_first_in_line_is_let_in_without_where_only_that_is_too_much(
    alice: User, plan: Wish
) -> None:
    workspace = plan.provider_key.workspace
    workspace.max_concurrent_sessions = 1
    workspace.monthly_minutes = 11
    workspace.save()
    talking = build.avatar_session(alice, plan)
    waiting = build.avatar_session(alice, plan)
    assert (waiting.state, waiting.extension_seconds) == (State.WAITING, 240)
    workspace.max_concurrent_sessions = 2
    workspace.save()

    line.advance(now=timezone.now())

    waiting.refresh_from_db()
    assert (waiting.state, waiting.extension_seconds) == (State.REQUESTED, 0)
    assert talking.extension_seconds == 240
    assert_meters_balance()


@pytest.mark.parametrize(
    ("who", "status"), [("owner", 200), ("colleague", 404), ("auditor", 404), ("stranger", 404)]
)
def test_only_the_one_who_asked_may_extend(
    who: str, status: int, people: Any, cloud: SimulatedCloud, wish: Wish, client: Client
) -> None:
    session = live(people.owner, wish)
    client.force_login(getattr(people, who))

    answer = client.post(f"/api/sessions/{session.public_id}/extend")

    assert answer.status_code == status
    session.refresh_from_db()
    assert (session.extended_at is not None) is (status == 200)


def test_nobody_signed_in_extends_nothing(
    alice: User, cloud: SimulatedCloud, wish: Wish, client: Client
) -> None:
    session = live(alice, wish)

    assert client.post(f"/api/sessions/{session.public_id}/extend").status_code == 403
