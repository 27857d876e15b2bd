"""One client in a room: its signalling socket, which may break and resume, and its link."""

import asyncio
import time
from collections.abc import Callable

from aiohttp import WSMsgType, web
from google.protobuf.message import DecodeError
from livekit.protocol import models, rtc

from simulator.rooms.avatar import new_sid
from simulator.rooms.links import Link

VERSION = "1.9.0"
"""The LiveKit server version we say we are: clients refuse a server that names none."""
PING_INTERVAL_S = 15
PING_TIMEOUT_S = 45


class Member:
    """A client. Answers to it are queued, so that a resumed socket can take over."""

    def __init__(self, identity: str, make_link: Callable[["Member"], Link]) -> None:
        self.sid = new_sid("PA")
        self.identity = identity
        self.tracks: list[models.TrackInfo] = []
        self.has_left = False
        self._outbox: asyncio.Queue[rtc.SignalResponse] = asyncio.Queue()
        self._socket: web.WebSocketResponse | None = None
        self.link = make_link(self)

    def info(self) -> models.ParticipantInfo:
        """Return the client as LiveKit announces it to itself."""
        return models.ParticipantInfo(
            sid=self.sid,
            identity=self.identity,
            state=models.ParticipantInfo.State.ACTIVE,
            is_publisher=bool(self.tracks),
            tracks=self.tracks,
            permission=models.ParticipantPermission(
                can_subscribe=True, can_publish=True, can_publish_data=True
            ),
        )

    def respond(self, response: rtc.SignalResponse) -> None:
        """Queue a message for the client."""
        self._outbox.put_nowait(response)

    def welcome(self, room: models.Room, others: list[models.ParticipantInfo]) -> None:
        """Send the join message, which must be the very first."""
        join = rtc.JoinResponse(
            room=room,
            participant=self.info(),
            other_participants=others,
            server_version=VERSION,
            server_info=models.ServerInfo(version=VERSION, protocol=16),
            subscriber_primary=self.link.subscriber_primary,
            ping_interval=PING_INTERVAL_S,
            ping_timeout=PING_TIMEOUT_S,
        )
        self.respond(rtc.SignalResponse(join=join))

    def tell_speaking(self, sid: str, *, active: bool) -> None:
        """Say who speaks, which clients show as the active speaker."""
        speaker = models.SpeakerInfo(sid=sid, level=1.0 if active else 0.0, active=active)
        changed = rtc.SpeakersChanged(speakers=[speaker])
        self.respond(rtc.SignalResponse(speakers_changed=changed))

    def tell_quality(self, quality: str) -> None:
        """Say how good the client's connection is: POOR, GOOD, EXCELLENT or LOST."""
        info = rtc.ConnectionQualityInfo(participant_sid=self.sid, quality=quality)
        update = rtc.ConnectionQualityUpdate(updates=[info])
        self.respond(rtc.SignalResponse(connection_quality=update))

    def resume(self, others: list[models.ParticipantInfo]) -> None:
        """Greet a resumed socket; native clients drop everybody whom the update leaves out."""
        self._outbox = asyncio.Queue()
        self.respond(rtc.SignalResponse(reconnect=rtc.ReconnectResponse()))
        everybody = rtc.ParticipantUpdate(participants=[self.info(), *others])
        self.respond(rtc.SignalResponse(update=everybody))

    async def serve(self, socket: web.WebSocketResponse) -> None:
        """Carry signals until the socket ends."""
        if self._socket is not None:
            await self._socket.close()
        self._socket = socket
        writer = asyncio.create_task(self._write(socket))
        try:
            async for message in socket:
                if message.type == WSMsgType.BINARY:
                    await self._handle(rtc.SignalRequest.FromString(message.data))
                if self.has_left:
                    break
        except DecodeError:
            self.has_left = True
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    def serves(self, socket: web.WebSocketResponse) -> bool:
        """Tell whether `socket` is the one in use (or the last that was)."""
        return self._socket is socket

    async def dismiss(self, reason: models.DisconnectReason) -> None:
        """Tell the client to leave, and hang up."""
        self.has_left = True
        leave = rtc.LeaveRequest(reason=reason, action=rtc.LeaveRequest.Action.DISCONNECT)
        if self._socket is not None and not self._socket.closed:
            response = rtc.SignalResponse(leave=leave)
            await self._socket.send_bytes(response.SerializeToString())
        await self.hang_up()

    async def hang_up(self) -> None:
        """Close the socket without a word."""
        if self._socket is not None:
            await self._socket.close()

    async def _write(self, socket: web.WebSocketResponse) -> None:
        while not socket.closed:
            response = await self._outbox.get()
            try:
                await socket.send_bytes(response.SerializeToString())
            except ConnectionError:
                return

    async def _handle(self, request: rtc.SignalRequest) -> None:
        match request.WhichOneof("message"):
            case "offer":
                await self.link.on_offer(request.offer)
            case "answer":
                await self.link.on_answer(request.answer)
            case "trickle":
                await self.link.on_candidate(request.trickle)
            case "add_track":
                self._publish(request.add_track)
            case "mute":
                self._mute(request.mute)
            case "leave":
                self.has_left = True
            case "ping":
                self.respond(rtc.SignalResponse(pong=_milliseconds()))
            case "ping_req":
                pong = rtc.Pong(
                    last_ping_timestamp=request.ping_req.timestamp, timestamp=_milliseconds()
                )
                self.respond(rtc.SignalResponse(pong_resp=pong))

    def _publish(self, asked: rtc.AddTrackRequest) -> None:
        track = models.TrackInfo(
            sid=new_sid("TR"),
            type=asked.type,
            name=asked.name,
            source=asked.source,
            muted=asked.muted,
            width=asked.width,
            height=asked.height,
        )
        self.tracks.append(track)
        published = rtc.TrackPublishedResponse(cid=asked.cid, track=track)
        self.respond(rtc.SignalResponse(track_published=published))

    def _mute(self, asked: rtc.MuteTrackRequest) -> None:
        for track in self.tracks:
            if track.sid == asked.sid:
                track.muted = asked.muted


def _milliseconds() -> int:
    return int(time.time() * 1000)
