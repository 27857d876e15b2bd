"""A person in a room, played by the native LiveKit client."""

import asyncio
import json
import math
from types import TracebackType
from typing import Any, Self

import numpy as np
from livekit import rtc

RATE = 48_000
PIECE = RATE // 50


class Guest:
    """Joins a started session's room, watches, listens, and can speak."""

    def __init__(self, session: dict[str, Any], *, single_peer: bool = True) -> None:
        self._url = session["livekit_url"]
        self._token = session["livekit_client_token"]
        self._options = rtc.RoomOptions(single_peer_connection=single_peer)
        self.room = rtc.Room()
        self.events: list[dict[str, Any]] = []
        self.loudest_dbfs = -120.0
        self.disconnected_for: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.reconnected: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._frames: asyncio.Queue[rtc.VideoFrame] = asyncio.Queue(maxsize=50)
        self._changed = asyncio.Condition()
        self._tasks: list[asyncio.Task[None]] = []
        self._microphone: rtc.AudioSource | None = None

    @property
    def identity(self) -> str:
        return str(self.room.local_participant.identity)

    async def __aenter__(self) -> Self:
        self.room.on("track_subscribed", self._on_track)
        self.room.on("data_received", self._on_data)
        self.room.on("disconnected", self._on_disconnected)
        self.room.on("reconnected", lambda: self.reconnected.set_result(None))
        await self.room.connect(self._url, self._token, self._options)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.room.disconnect()

    async def frames(self, count: int) -> list[rtc.VideoFrame]:
        """Wait for that many pictures."""
        return [await self._frames.get() for _ in range(count)]

    async def event(self, kind: str) -> dict[str, Any]:
        """Wait until an event of this kind has come; return the last one."""
        async with self._changed:
            await self._changed.wait_for(lambda: kind in self.kinds())
        return [each for each in self.events if each["event_type"] == kind][-1]

    def kinds(self) -> list[str]:
        """Return the kinds of the events so far, repeated neighbours once."""
        kinds = [each["event_type"] for each in self.events]
        return [kind for kind, before in zip(kinds, [None, *kinds], strict=False) if kind != before]

    async def command(self, kind: str, **payload: Any) -> None:
        """Send a command to the avatar."""
        body = json.dumps({"event_type": kind} | payload)
        await self.room.local_participant.publish_data(body, reliable=True, topic="agent-control")

    async def speak(self, seconds: float, *, silence_after: float = 1.0) -> None:
        """Say a tone for that long into a microphone, then be silent."""
        if self._microphone is None:
            self._microphone = rtc.AudioSource(RATE, 1)
            track = rtc.LocalAudioTrack.create_audio_track("microphone", self._microphone)
            source = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
            await self.room.local_participant.publish_track(track, source)
        for number in range(int((seconds + silence_after) * 50)):
            volume = 8000 if number < seconds * 50 else 0
            moments = np.arange(number * PIECE, (number + 1) * PIECE) / RATE
            tone = (np.sin(moments * math.tau * 220) * volume).astype(np.int16)
            await self._microphone.capture_frame(rtc.AudioFrame(tone.tobytes(), RATE, 1, PIECE))

    def _on_track(self, track: rtc.Track, *_: Any) -> None:
        watch = self._watch if track.kind == rtc.TrackKind.KIND_VIDEO else self._listen
        self._tasks.append(asyncio.create_task(watch(track)))

    async def _watch(self, track: rtc.Track) -> None:
        async for event in rtc.VideoStream(track):
            if self._frames.full():
                self._frames.get_nowait()
            self._frames.put_nowait(event.frame)

    async def _listen(self, track: rtc.Track) -> None:
        async for event in rtc.AudioStream(track):
            samples = np.frombuffer(event.frame.data, np.int16).astype(np.float64)
            level = 10 * math.log10(max(float(np.mean(samples**2)), 1e-3) / 32768**2)
            self.loudest_dbfs = max(self.loudest_dbfs, level)

    def _on_data(self, packet: rtc.DataPacket) -> None:
        assert packet.topic == "agent-response"
        self.events.append(json.loads(packet.data))
        self._tasks.append(asyncio.create_task(self._tell()))

    def _on_disconnected(self, reason: int) -> None:
        if not self.disconnected_for.done():
            self.disconnected_for.set_result(reason)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()
