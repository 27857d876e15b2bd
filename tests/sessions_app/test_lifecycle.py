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
    TRANSITIONS,
    EndReason,
    Event,
    Mover,
    State,
    outcomes,
)
from sessions_app.models import AvatarSession, Meter, SessionEvent
from sessions_app.services import avatar_sessions, moves
from sessions_app.services.acceptance import Wish
from tests.sessions_app.rows import assert_meters_balance, live_fields, placed, reserved

_EVERY_EVENT = list(product(Event, State))
_LED = [(event, source) for event, source in _EVERY_EVENT if source in TRANSITIONS[event]]
_NOT_LED = [pair for pair in _EVERY_EVENT if pair not in _LED]
_SYSTEM = Caller.system("tests")


def everything_written() -> tuple[list[Any], list[Any], int, int]:
    return (
        list(AvatarSession.objects.order_by("pk").values()),
        list(Meter.objects.order_by("pk").values()),
        SessionEvent.objects.count(),
        AuditEvent.objects.count(),
    )


def fields_for(session: AvatarSession, event: Event) -> dict[str, Any]:
    """What the one who moves it writes beside the state."""
    fields: dict[str, Any] = {"due_at": timezone.now()}
    if event == Event.ADMITTED and session.state == State.WAITING:
        fields["reserved_period"] = reserved(avatar_sessions.wish_of(session))
    if event == Event.STARTED:
        fields = live_fields()
        for name in ("room_url", "room_token"):
            fields[name] = SealedField.seal_for(session, name, fields[name])
    return fields


def happens(event: Event, session: AvatarSession) -> bool:
    with transaction.atomic():
        return moves.move(
            session,
            event,
            cause=EndReason.PERSON,
            now=timezone.now(),
            caller=_SYSTEM,
            **fields_for(session, event),
        )


@pytest.mark.parametrize(("event", "source"), _LED)
def test_an_event_leads_where_the_table_says_and_is_told(
    event: Event, source: State, alice: User, plan: Wish
) -> None:
    session = placed(alice, plan, source)
    target = TRANSITIONS[event][source]

    moved = happens(event, session)

    session.refresh_from_db()
    assert moved
    assert session.state == target
    assert session.is_open is (target in OPEN)
    assert [told.state for told in session.events.all()] == [target]
    assert_meters_balance()


@pytest.mark.parametrize(("event", "source"), _NOT_LED)
def test_an_event_in_any_other_state_writes_nothing(
    event: Event, source: State, alice: User, plan: Wish
) -> None:
    session = placed(alice, plan, source)
    before = everything_written()

    moved = happens(event, session)

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
        session, Event.REFUSED, cause="refused", now=timezone.now(), caller=_SYSTEM, claim=claim
    )

    assert not moved
    assert everything_written() == before


def test_every_state_can_be_reached_and_left_for_good() -> None:
    def next_of(state: State) -> set[State]:
        return {moves[state] for moves in TRANSITIONS.values() if state in moves}

    def reachable(start: State) -> set[State]:
        reached, frontier = {start}, {start}
        while frontier:
            frontier = {target for state in frontier for target in next_of(state)} - reached
            reached |= frontier
        return reached

    assert reachable(State.WAITING) == set(State)
    assert {state for state in State if not next_of(state)} == OVER
    for state in OPEN:
        assert reachable(state) & OVER


def test_whoever_wants_it_to_end_is_heard_in_every_open_state() -> None:
    assert set(TRANSITIONS[Event.STOP_ASKED]) == OPEN - {State.STOPPING}
    assert set(TRANSITIONS[Event.GIVEN_UP]) == OPEN - {State.STOPPING}


def test_nobody_moves_a_session_that_is_over_and_somebody_moves_every_other() -> None:
    assert {state for state in State if LIFECYCLE[state].mover == Mover.NOBODY} == OVER


def test_the_outcomes_of_an_event_are_its_transitions_turned_round() -> None:
    for event, moved in TRANSITIONS.items():
        turned = {source: to for to, sources in outcomes(event).items() for source in sources}
        assert turned == moved


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
