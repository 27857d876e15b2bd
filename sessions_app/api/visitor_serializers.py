"""What the widget's API takes of strangers, and what they are told."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from sessions_app import endings
from sessions_app.api.serializers import StateOutput
from sessions_app.models import AvatarSession, Visit


class VisitorStateOutput(StateOutput):
    """What a stranger is told: nothing of whose key, account or credits it was."""

    end_reason = serializers.SerializerMethodField()  # type: ignore[assignment]  # read only here

    def get_end_reason(self, session: AvatarSession) -> str:
        return endings.for_strangers(session.end_reason)

    def get_end_message(self, _: AvatarSession) -> str:
        return ""

    def get_vendor_message(self, _: AvatarSession) -> str:
        return ""

    def get_successor(self, _: AvatarSession) -> UUID | None:
        return None

    def get_carries_over(self, _: AvatarSession) -> bool:
        return False


class TicketInput(serializers.Serializer[Any]):
    grant = serializers.CharField(max_length=1_000)
    key = serializers.DictField(help_text="A public P-256 key, as JWK.")


class TicketOutput(serializers.Serializer[Any]):
    ticket = serializers.CharField()
    start_before = serializers.DateTimeField()
    challenge = serializers.DictField(help_text="altcha v2, PBKDF2/SHA-256.")
    server_time = serializers.DateTimeField()


class VisitorStartInput(serializers.Serializer[Any]):
    solution = serializers.CharField(max_length=4_000, help_text="altcha's payload, base64.")
    language = serializers.CharField(max_length=8, required=False, default="", allow_blank=True)


class VisitorStartOutput(VisitorStateOutput):
    resume = serializers.SerializerMethodField()

    def get_resume(self, _: AvatarSession) -> str:
        return str(self.context["resume"])


class ResumeInput(serializers.Serializer[Any]):
    resume = serializers.CharField(max_length=100)
    key = serializers.DictField(help_text="A public P-256 key, as JWK.")


class ResumeOutput(serializers.Serializer[Any]):
    ticket = serializers.CharField()
    resume = serializers.CharField()
    session = VisitorStateOutput()


class FeedbackInput(serializers.Serializer[Any]):
    rating = serializers.ChoiceField(choices=Visit.Rating.values)
    comment = serializers.CharField(max_length=1_000, required=False, default="", allow_blank=True)
