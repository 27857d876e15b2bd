"""What may be asked for and what not, asking again, and who gets the room."""

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, ProviderKey, User, Workspace
from accounts.services.workspaces import NotAllowed
from sessions_app.lifecycle import State
from sessions_app.models import Avatar, AvatarSession, Context, Meter
from sessions_app.services import avatar_sessions
from sessions_app.services.acceptance import NotStartable, Wish
from sessions_app.services.avatar_sessions import NotLive
from tests import build
from tests.sessions_app.rows import placed
from tests.simulator.cloud import SimulatedCloud


def refusal(alice: User, wish: Wish) -> tuple[str, str]:
    """The field and the words of a refusal, which was written down and left nothing else."""
    with pytest.raises(NotStartable) as refused:
        avatar_sessions.request(
            caller=build.caller(alice),
            workspace=alice.memberships.get().workspace,
            wish=wish,
            idempotency_key=str(uuid4()),
            now=timezone.now(),
        )
    assert AvatarSession.objects.count() == Meter.objects.count() == 0
    event = AuditEvent.objects.get(action="avatar_session.start_refused")
    assert (event.refused, event.details) == (True, {"reason": str(refused.value)})
    return refused.value.field, str(refused.value)


@pytest.mark.parametrize("state", [s for s in ProviderKey.State if s != ProviderKey.State.READY])
def test_a_key_that_is_not_ready_is_refused(state: str, alice: User, plan: Wish) -> None:
    ProviderKey.objects.update(state=state, due_at=timezone.now())

    assert refusal(alice, plan) == (
        "provider_key",
        "This key is not ready. Choose another one.",
    )


def test_the_key_of_another_workspace_is_refused(alice: User, charlie: User, plan: Wish) -> None:
    theirs = build.provider_key(charlie.memberships.get().workspace, charlie)

    assert refusal(alice, replace(plan, provider_key=theirs)) == (
        "provider_key",
        "This key is not ready. Choose another one.",
    )


def test_a_context_that_the_cloud_does_not_hold_is_refused(alice: User, plan: Wish) -> None:
    context = build.context(plan.provider_key.workspace, alice)

    assert refusal(alice, replace(plan, context=context)) == (
        "context",
        "This context has not reached the cloud yet.",
    )


def test_the_context_of_another_workspace_is_refused(
    alice: User, charlie: User, plan: Wish
) -> None:
    theirs = build.context(charlie.memberships.get().workspace, charlie)
    Context.objects.update(remote_context_id="theirs")

    assert refusal(alice, replace(plan, context=theirs))[0] == "context"


@pytest.mark.parametrize(
    "facts",
    [{"status": "FAILED"}, {"is_expired": True}, {"gone_at": "2026-01-01T00:00:00Z"}],
)
def test_an_avatar_that_cannot_be_used_is_refused(
    facts: dict[str, Any], alice: User, plan: Wish
) -> None:
    Avatar.objects.update(**facts)

    assert refusal(alice, plan) == (
        "avatar",
        "This avatar cannot be used now. Choose another one.",
    )


def test_the_sandbox_refuses_an_avatar_of_the_stage(alice: User, plan: Wish) -> None:
    assert refusal(alice, replace(plan, is_sandbox=True, max_seconds=60)) == (
        "avatar",
        "The sandbox plays its own avatars only. Choose one.",
    )


def test_a_session_longer_than_the_workspace_allows_is_refused(alice: User, plan: Wish) -> None:
    Workspace.objects.update(max_session_seconds=90)

    assert refusal(alice, plan) == (
        "max_minutes",
        "A session may last 90 seconds here at the most.",
    )


def test_a_sandbox_session_longer_than_the_sandbox_is_refused(alice: User, plan: Wish) -> None:
    wayne = build.avatar(build.WAYNE, is_sandbox=True)

    assert refusal(alice, replace(plan, avatar=wayne, is_sandbox=True, max_seconds=61)) == (
        "max_minutes",
        "A session may last 60 seconds here at the most.",
    )


def test_who_may_not_start_sessions_is_refused_and_written_down(
    people: SimpleNamespace, plan: Wish
) -> None:
    for nobody in (people.auditor, people.stranger):
        with pytest.raises(NotAllowed, match="does not let you start sessions"):
            build.avatar_session(nobody, plan)

    assert AvatarSession.objects.count() == 0
    events = AuditEvent.objects.filter(action="permission.refused", refused=True)
    assert {event.actor_id for event in events} == {
        people.auditor.public_id,
        people.stranger.public_id,
    }


def test_again_starts_a_session_with_the_same_settings(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    chosen = replace(wish, voice="sage", temperature=Decimal("0.70"))
    first = build.avatar_session(alice, chosen)

    second = avatar_sessions.again(
        first, caller=build.caller(alice), idempotency_key="again", now=timezone.now()
    )

    assert second != first
    assert avatar_sessions.wish_of(second) == avatar_sessions.wish_of(first) == chosen


def test_again_is_cut_to_what_is_allowed_today(alice: User, plan: Wish) -> None:
    first = build.avatar_session(alice, plan)
    Workspace.objects.update(max_session_seconds=60)
    first = AvatarSession.objects.get(pk=first.pk)

    second = avatar_sessions.again(
        first, caller=build.caller(alice), idempotency_key="again", now=timezone.now()
    )

    assert second.max_seconds == 60


@pytest.mark.parametrize("state", [state for state in State if state != State.LIVE])
def test_there_is_no_room_but_that_of_a_live_session(state: State, alice: User, plan: Wish) -> None:
    session = placed(alice, plan, state)

    with pytest.raises(NotLive):
        avatar_sessions.room(session, caller=build.caller(alice))

    assert AuditEvent.objects.count() == 0


def test_the_room_is_for_whoever_asked_for_the_session_and_each_look_is_written_down(
    people: SimpleNamespace, plan: Wish
) -> None:
    session = placed(people.owner, plan, State.LIVE)
    session.refresh_from_db()
    for nobody in (people.colleague, people.auditor, people.stranger):
        with pytest.raises(NotLive):
            avatar_sessions.room(session, caller=build.caller(nobody))

    url, token = avatar_sessions.room(session, caller=build.caller(people.owner))
    avatar_sessions.room(session, caller=build.caller(people.owner))

    assert (url.reveal(), token.reveal()) == ("wss://room.example", "a-room-token")
    events = AuditEvent.objects.all()
    assert [(event.action, event.actor_id) for event in events] == [
        ("avatar_session.room_given", people.owner.public_id)
    ] * 2
