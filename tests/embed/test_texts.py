"""What visitors read: every language has every text, none is English by mistake, none is unused."""

import json
import re
from pathlib import Path

import pytest

from sessions_app import wording

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = wording.texts("en")
OTHERS = [code for code in wording.LANGUAGES if code != "en"]
# The same word in both languages.
ALIKE = {("nl", "volume"), ("nl", "transcript"), ("pt", "volume")}


def test_there_is_a_catalogue_for_each_language_and_no_other() -> None:
    found = {path.stem for path in (ROOT / "sessions_app/texts").glob("*.json")}

    assert found == set(wording.LANGUAGES)


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_has_every_text_with_its_places_and_none_in_english(code: str) -> None:
    texts = wording.texts(code)

    assert list(texts) == list(ENGLISH)
    assert {key: places(text) for key, text in texts.items()} == {
        key: places(text) for key, text in ENGLISH.items()
    }
    untranslated = {key for key, text in texts.items() if text == ENGLISH[key] and letters(text)}
    assert {(code, key) for key in untranslated} <= ALIKE
    assert [key for key, text in texts.items() if not text.strip()] == []


def places(text: str) -> set[str]:
    return set(re.findall(r"\{\w+\}", text))


def letters(text: str) -> bool:
    """Whether more than places and units is left to translate."""
    return len(re.sub(r"\{\w+\}|\W", "", text)) > 2


def test_every_text_is_used_somewhere() -> None:
    sources = [
        path.read_text("utf-8")
        for pattern in (
            "static/src/frame/*.ts",
            "templates/embed/*.html",
            "sessions_app/views/*.py",
        )
        for path in ROOT.glob(pattern)
    ]
    used = "\n".join(sources)
    # Keys that are put together: `ended_${reason}`, `microphone_${denial}_help`, `${code}_help`.
    made = re.compile(
        r"^(ended|microphone|(hold|press)_to_talk|no_place|used_up|refused|unavailable|no_picture)"
    )

    unused = [key for key in ENGLISH if key not in used and not made.match(key)]

    assert unused == []


def test_nothing_is_said_that_has_no_text() -> None:
    said = {
        key
        for path in (ROOT / "static/src/frame").glob("*.ts")
        for key in re.findall(r'say\("(\w+)"', path.read_text("utf-8"))
    }

    assert said - set(ENGLISH) == set()


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "en"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("xx,tr;q=0.5", "tr"),
        ("zh-CN", "zh-Hans"),
        ("he-IL", "he"),
        ("en;q=0.1,fr;q=0.9", "fr"),
        ("*", "en"),
        ("x" * 5_000, "en"),
    ],
)
def test_the_browsers_preference_chooses_the_language(header: str, code: str) -> None:
    assert wording.preferred(header) == code


def test_arabic_and_hebrew_run_from_right_to_left() -> None:
    right_to_left = [code for code in wording.LANGUAGES if wording.direction(code) == "rtl"]

    assert right_to_left == ["ar", "he"]


def test_catalogues_are_written_readably() -> None:
    for path in (ROOT / "sessions_app/texts").glob("*.json"):
        text = path.read_text("utf-8")
        assert text.count("\n") >= len(json.loads(text))
