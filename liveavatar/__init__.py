"""A typed client for LiveAvatar's API, as far as LITE sessions with OpenAI Realtime need it.

    with Client(api_key) as client:
        minted = client.sessions.mint(LiteSession(avatar_id, OpenAIRealtime(secret_id)))
        room = client.session(minted.session_token).start()
        client.sessions.stop(minted.session_id)

What can go wrong is drawn in `liveavatar.errors`.
"""

from liveavatar import errors
from liveavatar.attempt import Attempt
from liveavatar.client import CLOUD_URL, Client, SessionClient
from liveavatar.exchange import Timeouts
from liveavatar.types import (
    MAX_TEMPERATURE,
    MIN_TEMPERATURE,
    OPENAI_VOICES,
    Avatar,
    Context,
    ContextSummary,
    DefaultVoice,
    LiteSession,
    MintedSession,
    OpenAIRealtime,
    Page,
    Secret,
    SecretSummary,
    SessionEntry,
    StartedSession,
    Transcript,
    TranscriptLine,
)

__all__ = [
    "CLOUD_URL",
    "MAX_TEMPERATURE",
    "MIN_TEMPERATURE",
    "OPENAI_VOICES",
    "Attempt",
    "Avatar",
    "Client",
    "Context",
    "ContextSummary",
    "DefaultVoice",
    "LiteSession",
    "MintedSession",
    "OpenAIRealtime",
    "Page",
    "Secret",
    "SecretSummary",
    "SessionClient",
    "SessionEntry",
    "StartedSession",
    "Timeouts",
    "Transcript",
    "TranscriptLine",
    "errors",
]
