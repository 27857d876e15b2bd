"""The avatar's mouth follows its own sound."""

import asyncio

import numpy as np

from simulator import face
from simulator.rooms.media import PIECE, SILENCE, FaceTrack, Voice, VoiceTrack

TONE = (np.sin(np.arange(PIECE * 10) / 20) * 12_000).astype(np.int16)


def test_the_mouth_opens_with_the_voice_and_shuts_after_it() -> None:
    async def story() -> None:
        changes: list[bool] = []
        voice = Voice(changes.append)
        frames = await face.encoded(face.Look.of("a", "Wayne"))
        picture = FaceTrack(frames, voice, "TR_video", stride=lambda: 1)
        shut = bytes(await picture.recv())

        speech = asyncio.create_task(voice.say(TONE, lambda fraction: None))
        await asyncio.sleep(0)
        mouths = []
        while (piece := voice.next_piece()) is not None:
            assert len(piece) == PIECE
            mouths.append(voice.mouth)
        for _ in range(20):
            voice.next_piece()

        assert await speech is True
        assert len(mouths) == 10
        assert max(mouths) >= face.MOUTHS - 2
        assert voice.mouth == 0
        assert changes == [True, False]
        assert shut

    asyncio.run(story())


def test_a_voice_that_is_stopped_says_how_far_it_came() -> None:
    async def story() -> None:
        told: list[float] = []
        voice = Voice(lambda speaking: None)
        speech = asyncio.create_task(voice.say(TONE, told.append))
        await asyncio.sleep(0)
        voice.next_piece()
        voice.next_piece()
        voice.stop()

        assert await speech is False
        assert told == [0.0, 0.1]
        assert voice.next_piece() is None

    asyncio.run(story())


def test_sound_and_silence_share_one_timeline() -> None:
    async def story() -> None:
        voice = Voice(lambda speaking: None)
        track = VoiceTrack(voice, "TR_audio")
        before = await track.recv()
        speech = asyncio.create_task(voice.say(TONE, lambda fraction: None))
        spoken = [await track.recv() for _ in range(10)]
        after = await track.recv()

        assert await speech is True
        assert [bytes(before), bytes(after)] == [SILENCE, SILENCE]
        assert all(len(bytes(packet)) > 20 for packet in spoken)
        moments = [packet.pts for packet in (before, *spoken, after)]
        assert moments == [number * PIECE for number in range(12)]

    asyncio.run(story())
