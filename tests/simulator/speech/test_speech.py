"""The simulator says words aloud: real samples, one sound per voice, never two at a time."""

import asyncio

import numpy as np
import pytest

from simulator import speech

GREETING = "Hello! It is good to see you."


def say(text: str, voice: str = "alloy") -> speech.Utterance:
    return asyncio.run(speech.say(text, voice))


def test_words_become_about_as_much_sound_as_a_person_needs_for_them() -> None:
    utterance = say(GREETING)

    assert utterance.text == GREETING
    assert utterance.pcm.dtype == np.int16
    assert utterance.pcm.ndim == 1
    assert len(utterance.pcm) == round(utterance.duration_s * 48_000)
    assert 1.0 < utterance.duration_s < 4.0


@pytest.mark.parametrize("voice", speech.VOICES)
def test_every_voice_is_loud_enough_to_hear_and_never_clips(voice: str) -> None:
    utterance = say(GREETING, voice)

    assert -26.0 < speech.dbfs(utterance.pcm) < -15.0
    assert np.count_nonzero(np.abs(utterance.pcm.astype(np.int32)) >= 32_767) == 0


def test_openai_has_thirteen_voices_and_each_sounds_different() -> None:
    utterances = [say(GREETING, voice) for voice in speech.VOICES]

    assert len(utterances) == 13
    assert len({utterance.pcm.tobytes() for utterance in utterances}) == 13


def test_a_voice_nobody_knows_speaks_as_the_default_one() -> None:
    assert say(GREETING, "hal") is say(GREETING, "alloy")


def test_the_same_words_are_spoken_once_and_kept() -> None:
    assert say(GREETING, "coral") is say(GREETING, "coral")


def test_old_sound_is_forgotten_so_that_memory_stays_bounded() -> None:
    first = say("Counting starts here.")
    for number in range(60):
        say(f"Number {number}, and a few more words so that it takes a while to say it.")

    kept = sum(utterance.duration_s for utterance in speech._remembered.values())

    assert kept <= speech.REMEMBERED_SECONDS
    assert say("Counting starts here.") is not first


def test_many_may_ask_at_the_same_time_and_each_gets_its_own_words() -> None:
    async def ask_together() -> list[speech.Utterance]:
        asked = [speech.say(f"Speaker {name}.", name) for name in speech.VOICES]
        return await asyncio.gather(*asked)

    spoken = asyncio.run(ask_together())

    assert [utterance.text for utterance in spoken] == [f"Speaker {v}." for v in speech.VOICES]
    assert all(utterance.duration_s > 0.5 for utterance in spoken)


@pytest.mark.parametrize("text", ["", " ", "\0"])
def test_nothing_to_say_is_no_trouble(text: str) -> None:
    assert say(text).duration_s < 1.0


def test_other_scripts_are_spoken_too() -> None:
    assert say("Grüße, Élodie! 你好").duration_s > 0.5
