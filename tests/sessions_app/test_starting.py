from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from accounts.models import User
from sessions_app.lifecycle import EndReason, State
from sessions_app.models import AvatarSession, CloudSession, Meter
from sessions_app.services import avatar_sessions
from sessions_app.services.avatar_sessions import Wish
from tests import build
from tests.simulator.cloud import SimulatedCloud
from tests.work import drain, sweep_and_drain

START = "POST /v1/sessions/start"
MINT = "POST /v1/sessions/token"


def running(cloud: SimulatedCloud) -> list[str]:
    return [each["id"] for each in cloud.state()["sessions"] if each["state"] == "active"]


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
    assert token.reveal().count(".") == 2


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
    assert 90 <= (session.billed_seconds or 0) <= 92
    assert session.credits == 2
    assert (session.room_url, session.room_token) == (None, None)
    assert running(cloud) == []
    month = Meter.objects.exclude(period="").get()
    assert (month.held_seconds, month.used_seconds) == (0, session.billed_seconds)
    assert Meter.objects.get(period="").held_slots == 0


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
    cloud.door("POST", "faults", {"route": START, "mode": "close_after", "times": 1})
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
    cloud.door(
        "POST",
        "faults",
        {"route": START, "status": 402, "message": "Not enough credits", "times": 1},
    )
    session = build.avatar_session(alice, wish)

    drain()

    session.refresh_from_db()
    assert (session.state, session.end_reason) == (State.FAILED, EndReason.NO_CREDITS)
    assert session.last_error_message == "Not enough credits"
    assert Meter.objects.get(period="").held_slots == 0


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
