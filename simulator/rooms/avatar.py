"""How the avatar appears among a room's participants."""

import secrets
from dataclasses import dataclass, field

from livekit.protocol import models

from simulator import face
from simulator.records import Avatar

IDENTITY = "heygen"
"""The identity under which LiveAvatar publishes every avatar (official web SDK)."""


def new_sid(prefix: str) -> str:
    """Return a random LiveKit id; clients rely on prefixes such as ``TR_`` for tracks."""
    return f"{prefix}_{secrets.token_hex(6)}"


@dataclass(frozen=True)
class Presence:
    """The avatar as one room knows it."""

    avatar: Avatar
    sid: str = field(default_factory=lambda: new_sid("PA"))
    audio_sid: str = field(default_factory=lambda: new_sid("TR"))
    video_sid: str = field(default_factory=lambda: new_sid("TR"))

    @property
    def stream(self) -> str:
        """The stream id both tracks share, which is what keeps lips and sound together."""
        return f"{self.sid}|avatar"

    def info(self) -> models.ParticipantInfo:
        """Return the avatar with its two tracks as LiveKit announces it."""
        audio = models.TrackInfo(
            sid=self.audio_sid,
            type=models.TrackType.AUDIO,
            name="audio",
            source=models.TrackSource.MICROPHONE,
            mime_type="audio/opus",
            stream="avatar",
        )
        video = models.TrackInfo(
            sid=self.video_sid,
            type=models.TrackType.VIDEO,
            name="video",
            source=models.TrackSource.CAMERA,
            mime_type="video/VP8",
            width=face.WIDTH,
            height=face.HEIGHT,
            stream="avatar",
        )
        return models.ParticipantInfo(
            sid=self.sid,
            identity=IDENTITY,
            name=self.avatar.name,
            state=models.ParticipantInfo.State.ACTIVE,
            is_publisher=True,
            tracks=[audio, video],
        )
