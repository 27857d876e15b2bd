"""What the cloud is given and what it gives back.

Frozen, and strict only about what a caller cannot do without: see `liveavatar.parsing`.
Enumerations of the vendor stay strings, since it adds to them. Credentials are kept out of every
repr. Source of names and defaults: https://api.liveavatar.com/openapi.json and
https://docs.liveavatar.com/docs/lite-mode/connectors/openai-realtime
"""

from liveavatar.types.library import (
    Avatar,
    Context,
    ContextSummary,
    DefaultVoice,
    Secret,
    SecretSummary,
)
from liveavatar.types.page import Page
from liveavatar.types.sessions import (
    MAX_TEMPERATURE,
    MIN_TEMPERATURE,
    OPENAI_VOICES,
    LiteSession,
    MintedSession,
    OpenAIRealtime,
    SessionEntry,
    StartedSession,
    Transcript,
    TranscriptLine,
)

__all__ = [
    "MAX_TEMPERATURE",
    "MIN_TEMPERATURE",
    "OPENAI_VOICES",
    "Avatar",
    "Context",
    "ContextSummary",
    "DefaultVoice",
    "LiteSession",
    "MintedSession",
    "OpenAIRealtime",
    "Page",
    "Secret",
    "SecretSummary",
    "SessionEntry",
    "StartedSession",
    "Transcript",
    "TranscriptLine",
]
