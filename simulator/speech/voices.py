"""The thirteen OpenAI Realtime voice names, each mapped to an eSpeak NG voice of its own.

The names are those of https://platform.openai.com/docs/guides/text-to-speech; how each one
sounds here is ours: nobody should mistake the simulator for the real voice, but two voices
should never sound the same.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Voice:
    """How eSpeak NG is set before it speaks.

    `espeak` is a language and a speaker variant; `rate` is in words a minute; `pitch` and
    `liveliness` (the range of the pitch) run from 0 to 100, where 50 is the variant's own.
    """

    espeak: str
    rate: int = 165
    pitch: int = 50
    liveliness: int = 50


VOICES = {
    "alloy": Voice("en-us+f3", rate=165, pitch=42),
    "ash": Voice("en-us+m3", rate=160, pitch=44),
    "ballad": Voice("en-gb-x-rp+m7", rate=150, pitch=56, liveliness=64),
    "coral": Voice("en-us+f2", rate=172, pitch=52, liveliness=60),
    "echo": Voice("en-us+m1", rate=165, pitch=52),
    "fable": Voice("en+travis", rate=162, pitch=58, liveliness=66),
    "onyx": Voice("en-us+m7", rate=150, pitch=26, liveliness=40),
    "nova": Voice("en-us+Annie", rate=178, pitch=52, liveliness=60),
    "shimmer": Voice("en-us+f5", rate=158, pitch=50, liveliness=46),
    "sage": Voice("en+f1", rate=150, pitch=40, liveliness=44),
    "verse": Voice("en-gb-scotland+m3", rate=168, pitch=56, liveliness=62),
    "marin": Voice("en+f3", rate=168, pitch=52, liveliness=56),
    "cedar": Voice("en-us+adam", rate=156, pitch=44, liveliness=48),
}
DEFAULT = "alloy"
