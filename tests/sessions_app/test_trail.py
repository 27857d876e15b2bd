"""What a session writes down on its way: for those who audit, and for whoever reads its story."""

from django.utils import timezone

from accounts.models import AuditEvent, User
from sessions_app.models import AvatarSession
from sessions_app.services import avatar_sessions, timeline
from sessions_app.services.acceptance import Wish
from tests import build
from tests.sessions_app.trouble import START, fault
from tests.simulator.cloud import SimulatedCloud
from tests.work import drain


def told(session: AvatarSession) -> list[str]:
    events = AuditEvent.objects.filter(object_id=session.public_id).order_by("pk")
    return [event.action for event in events]


def test_a_whole_life_is_told_step_by_step(cloud: SimulatedCloud, alice: User, wish: Wish) -> None:
    session = build.avatar_session(alice, wish)
    drain()
    avatar_sessions.stop_by(session, caller=build.caller(alice), now=timezone.now())
    drain()

    session.refresh_from_db()
    assert told(session) == [
        "avatar_session.requested",
        "avatar_session.live",
        "avatar_session.stopping",
        "avatar_session.ended",
    ]
    assert [entry.label for entry in timeline.of(session)] == [
        "Asked for",
        "A worker took it",
        "LiveAvatar gave it an id; nothing is billed yet",
        "Started in the cloud; billing begins",
        "Ending: By the person",
        "Ended: By the person",
    ]
    steps = [
        session.requested_at,
        session.claimed_at,
        session.minted_at,
        session.started_at,
        session.stop_requested_at,
        session.ended_at,
    ]
    assert steps == sorted(steps)  # type: ignore[type-var]  # none of them is missing


def test_a_life_with_a_lost_answer_tells_of_the_doubt(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    fault(cloud, START, mode="close_after", times=None)
    session = build.avatar_session(alice, wish)
    drain()

    assert told(session) == [
        "avatar_session.requested",
        *["avatar_session.uncertain"] * 3,
        "avatar_session.failed",
    ]
    labels = [entry.label for entry in timeline.of(session)]
    assert labels.count("The answer to the start was lost; that id is being stopped") == 3
    assert labels[-1] == "Failed: LiveAvatar unreachable"


def test_what_the_trail_keeps_of_a_request_and_an_end_is_facts_alone(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    session = build.avatar_session(alice, wish)
    drain()
    avatar_sessions.stop_by(session, caller=build.caller(alice), now=timezone.now())
    drain()

    session.refresh_from_db()
    details = {e.action: e.details for e in AuditEvent.objects.filter(object_id=session.public_id)}
    assert details["avatar_session.requested"] == {
        "avatar": "Amara",
        "context": "",
        "provider_key": wish.provider_key.name,
        "voice": "alloy",
        "model": "gpt-realtime",
        "temperature": 0.8,
        "is_sandbox": False,
        "max_seconds": 120,
    }
    assert details["avatar_session.live"] == {"cause": "started", "remote_id": session.remote_id}
    assert details["avatar_session.ended"] == {
        "cause": "person",
        "remote_id": session.remote_id,
        "seconds": session.billed_seconds,
        "credits": str(session.credits),
    }
