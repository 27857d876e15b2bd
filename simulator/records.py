"""What the cloud remembers, each as the API shows it."""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any, Literal

from simulator.clock import iso

SessionState = Literal["minted", "active", "ended"]


@dataclass
class Secret:
    """A provider's key. The API never returns `value`; the test door does."""

    id: str
    name: str
    type: str
    value: str
    created_at: float

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "secret_name": self.name,
            "secret_type": self.type,
            "created_at": iso(self.created_at),
        }


@dataclass
class Context:
    """The words that make a persona. `links` are kept as given, each with an id."""

    id: str
    name: str
    prompt: str
    opening_text: str
    links: list[dict[str, Any]]
    created_at: float
    updated_at: float

    def summary(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
        }

    def shown(self) -> dict[str, Any]:
        variables = re.findall(r"\$\{(\w+)\}", f"{self.prompt} {self.opening_text}")
        return self.summary() | {
            "prompt": self.prompt,
            "opening_text": self.opening_text,
            "links": self.links,
            "required_dynamic_variables": sorted(set(variables)),
        }


@dataclass(frozen=True)
class Avatar:
    """A face of the catalogue; `own` ones belong to the account, the others to everybody."""

    id: str
    name: str
    own: bool = False
    status: Literal["ACTIVE", "INIT", "DEPLOYING", "FAILED"] = "ACTIVE"
    is_expired: bool = False
    error_message: str | None = None

    @property
    def usable(self) -> bool:
        return self.status == "ACTIVE" and not self.is_expired


@dataclass
class Heard:
    """What reached the room from the user's microphone."""

    max_dbfs: float = -120.0
    voice_s: float = 0.0
    audio_s: float = 0.0


@dataclass
class Line:
    """One thing said, at seconds since the epoch."""

    role: Literal["user", "avatar"]
    text: str
    said_at: float


@dataclass
class Session:
    """One session from its minting to its end. Times are seconds since the epoch."""

    id: str
    avatar: Avatar
    is_sandbox: bool
    max_duration_s: int
    openai: dict[str, Any]
    minted_at: float
    updated_at: float
    started_at: float | None = None
    ended_at: float | None = None
    end_reason: str | None = None
    active_at: float = 0.0
    client_left_at: float | None = None
    credits_consumed: int = 0
    participants: list[str] = field(default_factory=list)
    heard: Heard = field(default_factory=Heard)
    lines: list[Line] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def context_id(self) -> str | None:
        context_id: str | None = self.openai["context_id"]
        return context_id

    @property
    def state(self) -> SessionState:
        if self.ended_at is not None:
            return "ended"
        return "minted" if self.started_at is None else "active"

    def seconds(self, now: float) -> float:
        """Return how long it has run, up to `now` or to its end."""
        if self.started_at is None:
            return 0.0
        return (self.ended_at or now) - self.started_at

    def shown(self, now: float) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "id": self.id,
            "created_at": iso(self.minted_at),
            "updated_at": iso(self.updated_at),
            "duration": round(self.seconds(now)),
            "source": "API",
            "mode": "LITE",
            "is_sandbox": self.is_sandbox,
            "credits_consumed": self.credits_consumed,
        }
        if self.ended_at is not None:
            entry |= {"end_at": iso(self.ended_at), "end_reason": self.end_reason}
        return entry
