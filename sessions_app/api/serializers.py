"""What members' API takes and gives. Input validates; output renders; neither saves."""

from decimal import Decimal
from typing import Any, Final, cast
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from liveavatar_web import watch
from liveavatar_web.compiled import Compiled
from sessions_app import endings
from sessions_app.lifecycle import OVER
from sessions_app.models import AvatarSession
from sessions_app.services import avatar_sessions, reports, start_timeline, transcripts

_SUCCESSOR: Final[Compiled[UUID]] = Compiled(
    lambda session: (
        AvatarSession.objects.filter(predecessor=session)
        .order_by()
        .values_list("public_id", flat=True)
    ),
    session=int,
)


class StartInput(serializers.Serializer[Any]):
    """A session as asked for; names are public ids. What is left out takes its default."""

    avatar = serializers.UUIDField()
    provider_key = serializers.UUIDField()
    context = serializers.UUIDField(required=False, allow_null=True)  # type: ignore[assignment]  # DRF's Field.context is hidden on purpose: the name is the API's
    voice = serializers.ChoiceField(
        choices=settings.OPENAI_VOICES, default=settings.OPENAI_VOICES[0]
    )
    model = serializers.RegexField(
        avatar_sessions.MODEL_NAME,
        max_length=100,
        default=settings.OPENAI_MODELS[0],
        error_messages={"invalid": "A model's name has letters, digits and .-_:/ only."},
    )
    temperature = serializers.DecimalField(
        max_digits=3,
        decimal_places=2,
        min_value=avatar_sessions.LOWEST_TEMPERATURE,
        max_value=avatar_sessions.HIGHEST_TEMPERATURE,
        default=Decimal("0.8"),
    )
    is_sandbox = serializers.BooleanField(default=False)
    max_minutes = serializers.IntegerField(required=False, min_value=1)


class StepOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    at = serializers.DateTimeField()


class StartOutput(serializers.Serializer[Any]):
    """The start in milliseconds since the click, or since `accepted` where none is known.

    A step that is not there has not happened, or nobody has told of it.
    """

    clicked = serializers.IntegerField(required=False)
    accepted = serializers.IntegerField(required=False)
    claimed = serializers.IntegerField(required=False, help_text="A worker took it.")
    minted = serializers.IntegerField(required=False, help_text="The cloud gave an id.")
    started = serializers.IntegerField(required=False, help_text="It is live, and billed.")
    told = serializers.IntegerField(required=False, help_text="The page knows that.")
    joined = serializers.IntegerField(required=False, help_text="The page is in the room.")
    first_frame = serializers.IntegerField(required=False)
    first_sound = serializers.IntegerField(required=False)
    spoke = serializers.IntegerField(
        required=False, help_text="The person finished what they said first."
    )
    first_reply = serializers.IntegerField(
        required=False, help_text="The avatar began to answer that."
    )


