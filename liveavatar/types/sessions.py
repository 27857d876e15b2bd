"""A session: what is asked for, what is minted and started, what is told of it later."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from liveavatar.parsing import Fields

OPENAI_VOICES = (
    "alloy", "ash", "ballad", "coral", "echo", "fable", "onyx", "nova", "shimmer", "sage", "verse",
    "marin", "cedar",
)  # fmt: skip
"""Voices of the OpenAI Realtime connector."""
MIN_TEMPERATURE, MAX_TEMPERATURE = 0.6, 1.2


@dataclass(frozen=True)
class OpenAIRealtime:
    """The connector's settings. `secret_id` names a stored OPENAI_API_KEY secret."""

    secret_id: str
    context_id: str | None = None
    voice: str = "alloy"
    model: str = "gpt-realtime"
    temperature: float = 0.8

    def as_json(self) -> dict[str, object]:
        config: dict[str, object] = {
            "secret_id": self.secret_id,
            "voice": self.voice,
            "model": self.model,
            "temperature": self.temperature,
        }
        return config if self.context_id is None else {**config, "context_id": self.context_id}


@dataclass(frozen=True)
class LiteSession:
    """A LITE session to be minted: one avatar, one connector.

    `max_session_duration` is in seconds; None leaves it to the plan.
    """

    avatar_id: str
    openai: OpenAIRealtime
    is_sandbox: bool = False
    max_session_duration: int | None = None

    def as_json(self) -> dict[str, object]:
        # The mode is sent although it has a default: the cloud refuses a body without it.
        body: dict[str, object] = {
            "mode": "LITE",
            "avatar_id": self.avatar_id,
            "is_sandbox": self.is_sandbox,
            "openai_realtime_config": self.openai.as_json(),
        }
        if self.max_session_duration is not None:
            body["max_session_duration"] = self.max_session_duration
        return body


@dataclass(frozen=True)
class MintedSession:
    """A session that may be started once, within the token's short life. Minting is free."""

    session_id: str
    session_token: str = field(repr=False)

    @classmethod
    def parse(cls, data: object) -> MintedSession:
        fields = Fields(data)
        return cls(fields.text("session_id"), fields.text("session_token"))


@dataclass(frozen=True)
class StartedSession:
    """A running, billed session and the way into its LiveKit room.

    `client_token` is meant for one browser. `agent_token` lets another agent into the room and
    `ws_url` is for LITE without a connector; both are usually absent with one.
    """

    session_id: str
    url: str
    client_token: str = field(repr=False)
    max_session_duration: int | None = None
    ws_url: str | None = None
    agent_token: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, data: object) -> StartedSession:
        fields = Fields(data)
        return cls(
            session_id=fields.text("session_id"),
            url=fields.text("livekit_url"),
            client_token=fields.text("livekit_client_token"),
            max_session_duration=fields.optional_integer("max_session_duration"),
            ws_url=fields.optional_text("ws_url"),
            agent_token=fields.optional_text("livekit_agent_token"),
        )


@dataclass(frozen=True)
class SessionEntry:
    """A session as the cloud keeps it. `duration` is in seconds, `end_reason` the vendor's word."""

    id: str
    created_at: datetime | None
    updated_at: datetime | None
    duration: int | None
    source: str | None
    mode: str | None
    is_sandbox: bool
    credits_consumed: Decimal | None
    end_at: datetime | None
    end_reason: str | None

    @property
    def is_ended(self) -> bool:
        """Only entries of the history carry an end."""
        return self.end_at is not None or self.end_reason is not None

    @classmethod
    def parse(cls, fields: Fields) -> SessionEntry:
        return cls(
            id=fields.text("id"),
            created_at=fields.optional_moment("created_at"),
            updated_at=fields.optional_moment("updated_at"),
            duration=fields.optional_integer("duration"),
            source=fields.optional_text("source"),
            mode=fields.optional_text("mode"),
            is_sandbox=fields.flag("is_sandbox", default=False),
            credits_consumed=fields.optional_number("credits_consumed"),
            end_at=fields.optional_moment("end_at"),
            end_reason=fields.optional_text("end_reason"),
        )


@dataclass(frozen=True)
class TranscriptLine:
    """One utterance of `role` user or avatar, with the vendor's integer timestamps as they come."""

    role: str
    text: str
    absolute_timestamp: int | None
    relative_timestamp: int | None

    @classmethod
    def parse(cls, fields: Fields) -> TranscriptLine:
        return cls(
            role=fields.text("role"),
            text=fields.optional_text("transcript") or "",
            absolute_timestamp=fields.optional_integer("absolute_timestamp"),
            relative_timestamp=fields.optional_integer("relative_timestamp"),
        )


@dataclass(frozen=True)
class Transcript:
    """What the cloud kept of a conversation; for LITE sessions it promises to keep nothing."""

    session_active: bool
    lines: tuple[TranscriptLine, ...]
    next_timestamp: int | None

    @classmethod
    def parse(cls, data: object) -> Transcript:
        fields = Fields(data)
        return cls(
            session_active=fields.flag("session_active", default=False),
            lines=fields.each("transcript_data", TranscriptLine.parse),
            next_timestamp=fields.optional_integer("next_timestamp"),
        )
