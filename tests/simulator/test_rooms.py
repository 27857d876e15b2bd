"""Real LiveKit clients join a session's room, see and hear the avatar, and talk to it."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from tests.simulator.cloud import SimulatedCloud
from tests.simulator.guest import Guest

BOTH_GENERATIONS = pytest.mark.parametrize("single_peer", [True, False], ids=["v1", "v0"])


def run(story: Coroutine[Any, Any, None]) -> None:
    """Play a story, but not for ever."""

    async def bounded() -> None:
        async with asyncio.timeout(40):
            await story

    asyncio.run(bounded())


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
