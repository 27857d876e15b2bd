"""However people go, nothing of theirs stays behind."""

import asyncio

import httpx
import pytest
from aiohttp import ClientSession, web
from livekit.protocol import models, rtc
from livekit.rtc import DisconnectReason

from simulator.app import make_runner
from simulator.cloud import Cloud
from simulator.settings import Latency, Switches
from tests.simulator.cloud import SimulatedCloud, until
from tests.simulator.guest import Guest


async def serve() -> tuple[web.AppRunner, SimulatedCloud]:
    """A simulator inside this process, whose tasks can be counted, and a caller of it."""
    runner = make_runner(Cloud(Switches(), Latency(avatar_join_ms=0)))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    return runner, SimulatedCloud(httpx.Client(base_url=f"http://127.0.0.1:{port}"))


@pytest.mark.parametrize("single_peer", [True, False], ids=["v1", "v0"])
def test_no_task_outlives_the_rooms_it_served(single_peer: bool) -> None:
    async def story() -> None:
        runner, cloud = await serve()
        with cloud.http:
            await asyncio.to_thread(cloud.state)
            before = len(asyncio.all_tasks())
            for _ in range(3):
                session = await asyncio.to_thread(cloud.started)
                async with Guest(session, single_peer=single_peer) as guest:
                    await guest.event("avatar.speak_started")
                await asyncio.to_thread(cloud.stop, session["session_id"])
            async with asyncio.timeout(10):
                while len(asyncio.all_tasks()) > before:
                    await asyncio.sleep(0.02)
        await runner.cleanup()

    asyncio.run(story())


def test_a_client_that_vanished_is_missed_at_once_and_reaped_in_time(
    cloud: SimulatedCloud,
) -> None:
    session = cloud.started()

    async def vanish() -> None:
        async with ClientSession() as http:
            token = {"access_token": session["livekit_client_token"]}
            socket = await http.ws_connect(f"{session['livekit_url']}/rtc", params=token)
            join = rtc.SignalResponse.FromString(await socket.receive_bytes())
            assert join.WhichOneof("message") == "join"

    asyncio.run(vanish())
    until(lambda: cloud.session_state(session["session_id"])["client_left_at"])
    cloud.door("POST", "clock", {"advance_s": 201})
    assert cloud.session_state(session["session_id"])["end_reason"] == "ZOMBIE_SESSION_REAP"


def test_a_client_that_talks_nonsense_is_shown_the_door_and_others_are_not(
    cloud: SimulatedCloud,
) -> None:
    session, other = cloud.started(), cloud.started()

    async def story() -> None:
        async with ClientSession() as http, Guest(other) as guest:
            token = {"access_token": session["livekit_client_token"]}
            socket = await http.ws_connect(f"{session['livekit_url']}/rtc", params=token)
            await socket.send_bytes(b"\xff\xff\xff")
            async for _ in socket:
                pass
            assert socket.closed
            await guest.frames(5)

    asyncio.run(story())


def test_a_client_that_comes_back_too_late_is_told_to_join_anew(cloud: SimulatedCloud) -> None:
    session = cloud.started()
    query = {
        "access_token": session["livekit_client_token"],
        "reconnect": "1",
        "sid": "PA_forgotten",
    }

    async def story() -> None:
        async with ClientSession() as http:
            socket = await http.ws_connect(f"{session['livekit_url']}/rtc", params=query)
            told = rtc.SignalResponse.FromString(await socket.receive_bytes())

            assert told.leave.reason == models.DisconnectReason.STATE_MISMATCH
            assert told.leave.action == rtc.LeaveRequest.Action.RECONNECT

    asyncio.run(story())


def test_a_simulator_that_stops_says_goodbye() -> None:
    async def story() -> None:
        runner, cloud = await serve()
        with cloud.http:
            session = await asyncio.to_thread(cloud.started)
            async with Guest(session) as guest:
                await guest.frames(1)
                await runner.cleanup()

                assert await guest.disconnected_for == DisconnectReason.SERVER_SHUTDOWN

    asyncio.run(story())