class StateOutput(serializers.Serializer[AvatarSession]):
    id = serializers.UUIDField(source="public_id")
    state = serializers.CharField()
    version = serializers.IntegerField()
    watch_url = serializers.SerializerMethodField()
    steps = serializers.SerializerMethodField()
    start = serializers.SerializerMethodField()
    requested_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField()
    limit_at = serializers.DateTimeField()
    server_time = serializers.SerializerMethodField()
    end_reason = serializers.CharField()
    end_message = serializers.SerializerMethodField()
    vendor_message = serializers.SerializerMethodField()
    retryable = serializers.SerializerMethodField()
    duration_seconds = serializers.IntegerField()
    extension_seconds = serializers.IntegerField(
        source="extension_left", help_text="By how much `extend` would make it longer; 0 for not."
    )
    place = serializers.IntegerField(
        allow_null=True, help_text="Its place in the waiting line, 1 first; null elsewhere."
    )

    successor = serializers.SerializerMethodField(
        help_text="The session that goes on after this one, as far as one was asked for."
    )
    carries_over = serializers.SerializerMethodField(
        help_text="Whether its avatar was told the last lines of the conversation before."
    )

    def get_watch_url(self, session: AvatarSession) -> str:
        viewer = session.requested_by.public_id if session.requested_by else ""
        return watch.address("session", session.public_id, viewer=viewer)

    @extend_schema_field(StepOutput(many=True))
    def get_steps(self, session: AvatarSession) -> list[dict[str, object]]:
        """The steps of the start that were taken, each with its time."""
        reached = {
            "requested": session.requested_at,
            "claimed": session.claimed_at,
            "minted": session.minted_at,
            "started": session.started_at,
        }
        return [{"name": name, "at": at} for name, at in reached.items() if at is not None]

    @extend_schema_field(StartOutput)
    def get_start(self, session: AvatarSession) -> dict[str, int]:
        return start_timeline.milliseconds(session)

    def get_server_time(self, _: AvatarSession) -> str:
        return timezone.now().isoformat()

    def get_end_message(self, session: AvatarSession) -> str:
        ending = endings.of(session.end_reason)
        return ending.message if ending else ""

    def get_vendor_message(self, session: AvatarSession) -> str:
        """The cloud's own words about a start that failed."""
        return session.last_error_message if session.state in OVER else ""

    def get_retryable(self, session: AvatarSession) -> bool:
        ending = endings.of(session.end_reason)
        return bool(ending and ending.retryable)

    def get_successor(self, session: AvatarSession) -> UUID | None:
        if session.started_at is None:
            return None  # nothing follows what has not begun
        return _SUCCESSOR.first(session=session.pk)

    def get_carries_over(self, session: AvatarSession) -> bool:
        if session.predecessor_id is None:
            return False
        return session.context is not None and session.context.is_one_off


class RoomOutput(serializers.Serializer[Any]):
    url = serializers.CharField()
    token = serializers.CharField()


class PresenceInput(serializers.Serializer[Any]):
    gone = serializers.BooleanField(required=False, default=False)
    page = serializers.UUIDField(required=False, default=None)


class PresenceOutput(serializers.Serializer[AvatarSession]):
    state = serializers.CharField()
    lease_until = serializers.DateTimeField()
    limit_at = serializers.DateTimeField()
    server_time = serializers.SerializerMethodField()

    def get_server_time(self, _: AvatarSession) -> str:
        return timezone.now().isoformat()


class LineInput(serializers.Serializer[Any]):
    key = serializers.CharField(max_length=64)
    role = serializers.ChoiceField(choices=["user", "avatar"])
    text = serializers.CharField(max_length=transcripts.LONGEST_LINE)
    at = serializers.DateTimeField()


class LinesInput(serializers.Serializer[Any]):
    lines = serializers.ListField(child=LineInput(), max_length=200)

    def parsed(self) -> list[transcripts.Line]:
        given = cast(list[dict[str, Any]], self.validated_data["lines"])
        return [
            transcripts.Line(
                key=line["key"], is_user=line["role"] == "user", text=line["text"], at=line["at"]
            )
            for line in given
        ]


class LinesOutput(serializers.Serializer[Any]):
    stored = serializers.IntegerField()


class ReportInput(serializers.Serializer[Any]):
    event = serializers.ChoiceField(choices=sorted(reports.FROM_PAGES))
    detail = serializers.CharField(required=False, default="", max_length=200, allow_blank=True)


class TimelineInput(serializers.Serializer[Any]):
    """The steps of the start that only the page can time, on the server's clock; see StartOutput.

    Of each step the first report counts.
    """

    clicked = serializers.DateTimeField(required=False)
    told = serializers.DateTimeField(required=False)
    joined = serializers.DateTimeField(required=False)
    first_frame = serializers.DateTimeField(required=False)
    first_sound = serializers.DateTimeField(required=False)
    spoke = serializers.DateTimeField(required=False)
    first_reply = serializers.DateTimeField(required=False)
