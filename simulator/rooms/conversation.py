"""The avatar's side of the talk: greets, listens, answers, and tells the room what happens.

It understands nothing. Its answers are made of what it does know: the voice it was given, its
context, how long it listened.
"""

import asyncio
import json
import re
import uuid
from collections.abc import Callable
from typing import Any

from simulator import lifecycle, speech
from simulator.cloud import Cloud
from simulator.openai_door import GOOD_KEY_PREFIX, KEY_WITHOUT_REALTIME_PREFIX
from simulator.records import Line, Session
from simulator.rooms.media import Voice

WORDS_A_CHUNK = 4


class Conversation:
    """One session's talk. `send` gives an event to the room."""

    def __init__(
        self, cloud: Cloud, session: Session, voice: Voice, send: Callable[[bytes], None]
    ) -> None:
        self._cloud = cloud
        self._session = session
        self._voice = voice
        self._send = send
        self._to_say: asyncio.Queue[str] = asyncio.Queue()
        self._listening = True
        self._user_speaks = False
        self._turns = 0
        self._hushes = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._source: str | None = None

    async def run(self) -> None:
        """Talk until cancelled; with a key that OpenAI would refuse, stay silent."""
        if not self._connected():
            if self._cloud.switches.bad_openai_key == "server_error":
                lifecycle.end(self._cloud, self._session, "SERVER_ERROR")
            return
        if self._cloud.switches.greeting:
            self._to_say.put_nowait(self._greeting())
        while True:
            await self._say(await self._to_say.get())

    def user_began(self) -> None:
        """The user has begun to speak: give way, as OpenAI's turn detection does."""
        if not self._listening or not self._connected():
            return
        self._user_speaks = True
        self._emit("user.speak_started")
        self._hush()

    def user_ended(self, seconds: float) -> None:
        """The user has fallen silent after `seconds`: answer."""
        if not self._user_speaks:
            return
        self._user_speaks = False
        self._turns += 1
        self._emit("user.speak_ended")
        heard = f"[{seconds:.1f} seconds of speech]"
        self._emit("user.transcription", text=heard)
        self._session.lines.append(Line("user", heard, self._cloud.clock.now()))
        self._to_say.put_nowait(self._answer(seconds))

    def command(self, payload: bytes) -> None:
        """Obey a command from the room; unknown and malformed ones are dropped silently."""
        try:
            command = json.loads(payload)
            kind = command["event_type"]
        except (ValueError, TypeError, KeyError):
            return
        self._source = command.get("event_id")
        match kind:
            case "avatar.interrupt":
                self._hush()
            case "avatar.start_listening":
                self._listening = True
            case "avatar.stop_listening":
                self._listening = self._user_speaks = False
            case "avatar.speak_text" if self._cloud.switches.speak_text == "spoken":
                self._to_say.put_nowait(str(command.get("text", "")))

    async def finish(self, reason: str) -> None:
        """Fall silent, and tell the room that the session is over and why."""
        self._listening = self._user_speaks = False
        self._hush()
        await self._quiet.wait()
        switches = self._cloud.switches
        names = ["stop_reason", "end_reason"]
        if switches.stopped_fields != "both":
            names = [switches.stopped_fields]
        self._send(self._event(switches.stopped_event, dict.fromkeys(names, reason)))

    async def _say(self, text: str) -> None:
        hushes = self._hushes
        utterance = await speech.say(text, self._session.openai["voice"])
        if hushes != self._hushes or not utterance.pcm.size:
            return
        self._quiet.clear()
        captions = Captions(text, self._caption)
        self._emit("avatar.speak_started")
        await self._voice.say(utterance.pcm, captions.reached)
        self._emit("avatar.transcription", text=captions.said)
        self._session.lines.append(Line("avatar", captions.said, self._cloud.clock.now()))
        self._emit("avatar.speak_ended")
        self._quiet.set()

    def _hush(self) -> None:
        """Drop what is being said, being prepared, and waiting to be said."""
        self._hushes += 1
        while not self._to_say.empty():
            self._to_say.get_nowait()
        self._voice.stop()

    def _caption(self, words: str) -> None:
        self._emit(f"avatar.{self._cloud.switches.chunk_event}", text=words)

    def _connected(self) -> bool:
        secret = self._cloud.secrets.get(self._session.openai["secret_id"])
        key = secret.value if secret else ""
        return key.startswith(GOOD_KEY_PREFIX) and not key.startswith(KEY_WITHOUT_REALTIME_PREFIX)

    def _greeting(self) -> str:
        context = self._cloud.contexts.get(self._session.context_id or "")
        if context and context.opening_text.strip():
            return context.opening_text
        return f"Hello, I am {self._session.avatar.name}. Say something, and I will answer."

    def _answer(self, seconds: float) -> str:
        openai, heard = self._session.openai, self._session.heard
        context = self._cloud.contexts.get(self._session.context_id or "")
        role = f"My context is called {context.name}" if context else "I was given no context"
        answers = (
            f"I listened for {seconds:.1f} seconds. {role}, and my voice is {openai['voice']}.",
            f"That was your turn number {self._turns}, of {seconds:.1f} seconds. "
            f"A real session would now ask {openai['model']}.",
            f"I have heard your voice for {heard.voice_s:.0f} seconds in all. "
            "Interrupt me whenever you like.",
        )
        return answers[(self._turns - 1) % len(answers)]

    def _emit(self, kind: str, **payload: Any) -> None:
        if self._cloud.switches.events:
            self._send(self._event(kind, payload))

    def _event(self, kind: str, payload: dict[str, Any]) -> bytes:
        source, self._source = self._source, None
        event = {
            "event_id": str(uuid.uuid4()),
            "event_type": kind,
            "session_id": self._session.id,
            "source_event_id": source,
        }
        return json.dumps(event | payload).encode()


class Captions:
    """The words of an utterance, given out as the sound reaches them."""

    def __init__(self, text: str, give: Callable[[str], None]) -> None:
        self._chunks = re.findall(rf"(?:\S+\s*){{1,{WORDS_A_CHUNK}}}", text)
        self._length = sum(map(len, self._chunks))
        self._give = give
        self.said = ""

    def reached(self, fraction: float) -> None:
        """Give out every chunk whose first letter lies within this share of the sound."""
        while self._chunks and len(self.said) <= fraction * self._length:
            chunk = self._chunks.pop(0)
            self.said += chunk
            self._give(chunk)
