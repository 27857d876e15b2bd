"""What visitors read, in their language: flat catalogues in `texts/`, English the source."""

import json
from functools import cache
from pathlib import Path
from typing import Final

from django.utils.translation.trans_real import parse_accept_lang_header

_FOLDER: Final = Path(__file__).with_name("texts")
SOURCE: Final = "en"

LANGUAGES: Final = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "pt": "Português",
    "it": "Italiano",
    "nl": "Nederlands",
    "pl": "Polski",
    "tr": "Türkçe",
    "ja": "日本語",
    "ko": "한국어",
    "zh-Hans": "简体中文",
    "ar": "العربية",
    "he": "עברית",
}
_RIGHT_TO_LEFT: Final = {"ar", "he"}
_BY_TAG: Final = {code.lower(): code for code in LANGUAGES} | {"zh": "zh-Hans", "iw": "he"}


@cache
def texts(language: str) -> dict[str, str]:
    """Every text of a language, by key."""
    found: dict[str, str] = json.loads((_FOLDER / f"{language}.json").read_text("utf-8"))
    return found


def direction(language: str) -> str:
    """`ltr` or `rtl`, as the `dir` attribute takes it."""
    return "rtl" if language in _RIGHT_TO_LEFT else "ltr"


def preferred(accept_language: str) -> str:
    """The best of our languages for an Accept-Language header (RFC 9110, 12.5.4)."""
    for tag, _ in parse_accept_lang_header(accept_language[:200]):
        for wanted in (tag, tag.partition("-")[0]):
            if wanted in _BY_TAG:
                return _BY_TAG[wanted]
    return SOURCE
