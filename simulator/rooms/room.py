"""A session's room: the avatar arrives, a client comes and goes, and the session's end ends it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from aiohttp import web
from aiortc import MediaStreamTrack
from google.protobuf.message import DecodeError
from livekit.protocol import models, rtc

from simulator import face
from simulator.cloud import Cloud
from simulator.records import Session
from simulator.rooms import hearing
from simulator.rooms.avatar import IDENTITY, Presence, new_sid
from simulator.rooms.conversation import Conversation
from simulator.rooms.links import PeerPair, SinglePeer
from simulator.rooms.media import FaceTrack, LiveTrack, Voice, VoiceTrack
from simulator.rooms.member import Member
from simulator.rooms.peers import Ears

RESPONSES = "agent-response"
COMMANDS = "agent-control"
RESUME_WITHIN_S = 20.0
BREATH_S = 0.4
"""From a working connection to the first word, so that a player catches its beginning."""
FAREWELL_S = 0.2
"""From the last event to the end of the room, so that the event arrives."""


class Room:
    """One session's room. `stride` says how sparse pictures are to be; `closed` that it is over."""

    def __init__(
        self,
        cloud: Cloud,
        session: Session,
        stride: Callable[[], int],
        closed: Callable[[Session], None],
    ) -> None:
        self.member: Member | None = None
        self._cloud = cloud
        self._session = session
        self._stride = stride
        self._closed = closed
        self._livekit = models.Room(sid=new_sid("RM"), name=session.id)
        self._presence = Presence(session.avatar)
        self._frames: face.EncodedFace | None = None
        self._voice = Voice(self._on_avatar_speaking)
        self._talk = Conversation(cloud, session, self._voice, self._publish)
        self._turns = hearing.Turns(self._on_turn_began, self._on_turn_ended)
        self._working = asyncio.Event()
        self._shown: tuple[LiveTrack, ...] = ()
        self._tasks: set[asyncio.Task[None]] = set()
        self._spawn(self._perform())
        self._spawn(self._until_over())

    async def admit(
        self,
        identity: str,
        socket: web.WebSocketResponse,
        offer: rtc.SessionDescription | None,
        *,
        single_peer: bool,
    ) -> None:
        """Let a client in and serve it until it has gone; an earlier one must give way."""
        if self.member is not None:
            await self._remove(self.member, models.DisconnectReason.DUPLICATE_IDENTITY)
        make = SinglePeer if single_peer else PeerPair
        member = Member(identity, lambda own: make(self._ears(own), self._presence, own.respond))
        self.member = member
        self._session.client_left_at = None
        self._note_participants()
        member.welcome(self._livekit, self._others())
        if self._frames is not None:
            await self._show(member, self._frames)
        self._spawn(member.link.begin(offer))
        await self._serve(member, socket)

    async def resume(self, sid: str, socket: web.WebSocketResponse) -> bool:
        """Give a client its new socket; False if it is not here (any more)."""
        member = self.member
        if member is None or member.sid != sid:
            return False
        self._session.client_left_at = None
        member.resume(self._others())
        await self._serve(member, socket)
        return True

    async def cut(self) -> None:
        """Break the client's signalling as a network would; its media goes on."""
        if self.member is not None:
            await self.member.hang_up()

    def freeze(self) -> None:
        """Stop the client's media, and nothing else; one that joins again has fresh ones."""
        for track in self._shown:
            track.freeze()

    def _ears(self, member: Member) -> Ears:
        def ready() -> None:
            member.tell_quality("EXCELLENT")
            self._working.set()

        def lost() -> None:
            self._spawn(self._remove(member))

        return Ears(self._on_track, self._on_data, ready, lost)

    def _on_track(self, track: MediaStreamTrack) -> None:
        if track.kind == "audio":
            self._spawn(hearing.listen(track, self._session.heard, self._turns))
        else:
            self._spawn(hearing.drain(track))

    def _on_data(self, message: bytes) -> None:
        try:
            packet = models.DataPacket.FromString(message)
        except DecodeError:
            return
        if packet.user.topic == COMMANDS:
            self._talk.command(packet.user.payload)

    async def close(self, reason: models.DisconnectReason) -> None:
        """Send everybody away and stop everything."""
        self._frames = None
        self._note_participants()
        if self.member is not None:
            await self._remove(self.member, reason)
        own = asyncio.current_task()
        tasks = [task for task in self._tasks if task is not own]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._closed(self._session)

    async def _perform(self) -> None:
        look = face.Look.of(self._session.avatar.id, self._session.avatar.name)
        frames = await face.encoded(look)
        assert self._session.started_at is not None
        arrival = self._session.started_at + self._cloud.latency.avatar_join_ms / 1000
        await asyncio.sleep(max(0.0, arrival - self._cloud.clock.now()))
        self._frames = frames
        self._note_participants()
        if self.member is not None:
            self._spawn(self._appear(self.member, frames))
        await self._working.wait()
        await asyncio.sleep(BREATH_S)
        await self._talk.run()

    async def _appear(self, member: Member, frames: face.EncodedFace) -> None:
        others = rtc.ParticipantUpdate(participants=self._others())
        member.respond(rtc.SignalResponse(update=others))
        await self._show(member, frames)
        await member.link.renegotiate()

    async def _until_over(self) -> None:
        await self._session.over.wait()
        await self._talk.finish(self._session.end_reason or "UNKNOWN")
        await asyncio.sleep(FAREWELL_S)
        await self.close(models.DisconnectReason.ROOM_DELETED)

    async def _serve(self, member: Member, socket: web.WebSocketResponse) -> None:
        try:
            await member.serve(socket)
        finally:
            if member.has_left:
                await self._remove(member)
            elif member.serves(socket) and self.member is member:
                self._spawn(self._await_resume(member, socket))

    async def _await_resume(self, member: Member, socket: web.WebSocketResponse) -> None:
        self._session.client_left_at = self._cloud.clock.now()
        self._cloud.changed.set()
        await asyncio.sleep(RESUME_WITHIN_S)
        if member.serves(socket):
            await self._remove(member)

    async def _show(self, member: Member, frames: face.EncodedFace) -> None:
        voice = VoiceTrack(self._voice, self._presence.audio_sid)
        picture = FaceTrack(frames, self._voice, self._presence.video_sid, self._stride)
        self._shown = (voice, picture)
        await member.link.show(voice, picture)

    async def _remove(self, member: Member, reason: models.DisconnectReason | None = None) -> None:
        if self.member is not member:
            return
        self.member = None
        self._working.clear()
        self._session.client_left_at = self._session.client_left_at or self._cloud.clock.now()
        self._cloud.changed.set()
        self._note_participants()
        await (member.hang_up() if reason is None else member.dismiss(reason))
        await member.link.close()

    def _on_turn_began(self) -> None:
        if self._cloud.switches.audio_is_activity:
            self._session.active_at = self._cloud.clock.now()
        if self.member is not None:
            self.member.tell_speaking(self.member.sid, active=True)
        self._talk.user_began()

    def _on_turn_ended(self, seconds: float) -> None:
        if self.member is not None:
            self.member.tell_speaking(self.member.sid, active=False)
        self._talk.user_ended(seconds)

    def _on_avatar_speaking(self, active: bool) -> None:
        if self.member is not None:
            self.member.tell_speaking(self._presence.sid, active=active)

    def _publish(self, payload: bytes) -> None:
        if self.member is None:
            return
        user = models.UserPacket(payload=payload, topic=RESPONSES)
        packet = models.DataPacket(participant_identity=IDENTITY, user=user)
        self.member.link.send(packet)

    def _others(self) -> list[models.ParticipantInfo]:
        return [self._presence.info()] if self._frames is not None else []

    def _note_participants(self) -> None:
        avatar = [IDENTITY] if self._frames is not None else []
        client = [self.member.identity] if self.member is not None else []
        self._session.participants = avatar + client

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
