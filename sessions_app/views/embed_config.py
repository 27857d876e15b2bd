"""What the two halves of a widget are told: its look, and the words in the visitor's language."""

import json
import re
from typing import Any, Final

from django.utils import timezone

from liveavatar_web.templatetags import assets
from sessions_app import wording
from sessions_app.models import Widget
from sessions_app.services import room_hosts

# What an owner may word themselves, by the key of the text that it replaces.
REWORDED: Final = {
    "launcher": "launcher_text",
    "frame_title": "title_text",
    "greeting": "greeting",
    "consent": "consent_text",
    "disclosure": "disclosure_text",
}
_LOADER_TEXTS: Final = ("launcher", "greeting", "close", "frame_title")
_PLACEHOLDER: Final = "__LIVEAVATAR__"


def loader(widget: Widget, accepted: str, frame_url: str) -> str:
    """The loader's script for one widget; `accepted` is the visitor's Accept-Language."""
    language = _language(widget, accepted)
    texts = _texts(widget, language)
    config = {
        "id": str(widget.public_id),
        "frame": frame_url,
        "placement": widget.placement,
        "corner": widget.corner,
        "open": widget.starts_open,
        "theme": widget.theme,
        "shape": widget.shape,
        "accent": widget.accent,
        "accentText": widget.accent_text,
        "language": language,
        "direction": wording.direction(language),
        "texts": {key: texts[key] for key in _LOADER_TEXTS},
    }
    return assets.text("loader.js").replace(_PLACEHOLDER, _script_json(config))


def frame(widget: Widget, accepted: str) -> dict[str, Any]:
    """What the frame's document carries, but for who framed it and its grant."""
    language = _language(widget, accepted)
    return {
        "widgetId": str(widget.public_id),
        "serverTime": int(timezone.now().timestamp() * 1000),
        "apiBase": "/api/embed/v1",
        "roomHost": room_hosts.last(),
        "avatarName": widget.avatar.name,
        "previewUrl": widget.avatar.preview_url,
        "theme": widget.theme,
        "shape": widget.shape,
        "accent": widget.accent,
        "accentText": widget.accent_text,
        "captions": widget.captions,
        "transcript": widget.transcript,
        "pushToTalk": widget.push_to_talk,
        "pushToTalkKey": widget.push_to_talk_key,
        "maxSeconds": widget.max_seconds,
        "placement": widget.placement,
        "isPreview": False,
        "language": language,
        "direction": wording.direction(language),
        "texts": _texts(widget, language),
    }


def _language(widget: Widget, accepted: str) -> str:
    return widget.language or wording.preferred(accepted)


def _texts(widget: Widget, language: str) -> dict[str, str]:
    own = {key: getattr(widget, field) for key, field in REWORDED.items()}
    texts = wording.texts(language) | {key: text for key, text in own.items() if text}
    return {key: text.replace("{avatar}", widget.avatar.name) for key, text in texts.items()}


def _script_json(value: object) -> str:
    """JSON that may stand in a script, also in one within HTML."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def talk_words(widget: Widget, texts: dict[str, str]) -> str:
    """What the push-to-talk button says."""
    base = "press_to_talk" if widget.push_to_talk == Widget.PushToTalk.TOGGLE else "hold_to_talk"
    if not widget.push_to_talk_key:
        return texts[base]
    # A key's code reads "Space", "KeyT" or "Digit1".
    name = re.sub("^(Key|Digit)", "", widget.push_to_talk_key)
    return texts[f"{base}_key"].replace("{key}", name)
