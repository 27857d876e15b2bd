"""Real LiveKit clients join a session's room, see and hear the avatar, and talk to it."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import pytest
from livekit import rtc

from tests.simulator.cloud import SimulatedCloud, until
from tests.simulator.guest import Guest

BOTH_GENERATIONS = pytest.mark.parametrize("single_peer", [True, False], ids=["v1", "v0"])


def run(story: Coroutine[Any, Any, None]) -> None:
    """Play a story, but not for ever."""

    async def bounded() -> None:
        async with asyncio.timeout(40):
            await story

    asyncio.run(bounded())


async def get_through(guest: Guest, cloud: SimulatedCloud) -> None:
    """Open a microphone: what is said before it has got through is heard by nobody."""
    while not cloud.session_state(guest.room.name)["heard"]["audio_s"]:
        await guest.speak(0, silence_after=0.1)


@BOTH_GENERATIONS
def test_a_client_sees_the_avatar_move_and_hears_it_greet(
    cloud: SimulatedCloud, single_peer: bool
) -> None:
    context = cloud.context(opening_text="Welcome to the museum.")
    session = cloud.started(openai={"context_id": context})

    async def story() -> None:
        async with Guest(session, single_peer=single_peer) as guest:
            frames = await guest.frames(5)
            await guest.event("avatar.speak_ended")

            assert {(frame.width, frame.height) for frame in frames} == {(640, 360)}
            assert len({bytes(frame.data) for frame in frames}) > 1
            assert guest.loudest_dbfs > -30
            assert guest.kinds() == [
                "avatar.speak_started",
                "avatar.transcription.chunk",
                "avatar.transcription",
                "avatar.speak_ended",
            ]
            assert guest.events[2]["text"] == "Welcome to the museum."
            state = await asyncio.to_thread(cloud.session_state, session["session_id"])
            assert state["participants"] == ["heygen", guest.identity]

    run(story())


@BOTH_GENERATIONS
def test_the_avatar_joins_a_client_that_was_there_first(
    cloud: SimulatedCloud, single_peer: bool
) -> None:
    cloud.door("POST", "latency", {"avatar_join_ms": 1500})
    session = cloud.started()

    async def story() -> None:
        async with Guest(session, single_peer=single_peer) as guest:
            assert guest.room.remote_participants == {}
            await guest.frames(5)
            assert list(guest.room.remote_participants) == ["heygen"]

    run(story())


def test_the_avatar_answers_when_the_user_has_fallen_silent(cloud: SimulatedCloud) -> None:
    cloud.door("POST", "switches", {"greeting": False})
    context = cloud.context(name="Museum guide")
    session = cloud.started(openai={"context_id": context, "voice": "coral"})

    async def story() -> None:
        async with Guest(session) as guest:
            await guest.frames(1)
            await get_through(guest, cloud)
            await guest.speak(1.0)
            answer = await guest.event("avatar.transcription")
            await guest.event("avatar.speak_ended")

            assert guest.kinds() == [
                "user.speak_started",
                "user.speak_ended",
                "user.transcription",
                "avatar.speak_started",
                "avatar.transcription.chunk",
                "avatar.transcription",
                "avatar.speak_ended",
            ]
            assert "My context is called Museum guide" in answer["text"]
            assert "my voice is coral" in answer["text"]
            chunks = [
                each["text"]
                for each in guest.events
                if each["event_type"] == "avatar.transcription.chunk"
            ]
            assert "".join(chunks) == answer["text"]
            assert guest.loudest_dbfs > -30

    run(story())
    session_state = cloud.session_state(session["session_id"])
    assert 0.8 < session_state["heard"]["voice_s"] < 1.3
    assert [each["role"] for each in session_state["transcript"]] == ["user", "avatar"]


@BOTH_GENERATIONS
def test_an_interrupt_silences_the_avatar_at_once(cloud: SimulatedCloud, single_peer: bool) -> None:
    words = "One two three four five six seven eight nine ten. " * 5
    session = cloud.started(openai={"context_id": cloud.context(opening_text=words)})

    async def story() -> None:
        async with Guest(session, single_peer=single_peer) as guest:
            await guest.event("avatar.transcription.chunk")
            interrupt = "6f3d0a52-7df6-4d3b-9a39-0d6a2f3f8f10"
            await guest.command("avatar.interrupt", event_id=interrupt)
            said = await guest.event("avatar.transcription")

            assert words.startswith(said["text"])
            assert len(said["text"]) < len(words) / 2
            assert said["source_event_id"] == interrupt

    run(story())


def test_speaking_over_the_avatar_makes_it_give_way(cloud: SimulatedCloud) -> None:
    words = "One two three four five six seven eight nine ten. " * 5
    session = cloud.started(openai={"context_id": cloud.context(opening_text=words)})

    async def story() -> None:
        async with Guest(session) as guest:
            await get_through(guest, cloud)
            await guest.event("avatar.transcription.chunk")
            await guest.speak(0.5)
            said = await guest.event("avatar.transcription")

            assert len(said["text"]) < len(words)

    run(story())


def test_an_avatar_that_was_told_not_to_listen_does_not_answer(cloud: SimulatedCloud) -> None:
    cloud.door("POST", "switches", {"greeting": False})
    session = cloud.started()

    async def story() -> None:
        async with Guest(session) as guest:
            await get_through(guest, cloud)
            await guest.command("avatar.stop_listening")
            await guest.speak(0.5)
            await guest.command("avatar.start_listening")
            await guest.speak(0.6)
            await guest.event("avatar.speak_started")

            assert guest.kinds().count("user.speak_started") == 1

    run(story())


@pytest.mark.parametrize("command", ["avatar.speak_text", "avatar.unheard_of"])
def test_a_command_that_an_openai_session_lacks_is_dropped(
    cloud: SimulatedCloud, command: str
) -> None:
    cloud.door("POST", "switches", {"greeting": False})
    session = cloud.started()

    async def story() -> None:
        async with Guest(session) as guest:
            await get_through(guest, cloud)
            await guest.command(command, text="Say this")
            await guest.speak(0.5)
            answer = await guest.event("avatar.transcription.chunk")

            assert answer["text"].startswith("I listened for ")

    run(story())


@pytest.mark.parametrize("key", ["sk-proj-real", "sk-sim-norealtime-a"])
def test_a_key_that_openai_would_refuse_makes_a_silent_avatar(
    cloud: SimulatedCloud, key: str
) -> None:
    session = cloud.started(openai={"secret_id": cloud.secret(key)})

    async def story() -> None:
        async with Guest(session) as guest:
            await get_through(guest, cloud)
            await guest.speak(0.5)
            await guest.frames(25)

            assert guest.events == []
            assert guest.loudest_dbfs < -60

    run(story())


def test_a_refused_key_can_also_end_the_session(cloud: SimulatedCloud) -> None:
    cloud.door("POST", "switches", {"bad_openai_key": "server_error"})
    session = cloud.started(openai={"secret_id": cloud.secret("sk-proj-real")})

    async def story() -> None:
        async with Guest(session) as guest:
            stopped = await guest.event("session.stopped")

            assert stopped["end_reason"] == "SERVER_ERROR"

    run(story())
    assert cloud.session_state(session["session_id"])["end_reason"] == "SERVER_ERROR"


def stop(cloud: SimulatedCloud, session_id: str) -> None:
    cloud.stop(session_id, reason="USER_CLOSED")


def wait(cloud: SimulatedCloud, session_id: str) -> None:
    cloud.door("POST", "clock", {"advance_s": 301})


def use_up_the_time(cloud: SimulatedCloud, session_id: str) -> None:
    cloud.door("POST", "switches", {"idle_timeout_s": 10_000})
    cloud.door("POST", "clock", {"advance_s": 1201})


def use_up_the_credits(cloud: SimulatedCloud, session_id: str) -> None:
    cloud.door("POST", "credits", {"credits": 0})
    cloud.door("POST", "clock", {"advance_s": 61})


def close_at_the_server(cloud: SimulatedCloud, session_id: str) -> None:
    cloud.door("POST", f"sessions/{session_id}/end", {"reason": "AGENT_HANG_UP"})


ENDS: list[tuple[Callable[[SimulatedCloud, str], None], str]] = [
    (stop, "USER_CLOSED"),
    (wait, "IDLE_TIMEOUT"),
    (use_up_the_time, "MAX_DURATION_REACHED"),
    (use_up_the_credits, "NO_CREDITS"),
    (close_at_the_server, "AGENT_HANG_UP"),
]


@pytest.mark.parametrize(("end", "reason"), ENDS, ids=[reason for _, reason in ENDS])
def test_every_end_is_told_in_the_room_and_closes_it(
    cloud: SimulatedCloud, end: Callable[[SimulatedCloud, str], None], reason: str
) -> None:
    session = cloud.started()

    async def story() -> None:
        async with Guest(session) as guest:
            await guest.event("avatar.speak_started")
            await asyncio.to_thread(end, cloud, session["session_id"])
            stopped = await guest.event("session.stopped")

            assert (stopped["stop_reason"], stopped["end_reason"]) == (reason, reason)
            assert await guest.disconnected_for == rtc.DisconnectReason.ROOM_DELETED
            assert guest.kinds()[-1] == "session.stopped"

    run(story())
    state = cloud.session_state(session["session_id"])
    assert (state["end_reason"], state["participants"]) == (reason, [])


def test_the_last_event_can_take_its_other_forms(cloud: SimulatedCloud) -> None:
    switches = {"stopped_event": "session_stopped", "stopped_fields": "end_reason"}
    cloud.door("POST", "switches", switches | {"events": False})
    session = cloud.started()

    async def story() -> None:
        async with Guest(session) as guest:
            await guest.frames(1)
            await asyncio.to_thread(cloud.stop, session["session_id"])
            stopped = await guest.event("session_stopped")

            assert stopped["end_reason"] == "UNKNOWN"
            assert "stop_reason" not in stopped
            assert guest.kinds() == ["session_stopped"]

    run(story())


def test_a_room_that_its_user_has_left_is_reaped(cloud: SimulatedCloud) -> None:
    session = cloud.started()

    async def story() -> None:
        async with Guest(session) as guest:
            await guest.frames(1)

    run(story())
    until(lambda: cloud.session_state(session["session_id"])["participants"] == ["heygen"])
    cloud.door("POST", "clock", {"advance_s": 201})
    assert cloud.session_state(session["session_id"])["end_reason"] == "ZOMBIE_SESSION_REAP"


def test_a_user_who_comes_back_is_not_greeted_again(cloud: SimulatedCloud) -> None:
    session = cloud.started()

    async def story() -> None:
        async with Guest(session) as guest:
            await guest.event("avatar.speak_ended")
        async with Guest(session) as guest:
            await guest.frames(25)
            assert guest.events == []
            await asyncio.to_thread(cloud.door, "POST", "clock", {"advance_s": 201})
            state = await asyncio.to_thread(cloud.session_state, session["session_id"])
            assert state["state"] == "active"

    run(story())


def test_a_second_client_takes_the_place_of_the_first(cloud: SimulatedCloud) -> None:
    session = cloud.started()

    async def story() -> None:
        async with Guest(session) as first, Guest(session) as second:
            await second.frames(1)

            assert await first.disconnected_for == rtc.DisconnectReason.DUPLICATE_IDENTITY

    run(story())


@BOTH_GENERATIONS
def test_lost_signalling_is_resumed_and_the_picture_goes_on(
    cloud: SimulatedCloud, single_peer: bool
) -> None:
    session = cloud.started()

    async def story() -> None:
        async with Guest(session, single_peer=single_peer) as guest:
            await guest.frames(1)
            await asyncio.to_thread(cloud.door, "POST", f"sessions/{session['session_id']}/cut")
            await guest.reconnected
            await guest.frames(60)
            await get_through(guest, cloud)
            await guest.speak(0.6)
            await guest.event("user.speak_ended")

            assert list(guest.room.remote_participants) == ["heygen"]

    run(story())


def test_media_that_are_frozen_stop_until_the_client_joins_again(cloud: SimulatedCloud) -> None:
    session = cloud.started()
    freeze = f"sessions/{session['session_id']}/freeze"

    async def until_it_stands_still(guest: Guest) -> None:
        with suppress(TimeoutError):
            while True:  # those that were under way still arrive
                await asyncio.wait_for(guest.frames(1), 0.5)

    async def story() -> None:
        async with Guest(session) as guest:
            await guest.frames(1)
            await asyncio.to_thread(cloud.door, "POST", freeze)
            await until_it_stands_still(guest)
        async with Guest(session) as guest:
            await guest.frames(25)

    run(story())


@pytest.mark.parametrize("path", ["/rtc/validate", "/rtc/v1/validate"])
def test_the_validation_paths_say_what_the_socket_would(cloud: SimulatedCloud, path: str) -> None:
    session = cloud.started()
    token = {"access_token": session["livekit_client_token"]}

    def answer(parameters: dict[str, str]) -> tuple[int, str]:
        response = cloud.http.get(path, params=parameters, headers={"Origin": "http://desk"})
        assert response.headers["Access-Control-Allow-Origin"] == "http://desk"
        return response.status_code, response.text

    assert answer(token) == (200, "success")
    assert answer({"access_token": "nonsense"})[0] == 401
    cloud.stop(session["session_id"])
    assert answer(token) == (404, "requested room does not exist")


def test_clients_are_told_who_speaks_and_how_good_the_connection_is(cloud: SimulatedCloud) -> None:
    session = cloud.started()

    async def story() -> None:
        async with Guest(session) as guest:
            qualities: asyncio.Queue[int] = asyncio.Queue()
            speakers: asyncio.Queue[list[str]] = asyncio.Queue()
            guest.room.on(
                "connection_quality_changed", lambda _, quality: qualities.put_nowait(quality)
            )
            guest.room.on(
                "active_speakers_changed",
                lambda active: speakers.put_nowait([each.identity for each in active]),
            )
            assert await speakers.get() == ["heygen"]
            assert await speakers.get() == []
            door = f"sessions/{session['session_id']}/quality"
            await asyncio.to_thread(cloud.door, "POST", door, {"quality": "POOR"})
            while await qualities.get() != rtc.ConnectionQuality.QUALITY_POOR:
                continue

    run(story())
