"""Forms validate what was typed, in words; they never save."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings

from accounts.models import Membership, ProviderKey
from sessions_app.models import Avatar, Context
from sessions_app.services import avatar_sessions
from sessions_app.services.acceptance import Wish
from sessions_app.services.contexts import Script


class ContextForm(forms.Form):
    name = forms.CharField(max_length=80)
    prompt = forms.CharField(
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 12, "data-count": "20000"}),
        help_text="Who the avatar is, what it knows, how it talks.",
    )
    opening_text = forms.CharField(
        max_length=1_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "data-count": "1000"}),
        help_text="What it says first. Whether it is spoken is up to OpenAI.",
    )

    def script(self) -> Script:
        data = self.cleaned_data
        return Script(data["name"], data["prompt"], data["opening_text"])


class AvatarSearchForm(forms.Form):
    q = forms.CharField(required=False, max_length=100, label="Search by name")
    kind = forms.ChoiceField(
        required=False,
        choices=[("", "All"), ("own", "Your own"), ("public", "Public")],
        label="Whose",
    )


class ReasonForm(forms.Form):
    """Why somebody reads what is not theirs."""

    reason = forms.CharField(
        min_length=5,
        max_length=300,
        label="Why do you read it?",
        help_text="It stays in the workspace's audit trail, so name nobody in it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class TranscriptForm(ReasonForm):
    """Why somebody reads what others said, and in which form they want it."""

    PAGE, TEXT, JSON = "page", "txt", "json"

    form = forms.ChoiceField(choices=[(each, each) for each in (PAGE, TEXT, JSON)])


class AgainForm(forms.Form):
    """The one thing that a repeated session is asked for with: a key against double clicks."""

    idempotency_key = forms.CharField(max_length=80, required=False)


class KeyField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    def label_from_instance(self, key: ProviderKey) -> str:
        return f"{key.name} · …{key.last4}"


class ContextField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    def label_from_instance(self, context: Context) -> str:
        return context.name


class SessionForm(forms.Form):
    """A new session, with defaults that make one click enough."""

    avatar = forms.ModelChoiceField(
        queryset=Avatar.objects.none(), to_field_name="public_id", widget=forms.RadioSelect
    )
    context = ContextField(
        queryset=Context.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label="None, only the voice",
    )
    provider_key = KeyField(
        queryset=ProviderKey.objects.none(),
        to_field_name="public_id",
        label="OpenAI key",
        empty_label=None,
    )
    voice = forms.ChoiceField(choices=[(voice, voice.title()) for voice in settings.OPENAI_VOICES])
    model = forms.RegexField(
        regex=avatar_sessions.MODEL_NAME,
        max_length=100,
        error_messages={"invalid": "A model's name has letters, digits and .-_:/ only."},
        widget=forms.TextInput(attrs={"list": "models", "autocomplete": "off"}),
    )
    temperature = forms.DecimalField(
        min_value=avatar_sessions.LOWEST_TEMPERATURE,
        max_value=avatar_sessions.HIGHEST_TEMPERATURE,
        max_digits=3,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.05"}),
        help_text="From 0.6, predictable, to 1.2, playful.",
    )
    max_minutes = forms.IntegerField(min_value=1, label="Longest duration in minutes")
    is_sandbox = forms.BooleanField(
        required=False,
        label="Sandbox",
        help_text="Free of LiveAvatar credits, about a minute long, with a sandbox avatar.",
    )
    idempotency_key = forms.CharField(max_length=80, widget=forms.HiddenInput)

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        self.membership = membership
        self.longest_seconds = membership.workspace.session_limit_seconds
        # Where even a minute is too long, a minute is what one chooses, and it is cut.
        self.longest_minutes = max(1, self.longest_seconds // 60)
        self.keys = ProviderKey.objects.visible_to(membership.user).usable()
        self.keys = self.keys.filter(workspace=membership.workspace)
        self.avatar_choices = list(Avatar.objects.usable().order_by("-is_own", "name", "id"))
        kwargs["initial"] = {**self._defaults(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        own = Context.objects.visible_to(membership.user).usable()
        self._choose("avatar", Avatar.objects.usable())
        self._choose("context", own.filter(workspace=membership.workspace))
        self._choose("provider_key", self.keys)
        self.fields["max_minutes"].widget.attrs["max"] = self.longest_minutes

    def _choose(self, name: str, queryset: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = queryset

    def _defaults(self) -> dict[str, Any]:
        return {
            "avatar": self.avatar_choices[0].public_id if self.avatar_choices else None,
            "voice": settings.OPENAI_VOICES[0],
            "model": settings.OPENAI_MODELS[0],
            "temperature": Decimal("0.8"),
            "max_minutes": min(5, self.longest_minutes),
            "idempotency_key": str(uuid4()),
        }

    def clean_max_minutes(self) -> int:
        minutes = int(self.cleaned_data["max_minutes"])
        if minutes > self.longest_minutes:
            raise forms.ValidationError(
                f"A session may last {self.longest_minutes} minutes here at the most."
            )
        return minutes

    def wish(self) -> Wish:
        data = self.cleaned_data
        seconds = min(60 * data["max_minutes"], self.longest_seconds)
        if data["is_sandbox"]:
            seconds = min(seconds, settings.SANDBOX_MAX_SECONDS)
        return Wish(
            avatar=data["avatar"],
            provider_key=data["provider_key"],
            context=data["context"],
            voice=data["voice"],
            model=data["model"],
            temperature=data["temperature"],
            is_sandbox=data["is_sandbox"],
            max_seconds=seconds,
        )
