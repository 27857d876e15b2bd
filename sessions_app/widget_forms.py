"""The form of a widget: three steps, each with defaults that work."""

from typing import Any, Final

from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import QueryDict

from accounts.models import Membership, ProviderKey
from sessions_app import colours, wording
from sessions_app.forms import ContextField, KeyField
from sessions_app.models import Avatar, Context, Widget
from sessions_app.services import avatar_sessions
from sessions_app.views.embed_config import REWORDED
from sessions_app.widget_fields import TALK_KEYS, ColourField, OriginsField

# Limits that hold a conversation's whole time, and so may not be shorter than one.
_HOLDING: Final = ("visitor_daily_minutes", "daily_minutes", "monthly_minutes")


def _limit(label: str) -> forms.IntegerField:
    """Of one at least: whoever wants to let nobody in switches the widget off."""
    return forms.IntegerField(min_value=1, max_value=1_000_000, label=label)


class WidgetForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
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
        help_text="OpenAI bills it for what visitors say. They never see it.",
    )
    voice = forms.ChoiceField(choices=[(voice, voice.title()) for voice in settings.OPENAI_VOICES])
    model = forms.RegexField(
        regex=avatar_sessions.MODEL_NAME,
        max_length=100,
        error_messages={"invalid": "A model's name has letters, digits and .-_:/ only."},
        widget=forms.TextInput(attrs={"list": "models", "autocomplete": "off"}),
    )
    origins = OriginsField(label="Sites that may show it")
    accent = ColourField(label="Colour")
    accent_text = ColourField(label="Text on it")
    language = forms.ChoiceField(
        required=False, choices=[("", "The visitor's own"), *wording.LANGUAGES.items()]
    )
    push_to_talk_key = forms.ChoiceField(
        required=False, choices=TALK_KEYS, label="Key to talk with"
    )
    max_minutes = _limit("Longest conversation, in minutes")
    max_visitors = _limit("Visitors at the same time")
    visitor_daily_starts = _limit("Conversations a day for one visitor")
    visitor_daily_minutes = _limit("Minutes a day for one visitor")
    daily_starts = _limit("Conversations a day for all")
    daily_minutes = _limit("Minutes a day for all")
    monthly_starts = _limit("Conversations a month for all")
    monthly_minutes = _limit("Minutes a month for all")

    class Meta:
        model = Widget
        fields = (
            *("name", "avatar", "context", "provider_key", "voice"),
            *("model", "temperature", "is_sandbox"),
            *("origins", "placement", "corner", "starts_open"),
            *("theme", "shape", "accent", "accent_text", "language"),
            *REWORDED.values(),
            *("captions", "transcript", "push_to_talk", "push_to_talk_key"),
            *("max_visitors", "visitor_daily_starts", "visitor_daily_minutes"),
            *("daily_starts", "daily_minutes", "monthly_starts", "monthly_minutes"),
        )
        labels = {
            "is_sandbox": "Sandbox",
            "starts_open": "Open by itself once the page has loaded",
            "captions": "Captions are on at first",
            "transcript": "Visitors may download what was said",
            "push_to_talk": "Microphone",
            "launcher_text": "Button",
            "title_text": "Title of the window",
            "consent_text": "Consent to the microphone",
            "disclosure_text": "AI disclosure",
        }
        help_texts = {
            "temperature": "From 0.6, predictable, to 1.2, playful.",
            "is_sandbox": "Free of LiveAvatar credits, about a minute long, with a sandbox avatar.",
        }
        widgets = {
            "temperature": forms.NumberInput(attrs={"step": "0.05", "min": "0.6", "max": "1.2"}),
            "placement": forms.RadioSelect,
            "shape": forms.RadioSelect,
            "greeting": forms.Textarea(attrs={"rows": 2}),
            "consent_text": forms.Textarea(attrs={"rows": 3}),
            "disclosure_text": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(
        self, data: QueryDict | None = None, *, membership: Membership, instance: Widget
    ) -> None:
        self.workspace = membership.workspace
        # Where even a minute is too long, a minute is what one chooses, and it is cut.
        self.longest_minutes = max(1, self.workspace.session_limit_seconds // 60)
        self.nearest_accent = ""
        self.keys = ProviderKey.objects.usable().filter(workspace=self.workspace)
        # What is chosen already stays to be seen; the service says where it cannot be used now.
        avatars = Avatar.objects.filter(
            Q(pk__in=Avatar.objects.usable().values("pk")) | Q(pk=instance.avatar_id)
        )
        self.avatar_choices = list(avatars.order_by("-is_own", "name", "id"))
        initial = self._saved(instance) if instance.pk else self._defaults()
        super().__init__(data, instance=instance, initial=initial)
        self._choose("avatar", avatars)
        self._choose(
            "context",
            Context.objects.filter(workspace=self.workspace).filter(
                Q(pk__in=Context.objects.usable().values("pk")) | Q(pk=instance.context_id)
            ),
        )
        self._choose(
            "provider_key",
            ProviderKey.objects.filter(workspace=self.workspace).filter(
                Q(pk__in=self.keys.values("pk")) | Q(pk=instance.provider_key_id)
            ),
        )
        self.fields["max_minutes"].widget.attrs["max"] = self.longest_minutes
        self._show_default_words()

    def _choose(self, name: str, queryset: QuerySet[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = queryset

    def _saved(self, widget: Widget) -> dict[str, Any]:
        return {
            "avatar": widget.avatar,
            "context": widget.context,
            "provider_key": widget.provider_key,
            "max_minutes": -(-widget.max_seconds // 60),
        }

    def _defaults(self) -> dict[str, Any]:
        return {
            "name": f"Widget {Widget.objects.filter(workspace=self.workspace).count() + 1}",
            "avatar": self.avatar_choices[0] if self.avatar_choices else None,
            "voice": settings.OPENAI_VOICES[0],
            "model": settings.OPENAI_MODELS[0],
            "max_minutes": min(3, self.longest_minutes),
        }

    def _show_default_words(self) -> None:
        """What visitors read where the owner writes nothing, in the language that is chosen."""
        language = self["language"].value()
        texts = wording.texts(language if language in wording.LANGUAGES else wording.SOURCE)
        for key, name in REWORDED.items():
            words = texts[key].replace("{avatar}", self.avatar_name)
            self.fields[name].widget.attrs["placeholder"] = words

    @property
    def avatar_name(self) -> str:
        chosen = str(self["avatar"].value())
        names = (each.name for each in self.avatar_choices if str(each.public_id) == chosen)
        return next(names, "the avatar")

    @property
    def default_words(self) -> dict[str, dict[str, str]]:
        """The same for every language, by field, for the page's script."""
        return {
            language: {name: wording.texts(language)[key] for key, name in REWORDED.items()}
            for language in wording.LANGUAGES
        }

    def clean_max_minutes(self) -> int:
        minutes = int(self.cleaned_data["max_minutes"])
        if minutes > self.longest_minutes:
            raise forms.ValidationError(
                f"A conversation may last {self.longest_minutes} minutes here at the most."
            )
        return minutes

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self._check_colours(data)
        if minutes := data.get("max_minutes"):
            for name in _HOLDING:
                if data.get(name, minutes) < minutes:
                    self.add_error(
                        name,
                        f"Nobody could begin: one conversation may take {minutes} minutes. "
                        "Allow as much here, or make conversations shorter.",
                    )
            self._set_longest(minutes, is_sandbox=bool(data.get("is_sandbox")))
        return data

    def _check_colours(self, data: dict[str, Any]) -> None:
        accent, text = data.get("accent"), data.get("accent_text")
        if accent and text and (ratio := colours.contrast(accent, text)) < colours.AA:
            self.nearest_accent = colours.nearest_readable(accent, text)
            self.add_error(
                "accent",
                f"{text} on {accent} has a contrast of {ratio:.1f} to 1; to be read it takes 4.5. "
                f"The nearest colour that passes is {self.nearest_accent}.",
            )

    def _set_longest(self, minutes: int, *, is_sandbox: bool) -> None:
        if self.instance.pk and not {"max_minutes", "is_sandbox"} & set(self.changed_data):
            return  # it may have been saved to the second
        seconds = min(60 * minutes, self.workspace.session_limit_seconds)
        self.instance.max_seconds = (
            min(seconds, settings.SANDBOX_MAX_SECONDS) if is_sandbox else seconds
        )

    def sketch(self) -> Widget | None:
        """What is typed so far, with defaults where it is not right yet; None without avatars."""
        self.is_valid()
        widget: Widget = self.instance
        if "avatar" not in self.cleaned_data:
            if not self.avatar_choices:
                return None
            widget.avatar = self.avatar_choices[0]
        return widget
