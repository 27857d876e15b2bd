"""A peer connection as rooms use it, and the place it keeps for the avatar's tracks."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.sdp import candidate_from_sdp
from livekit.protocol import rtc

from simulator.rooms.avatar import Presence
from simulator.rooms.media import FaceTrack, VoiceTrack

RELIABLE = "_reliable"
LOSSY = "_lossy"


@dataclass(frozen=True)
class Ears:
    """Whom to tell what comes in from the client."""

    on_track: Callable[[MediaStreamTrack], None]
    on_data: Callable[[bytes], None]
    on_ready: Callable[[], None]
    on_lost: Callable[[], None]

    def upstream_only(self) -> "Ears":
        """Return ears for a connection that does not decide whether the room works."""
        return replace(self, on_ready=lambda: None, on_lost=lambda: None)


class Peer:
    """A peer connection without ICE servers, its data channels by label."""

    def __init__(self, ears: Ears) -> None:
        bundle = RTCBundlePolicy.MAX_BUNDLE
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=bundle))
        self.channels: dict[str, RTCDataChannel] = {}
        self._ears = ears
        # A client may make its next offer, or name candidates, before we have answered the first.
        self._negotiating = asyncio.Lock()
        self.pc.on("track", ears.on_track)
        self.pc.on("datachannel", self.add_channel)
        self.pc.on("connectionstatechange", self._check)

    @property
    def ready(self) -> bool:
        channel = self.channels.get(RELIABLE)
        is_open = channel is not None and channel.readyState == "open"
        return is_open and self.pc.connectionState == "connected"

    def add_channel(self, channel: RTCDataChannel) -> None:
        """Use `channel` in both directions."""
        self.channels[channel.label] = channel
        channel.on("message", self._receive)
        channel.on("open", self._check)
        self._check()

    async def answer(self, offer: rtc.SessionDescription) -> rtc.SessionDescription:
        """Take the client's offer; the answer carries its id, or the client ignores it."""
        async with self._negotiating:
            await self.pc.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
            await self.pc.setLocalDescription(await self.pc.createAnswer())
        local = self.pc.localDescription
        return rtc.SessionDescription(type="answer", sdp=local.sdp, id=offer.id)

    async def add_candidate(self, init: str) -> None:
        """Add a trickled candidate; the client's checks show us those we cannot use."""
        given = json.loads(init)
        words = given["candidate"].removeprefix("candidate:").split()
        if len(words) < 8 or words[2].lower() != "udp" or words[4].endswith(".local"):
            return
        candidate = candidate_from_sdp(" ".join(words))
        candidate.sdpMid, candidate.sdpMLineIndex = given.get("sdpMid"), given.get("sdpMLineIndex")
        async with self._negotiating:
            await self.pc.addIceCandidate(candidate)

    def _receive(self, message: bytes | str) -> None:
        if isinstance(message, bytes):
            self._ears.on_data(message)

    def _check(self) -> None:
        if self.ready:
            self._ears.on_ready()
        if self.pc.connectionState in ("failed", "closed"):
            self._ears.on_lost()


class Stage:
    """The two transceivers a peer connection keeps for the avatar, used once it appears.

    They carry the avatar's ids from the first negotiation on: clients read them only once.
    """

    def __init__(self, pc: RTCPeerConnection, presence: Presence) -> None:
        self._audio = pc.addTransceiver("audio", direction="inactive")
        self._video = pc.addTransceiver("video", direction="inactive")
        codecs = RTCRtpSender.getCapabilities("video").codecs
        vp8 = [each for each in codecs if each.mimeType in ("video/VP8", "video/rtx")]
        self._video.setCodecPreferences(vp8)
        self._sids = (presence.audio_sid, presence.video_sid)
        for transceiver, sid in zip((self._audio, self._video), self._sids, strict=True):
            # aiortc has no public setter for these two.
            transceiver.sender._stream_id = presence.stream
            transceiver.sender._track_id = sid

    def show(self, voice: VoiceTrack, picture: FaceTrack) -> None:
        """Send the avatar's tracks from the next negotiation on."""
        for transceiver, track in ((self._audio, voice), (self._video, picture)):
            transceiver.sender.replaceTrack(track)
            transceiver.direction = "sendonly"

    def track_ids(self) -> dict[str, str]:
        """Return the avatar's track ids by SDP mid: v1 clients need them beside a shared stream."""
        pairs = zip((self._audio.mid, self._video.mid), self._sids, strict=True)
        return {mid: sid for mid, sid in pairs if mid is not None}
