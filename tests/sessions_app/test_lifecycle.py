from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEvent, User
from accounts.services.callers import Caller
from liveavatar_web.fields import SealedField
from liveavatar_web.vault import Secret
from sessions_app import endings
from sessions_app.lifecycle import (
    LIFECYCLE,
    OPEN,
    OVER,
    EndReason,
    Mover,
    State,
    may_move,
    sources_of,
)
from sessions_app.models import AvatarSession, Meter, SessionEvent
from sessions_app.services import avatar_sessions, moves
from sessions_app.services.acceptance import Wish
from tests.sessions_app.rows import assert_meters_balance, live_fields, placed, reserved

_EVERY_MOVE = list(product(State, State))
_SYSTEM = Caller.system("tests")


def everything_written() -> tuple[list[Any], list[Any], int, int]:
    return (
        list(AvatarSession.objects.order_by("pk").values()),
        list(Meter.objects.order_by("pk").values()),
        SessionEvent.objects.count(),
        AuditEvent.objects.count(),
    )


def fields_for(session: AvatarSession, target: State) -> dict[str, Any]:
    if target in OVER:
        return {}
    if target != State.LIVE:
        fields: dict[str, Any] = {"due_at": timezone.now()}
        if session.state == State.WAITING and may_move(State.WAITING, target):
            fields["reserved_period"] = reserved(avatar_sessions.wish_of(session))
        return fields
    values = live_fields()
    for name in ("room_url", "room_token"):
        values[name] = SealedField.seal_for(session, name, values[name])
    return values


def attempt(session: AvatarSession, target: State) -> bool:
    with transaction.atomic():
        return moves.move(
            session,
            to=target,
            cause=EndReason.PERSON,
            now=timezone.now(),
            caller=_SYSTEM,
            **fields_for(session, target),
        )


@pytest.mark.parametrize(("source", "target"), [m for m in _EVERY_MOVE if may_move(*m)])
def test_an_allowed_move_is_made_and_told(
    source: State, target: State, alice: User, plan: Wish
) -> None:
    session = placed(alice, plan, source)

    moved = attempt(session, target)

    session.refresh_from_db()
    assert moved
    assert session.state == target
    assert session.is_open is (target in OPEN)
    assert [event.state for event in session.events.all()] == [target]
    assert_meters_balance()


@pytest.mark.parametrize(("source", "target"), [m for m in _EVERY_MOVE if not may_move(*m)])
def test_any_other_move_writes_nothing(
    source: State, target: State, alice: User, plan: Wish
) -> None:
    session = placed(alice, plan, source)
    before = everything_written()

    moved = attempt(session, target)

    assert not moved
    assert everything_written() == before


def test_a_move_under_a_claim_that_was_lost_writes_nothing(alice: User, plan: Wish) -> None:
    session = placed(alice, plan, State.REQUESTED)
    requested = AvatarSession.objects.filter(state=State.REQUESTED)
    claim = requested.claim(pk=session.pk, now=timezone.now(), seconds=60, state=State.STARTING)
    assert claim is not None
    AvatarSession.objects.update(claim_token=session.public_id)
    before = everything_written()

    moved = moves.move(
        session, to=State.FAILED, cause="refused", now=timezone.now(), caller=_SYSTEM, claim=claim
    )

    assert not moved
    assert everything_written() == before


def test_the_moves_are_those_that_were_drawn() -> None:
    assert {state.value: sorted(stage.next) for state, stage in LIFECYCLE.items()} == {
        "waiting": ["ended", "failed", "requested"],
        "requested": ["ended", "failed", "starting"],
        "starting": ["failed", "live", "requested", "starting", "stopping", "uncertain"],
        "uncertain": ["failed", "starting", "stopping"],
        "live": ["ended", "stopping"],
        "stopping": ["ended", "failed", "stopping"],
        "ended": [],
        "failed": [],
    }


def test_every_state_can_be_reached_and_left_for_good() -> None:
    reached, frontier = {State.WAITING}, {State.WAITING}
    while frontier:
        frontier = {target for state in frontier for target in LIFECYCLE[state].next} - reached
        reached |= frontier

    assert reached == set(State)
    assert all(LIFECYCLE[state].next & (OVER | {State.STOPPING}) for state in OPEN)
    assert LIFECYCLE[State.STOPPING].next & OVER == OVER


def test_nobody_moves_a_session_that_is_over_and_somebody_moves_every_other() -> None:
    assert {state for state in State if LIFECYCLE[state].mover == Mover.NOBODY} == OVER
    assert {state for state in State if not LIFECYCLE[state].next} == OVER


def test_the_sources_of_a_state_are_those_that_may_move_there() -> None:
    for target in State:
        assert sources_of(target) == {source for source in State if may_move(source, target)}


def test_every_reason_for_an_end_has_words() -> None:
    assert set(endings.ENDINGS) == set(EndReason)


@pytest.mark.parametrize(
    ("state", "broken"),
    [
        *[(state, {"due_at": None}) for state in sorted(OPEN)],
        *[(state, {"due_at": timezone.now()}) for state in sorted(OVER)],
        *[(state, {"ended_at": timezone.now()}) for state in sorted(OPEN)],
        *[(state, {"ended_at": None}) for state in sorted(OVER)],
        *[(state, {"end_reason": ""}) for state in sorted(OVER)],
        *[(state, {"room_url": Secret("wss://x")}) for state in State if state != State.LIVE],
        *[(state, {"room_token": Secret("x")}) for state in State if state != State.LIVE],
        (State.LIVE, {"remote_id": ""}),
        (State.LIVE, {"started_at": None}),
        (State.LIVE, {"limit_at": None}),
        (State.LIVE, {"room_url": None}),
        (State.LIVE, {"room_token": None}),
        (State.ENDED, {"temperature": "0.59"}),
        (State.ENDED, {"temperature": "1.21"}),
        (State.ENDED, {"state": "asleep"}),
    ],
)
def test_the_database_refuses_what_the_lifecycle_forbids(
    state: State, broken: dict[str, Any], alice: User, plan: Wish
) -> None:
    session = placed(alice, plan, state)
    for name, value in broken.items():
        setattr(session, name, value)

    with pytest.raises(IntegrityError), transaction.atomic():
        session.save()
