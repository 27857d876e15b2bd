"""The form of a widget: three steps, each with defaults that work."""

from typing import Any, Final

from django import forms
from django.conf import settings

from accounts.models import Membership, ProviderKey
from sessions_app import colours, origins, wording
from sessions_app.forms import ContextField, KeyField
from sessions_app.models import Avatar, Context, Widget
from sessions_app.services import avatar_sessions

_WHO: Final = ("name", "avatar", "context", "provider_key", "voice")
_WHO_MORE: Final = ("model", "temperature", "is_sandbox")
_WHERE: Final = ("origins", "placement", "corner", "starts_open")
_LOOK: Final = ("theme", "shape", "accent", "accent_text", "language")
_LIMITS: Final = (
    *("max_minutes", "max_visitors", "visitor_daily_starts", "visitor_daily_minutes"),
    *("daily_starts", "daily_minutes", "monthly_starts", "monthly_minutes"),
)
_ABILITIES: Final = ("captions", "transcript", "push_to_talk", "push_to_talk_key")
_WORDS: Final = (*("launcher_text", "greeting", "title_text", "disclosure_text", "consent_text"),)
_WORDS_BY_KEY: Final = {
    "launcher_text": "launcher",
    "title_text": "frame_title",
    "greeting": "greeting",
    "consent_text": "consent",
    "disclosure_text": "disclosure",
}


class WidgetForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    context = ContextField(
        queryset=Context.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label="None, only the voice",
        help_text="What the avatar is told before it talks.",
    )
    provider_key = KeyField(
        queryset=ProviderKey.objects.none(),
        to_field_name="public_id",
        label="OpenAI key",
        empty_label=None,
        help_text="Visitors talk on this key. They never see it.",
    )
    avatar = forms.ModelChoiceField(
        queryset=Avatar.objects.none(), to_field_name="public_id", widget=forms.RadioSelect
    )
    voice = forms.ChoiceField(choices=[(voice, voice.title()) for voice in settings.OPENAI_VOICES])
    model = forms.RegexField(
        regex=avatar_sessions.MODEL_NAME,
        max_length=100,
        error_messages={"invalid": "A model's name has letters, digits and .-_:/ only."},
        widget=forms.TextInput(attrs={"list": "models", "autocomplete": "off"}),
    )
    origins = forms.CharField(
        required=False,
        label="Sites that may show it",
        widget=forms.Textarea(
            attrs={"rows": 3, "placeholder": "https://www.example.com", "spellcheck": "false"}
        ),
        help_text="One origin a line, such as https://example.com or https://*.example.com. "
        "Empty means nobody, for now.",
    )
    language = forms.ChoiceField(
        required=False,
        choices=[("", "The visitor's own"), *wording.LANGUAGES.items()],
        label="Language of buttons and notices",
    )
    max_minutes = forms.IntegerField(
        min_value=1,
        label="Longest conversation, in minutes",
        help_text="It ends by itself then.",
    )

    class Meta:
        model = Widget
        fields = [
            *(*_WHO, *_WHO_MORE, *_WHERE, *_LOOK, *_ABILITIES, *_WORDS),
            *(name for name in _LIMITS if name != "max_minutes"),
        ]
        labels = {
            "is_sandbox": "Sandbox: free, a minute long, with a sandbox avatar",
            "placement": "Where it stands",
            "starts_open": "Open when the page has loaded",
            "accent": "Colour of buttons",
            "accent_text": "Text on buttons",
            "captions": "Show captions at first",
            "transcript": "Visitors may download what was said",
            "push_to_talk": "Push to talk",
            "push_to_talk_key": "Its key",
            "launcher_text": "Button",
            "title_text": "Title",
            "greeting": "Greeting",
            "consent_text": "Consent",
            "disclosure_text": "AI disclosure",
            "max_visitors": "Visitors at the same time",
            "visitor_daily_starts": "Conversations a visitor and day",
            "visitor_daily_minutes": "Minutes a visitor and day",
            "daily_starts": "Conversations a day",
            "daily_minutes": "Minutes a day",
            "monthly_starts": "Conversations a month",
            "monthly_minutes": "Minutes a month",
        }
        help_texts = {
            "push_to_talk_key": "A key's code, such as Space or KeyT; empty for none.",
            "disclosure_text": "Reword it as you like; left empty it is the translated one.",
            "consent_text": "Reword it as you like; left empty it is the translated one.",
        }
        widgets = {
            "temperature": forms.NumberInput(attrs={"step": "0.05", "min": "0.6", "max": "1.2"}),
            "accent": forms.TextInput(attrs={"type": "color"}),
            "accent_text": forms.TextInput(attrs={"type": "color"}),
            "consent_text": forms.Textarea(attrs={"rows": 3}),
            "disclosure_text": forms.Textarea(attrs={"rows": 2}),
            "greeting": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        self.membership = membership
        self.workspace = membership.workspace
        self.keys = ProviderKey.objects.visible_to(membership.user).usable()
        self.keys = self.keys.filter(workspace=self.workspace)
        self.avatar_choices = list(Avatar.objects.usable().order_by("-is_own", "name", "id"))
        kwargs["initial"] = {**self._defaults(kwargs.get("instance")), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        own = Context.objects.visible_to(membership.user).usable()
        self._choose("avatar", Avatar.objects.usable())
        self._choose("context", own.filter(workspace=self.workspace))
        self._choose("provider_key", self.keys)
        english = wording.texts(wording.SOURCE)
        for name, key in _WORDS_BY_KEY.items():
            self.fields[name].widget.attrs["placeholder"] = english[key].replace(
                "{avatar}", "your avatar"
            )

    def _choose(self, name: str, queryset: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = queryset

    def _defaults(self, widget: Widget | None) -> dict[str, Any]:
        if widget is not None and widget.pk is not None:
            return {
                "avatar": widget.avatar.public_id,
                "context": widget.context.public_id if widget.context else None,
                "provider_key": widget.provider_key.public_id,
                "origins": "\n".join(widget.origins),
                "max_minutes": -(-widget.max_seconds // 60),
            }
        return {
            "name": "My widget",
            "avatar": self.avatar_choices[0].public_id if self.avatar_choices else None,
            "voice": settings.OPENAI_VOICES[0],
            "model": settings.OPENAI_MODELS[0],
            "origins": "",
            "max_minutes": min(3, max(1, self.workspace.session_limit_seconds // 60)),
        }

    def clean_origins(self) -> list[str]:
        found, problems = [], []
        for line in self.cleaned_data["origins"].splitlines():
            if not line.strip():
                continue
            try:
                found.append(origins.parse(line))
            except ValueError as error:
                problems.append(str(error))
        if problems:
            raise forms.ValidationError(problems)
        return list(dict.fromkeys(found))

    def clean_max_minutes(self) -> int:
        minutes = int(self.cleaned_data["max_minutes"])
        longest = max(1, self.workspace.session_limit_seconds // 60)
        if minutes > longest:
            raise forms.ValidationError(f"A session may last {longest} minutes here at the most.")
        return minutes

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        accent, text = data.get("accent"), data.get("accent_text")
        if accent and text and colours.contrast(accent, text) < colours.AA:
            nearest = colours.nearest_readable(accent, text)
            self.add_error(
                "accent",
                f"{text} cannot be read well on {accent}. The nearest colour that passes is "
                f"{nearest}.",
            )
        if minutes := data.get("max_minutes"):
            seconds = min(60 * minutes, self.workspace.session_limit_seconds)
            is_sandbox = data.get("is_sandbox")
            self.instance.max_seconds = (
                min(seconds, settings.SANDBOX_MAX_SECONDS) if is_sandbox else seconds
            )
        return data

    def sketch(self) -> Widget | None:
        """What is typed so far, with defaults where it is not right yet; None without avatars."""
        self.is_valid()
        if self.cleaned_data.get("avatar") is None:
            if not self.avatar_choices:
                return None
            self.instance.avatar = self.avatar_choices[0]
        widget: Widget = self.instance
        return widget

    def group(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names]

    @property
    def who_more(self) -> list[forms.BoundField]:
        return self.group(*_WHO_MORE)

    @property
    def where(self) -> list[forms.BoundField]:
        return self.group(*_WHERE)

    @property
    def limits(self) -> list[forms.BoundField]:
        return self.group(*_LIMITS)

    @property
    def words(self) -> list[forms.BoundField]:
        return self.group(*_WORDS)

    @property
    def abilities(self) -> list[forms.BoundField]:
        return self.group(*_ABILITIES)

    @property
    def look(self) -> list[forms.BoundField]:
        return self.group(*_LOOK)
