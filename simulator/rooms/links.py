"""One client's media and data, over one peer connection (signalling v1) or two (v0)."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from aiortc import RTCSessionDescription
from livekit.protocol import models, rtc

from simulator.rooms.avatar import Presence
from simulator.rooms.media import FaceTrack, VoiceTrack
from simulator.rooms.peers import LOSSY, RELIABLE, Ears, Peer, Stage

Respond = Callable[[rtc.SignalResponse], None]


class Link(Protocol):
    """What both generations can do."""

    subscriber_primary: bool

    async def begin(self, first_offer: rtc.SessionDescription | None, /) -> None:
        """Begin to negotiate, right after the join message."""

    async def show(self, voice: VoiceTrack, picture: FaceTrack) -> None:
        """Carry the avatar's tracks from the next negotiation on."""

    async def renegotiate(self) -> None:
        """Bring about that next negotiation."""

    async def on_offer(self, offer: rtc.SessionDescription) -> None: ...
    async def on_answer(self, answer: rtc.SessionDescription, /) -> None: ...
    async def on_candidate(self, trickle: rtc.TrickleRequest) -> None: ...

    def send(self, packet: models.DataPacket) -> None:
        """Send reliable data, or drop it while there is no connection."""

    async def close(self) -> None: ...


class SinglePeer:
    """Signalling v1: one peer connection; the client makes every offer."""

    subscriber_primary = False

    def __init__(self, ears: Ears, presence: Presence, respond: Respond) -> None:
        self._peer = Peer(ears)
        self._stage = Stage(self._peer.pc, presence)
        self._respond = respond

    async def begin(self, first_offer: rtc.SessionDescription | None, /) -> None:
        if first_offer is not None:
            await self.on_offer(first_offer)

    async def show(self, voice: VoiceTrack, picture: FaceTrack) -> None:
        self._stage.show(voice, picture)

    async def renegotiate(self) -> None:
        """Ask for a fresh offer; the sections it already has are enough."""
        need = rtc.MediaSectionsRequirement(num_audios=0, num_videos=0)
        self._respond(rtc.SignalResponse(media_sections_requirement=need))

    async def on_offer(self, offer: rtc.SessionDescription) -> None:
        answer = await self._peer.answer(offer)
        answer.mid_to_track_id.update(self._stage.track_ids())
        self._respond(rtc.SignalResponse(answer=answer))

    async def on_answer(self, _: rtc.SessionDescription, /) -> None:
        """A v1 client is never made an offer, so there is nothing to answer."""

    async def on_candidate(self, trickle: rtc.TrickleRequest) -> None:
        await self._peer.add_candidate(trickle.candidateInit)

    def send(self, packet: models.DataPacket) -> None:
        if self._peer.ready:
            self._peer.channels[RELIABLE].send(packet.SerializeToString())

    async def close(self) -> None:
        await self._peer.pc.close()


class PeerPair:
    """Signalling v0: we offer the connection that carries the avatar, the client its own."""

    subscriber_primary = True

    def __init__(self, ears: Ears, presence: Presence, respond: Respond) -> None:
        self._subscriber = Peer(ears)
        self._publisher = Peer(ears.upstream_only())
        # Transceivers come before channels, or aiortc never starts ICE on the bundle.
        self._stage = Stage(self._subscriber.pc, presence)
        for label, ordered in ((RELIABLE, True), (LOSSY, False)):
            channel = self._subscriber.pc.createDataChannel(label, ordered=ordered)
            self._subscriber.add_channel(channel)
        self._respond = respond
        self._offers = 0
        self._settled = asyncio.Event()
        self._settled.set()

    async def begin(self, _: rtc.SessionDescription | None, /) -> None:
        await self.renegotiate()

    async def show(self, voice: VoiceTrack, picture: FaceTrack) -> None:
        await self._settled.wait()
        self._stage.show(voice, picture)

    async def renegotiate(self) -> None:
        """Offer what there is to send now, once the offer before has been answered."""
        await self._settled.wait()
        self._settled.clear()
        self._offers += 1
        pc = self._subscriber.pc
        await pc.setLocalDescription(await pc.createOffer())
        offer = rtc.SessionDescription(type="offer", sdp=pc.localDescription.sdp, id=self._offers)
        offer.mid_to_track_id.update(self._stage.track_ids())
        self._respond(rtc.SignalResponse(offer=offer))

    async def on_offer(self, offer: rtc.SessionDescription) -> None:
        self._respond(rtc.SignalResponse(answer=await self._publisher.answer(offer)))

    async def on_answer(self, answer: rtc.SessionDescription, /) -> None:
        description = RTCSessionDescription(answer.sdp, "answer")
        await self._subscriber.pc.setRemoteDescription(description)
        self._settled.set()

    async def on_candidate(self, trickle: rtc.TrickleRequest) -> None:
        is_subscriber = trickle.target == rtc.SignalTarget.SUBSCRIBER
        peer = self._subscriber if is_subscriber else self._publisher
        await peer.add_candidate(trickle.candidateInit)

    def send(self, packet: models.DataPacket) -> None:
        if self._subscriber.ready:
            self._subscriber.channels[RELIABLE].send(packet.SerializeToString())

    async def close(self) -> None:
        await asyncio.gather(self._subscriber.pc.close(), self._publisher.pc.close())
