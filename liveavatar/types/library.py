"""What an account keeps with the cloud between sessions: keys, contexts, avatars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from liveavatar.parsing import Fields


@dataclass(frozen=True)
class Secret:
    """A stored provider key, by reference. The value never comes back."""

    id: str
    name: str | None

    @classmethod
    def parse(cls, data: object) -> Secret:
        fields = Fields(data)
        # The prose of the documents calls it secret_id, the schema id.
        secret_id = fields.optional_text("id") or fields.text("secret_id")
        return cls(secret_id, fields.optional_text("secret_name"))


@dataclass(frozen=True)
class SecretSummary:
    """A stored provider key in a list. `kind` is the vendor's secret_type."""

    id: str
    name: str
    kind: str | None
    created_at: datetime | None

    @classmethod
    def parse(cls, fields: Fields) -> SecretSummary:
        return cls(
            id=fields.text("id"),
            name=fields.text("secret_name"),
            kind=fields.optional_text("secret_type"),
            created_at=fields.optional_moment("created_at"),
        )


@dataclass(frozen=True)
class ContextSummary:
    """A context in a list."""

    id: str
    name: str
    created_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def parse(cls, fields: Fields) -> ContextSummary:
        return cls(
            id=fields.text("id"),
            name=fields.text("name"),
            created_at=fields.optional_moment("created_at"),
            updated_at=fields.optional_moment("updated_at"),
        )


@dataclass(frozen=True)
class Context:
    """A context in full: the instructions an avatar is given.

    `required_dynamic_variables` are the names of `${…}` placeholders in its texts.
    """

    id: str
    name: str
    prompt: str | None
    opening_text: str | None
    required_dynamic_variables: tuple[str, ...]
    created_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def parse(cls, data: object) -> Context:
        fields = Fields(data)
        return cls(
            id=fields.text("id"),
            name=fields.text("name"),
            prompt=fields.optional_text("prompt"),
            opening_text=fields.optional_text("opening_text"),
            required_dynamic_variables=fields.optional_texts("required_dynamic_variables"),
            created_at=fields.optional_moment("created_at"),
            updated_at=fields.optional_moment("updated_at"),
        )


@dataclass(frozen=True)
class DefaultVoice:
    """The LiveAvatar voice an avatar comes with; the OpenAI connector does not use it."""

    id: str
    name: str | None

    @classmethod
    def parse(cls, fields: Fields) -> DefaultVoice:
        return cls(fields.text("id"), fields.optional_text("name"))


@dataclass(frozen=True)
class Avatar:
    """An avatar of the catalogue. `kind` is IMAGE or VIDEO, `status` the vendor's word."""

    id: str
    name: str
    kind: str
    status: str
    preview_url: str | None
    is_expired: bool
    is_1080p: bool
    default_voice: DefaultVoice | None
    error_message: str | None
    created_at: datetime | None
    updated_at: datetime | None

    @property
    def is_usable(self) -> bool:
        """Whether a session can be hoped for; only minting a token proves it."""
        return self.status == "ACTIVE" and not self.is_expired

    @classmethod
    def parse(cls, fields: Fields) -> Avatar:
        return cls(
            id=fields.text("id"),
            name=fields.text("name"),
            kind=fields.optional_text("type") or "VIDEO",
            status=fields.optional_text("status") or "INIT",
            preview_url=fields.optional_text("preview_url"),
            is_expired=fields.flag("is_expired", default=False),
            is_1080p=fields.flag("is_1080p", default=False),
            default_voice=fields.optional_object("default_voice", DefaultVoice.parse),
            error_message=fields.optional_text("error_message"),
            created_at=fields.optional_moment("created_at"),
            updated_at=fields.optional_moment("updated_at"),
        )
