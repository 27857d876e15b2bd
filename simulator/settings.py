"""What can be turned: the vendor's uncertain points (switches) and how slow the cloud is (latency).

Each switch answers a point that LiveAvatar's public documents leave open; the default is the safest
reading. All of them can be set on the command line and, while running, through ``/_sim/``.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, Self, get_args, get_origin, get_type_hints


class BadSetting(ValueError):
    """There is no such setting, or it does not take that value."""


def _option(default: Any, doc: str) -> Any:
    return field(default=default, metadata={"doc": doc})


@dataclass(slots=True)
class Adjustable:
    """A dataclass whose fields can be set by name, each checked against its own type."""

    def adjust(self, values: Mapping[str, object]) -> None:
        """Set every named field, or none: raises `BadSetting` before anything has changed."""
        hints = get_type_hints(type(self))
        for name, value in values.items():
            if name not in hints:
                raise BadSetting(f"there is no {name}; there are: {', '.join(hints)}")
            if not _fits(hints[name], value):
                raise BadSetting(f"{name} does not take {value!r}")
        for name, value in values.items():
            setattr(self, name, value)

    def as_dict(self) -> dict[str, Any]:
        """Return the present values by name."""
        return asdict(self)

    @classmethod
    def described(cls) -> list[str]:
        """Return one line for each field: name, default, choices, meaning."""
        hints = get_type_hints(cls)
        lines = []
        for each in fields(cls):
            choices = get_args(hints[each.name])
            known = f" of {', '.join(map(str, choices))}" if choices else ""
            lines.append(f"{each.name} = {each.default}{known}: {each.metadata['doc']}")
        return lines


def _fits(hint: Any, value: object) -> bool:
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return isinstance(value, hint)


@dataclass(slots=True)
class Switches(Adjustable):
    """How this cloud reads each point that the documents leave open."""

    success_code: Literal[1000, 100] = _option(1000, "code inside a success")
    error_body: Literal["live", "fastapi"] = _option(
        "live", "422 as {code, data, message} or as {detail}"
    )
    auth_body: Literal["envelope", "empty"] = _option("envelope", "body of 401 and 403")
    no_credits_status: Literal[402, 400, 403] = _option(402, "status when credits are gone")
    concurrency_limit: int = _option(20, "sessions that may run at once")
    concurrency_status: Literal[403, 400, 409, 429] = _option(403, "status of that refusal")
    concurrency_stage: Literal["start", "token"] = _option("start", "where it is refused")
    rate_limit: int = _option(1000, "requests a second for one caller and endpoint")
    token_ttl_s: float = _option(300.0, "a minted session can be started this long")
    second_start: Literal["rejected", "accepted"] = _option("rejected", "starting a token twice")
    references: Literal["token", "start", "ignored"] = _option(
        "token", "where an unknown secret or context is refused"
    )
    bad_openai_key: Literal["silent", "server_error"] = _option(
        "silent", "what a key not beginning sk-sim- makes of a session"
    )
    events: bool = _option(True, "the OpenAI connector sends events to the room")
    speak_text: Literal["ignored", "spoken"] = _option(
        "ignored", "avatar.speak_text in an OpenAI session"
    )
    greeting: bool = _option(True, "the avatar speaks first, with the context's opening_text")
    chunk_event: Literal["transcription.chunk", "transcription_chunk"] = _option(
        "transcription.chunk", "name of partial transcripts after user. and avatar."
    )
    stopped_event: Literal["session.stopped", "session_stopped"] = _option(
        "session.stopped", "name of the last event"
    )
    stopped_fields: Literal["both", "stop_reason", "end_reason"] = _option(
        "both", "where the last event carries its reason"
    )
    idle_timeout_s: float = _option(300.0, "an idle session ends after")
    audio_is_activity: bool = _option(False, "the user's voice resets the idle timer")
    zombie_reap_s: float = _option(200.0, "a room its user has left ends after; 0 is never")
    max_session_s: int = _option(1200, "longest session of the plan")
    stop_finished: Literal[200, 204, 404] = _option(200, "stop on a session already over")
    stop_unstarted: Literal[404, 200] = _option(404, "stop on a session never started")
    minted_visible: bool = _option(False, "a session never started can be read by its id")
    delete_alias: bool = _option(True, "DELETE /v1/sessions stops, as old clients expect")
    agent_token: bool = _option(False, "start returns livekit_agent_token too")
    created_secret_id: Literal["id", "secret_id"] = _option("id", "name of a new secret's id")
    context_put: bool = _option(False, "PUT replaces a context, as some clients expect")
    transcript: Literal["empty", "recorded", "refused"] = _option(
        "empty", "GET transcript of a LITE session"
    )


@dataclass(slots=True)
class Latency(Adjustable):
    """How long the cloud takes, in milliseconds."""

    token_ms: int = _option(0, "POST /v1/sessions/token")
    start_ms: int = _option(0, "POST /v1/sessions/start")
    other_ms: int = _option(0, "every other REST call")
    avatar_join_ms: int = _option(300, "from a session's start until its avatar is in the room")

    @classmethod
    def profile(cls, name: str) -> Self:
        """Return the named profile: `fast` (a desk) or `typical` (the cloud on a good day)."""
        match name:
            case "fast":
                return cls()
            case "typical":
                return cls(token_ms=150, start_ms=900, avatar_join_ms=1200)
        raise BadSetting(f"there is no latency profile {name}; there are: fast, typical")
