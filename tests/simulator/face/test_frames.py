"""Video of a face: VP8 key frames that may follow one another in any order."""

import asyncio
import itertools

import av
import pytest
from PIL import Image

from simulator import face
from simulator.face import frames
from simulator.face.look import CAST
from tests.simulator.face.test_figure import MOUTH_BOX, difference


def encoded(name: str) -> face.EncodedFace:
    return asyncio.run(face.encoded(CAST[name]))


def painted(video: face.EncodedFace, index: int, mouth: int) -> bytes:
    """The exact frame: asked for, and waited for as nobody in a room does."""
    video.packet(index, mouth)
    # One thread paints in the order asked, so what follows ends after it.
    frames._painter.submit(lambda: None).result(timeout=20)
    return video.packet(index, mouth)


def decode(*packets: bytes) -> list[Image.Image]:
    decoder = av.CodecContext.create("vp8", "r")
    return [
        picture.to_image() for packet in packets for picture in decoder.decode(av.Packet(packet))
    ]


def is_key_frame(packet: bytes) -> bool:
    """RFC 6386, section 9.1: the first bit is 0, and a start code follows the frame tag."""
    return packet[0] & 1 == 0 and packet[3:6] == b"\x9d\x01\x2a"


def test_every_frame_is_a_key_frame_of_the_right_size() -> None:
    video = encoded("Wayne")

    packets = [painted(video, index, index % face.MOUTHS) for index in range(12)]

    assert all(is_key_frame(packet) for packet in packets)
    assert [picture.size for picture in decode(*packets)] == [(640, 360)] * 12


def test_a_frame_can_follow_any_other() -> None:
    video = encoded("Wayne")
    first, second, third = (
        painted(video, index, mouth) for index, mouth in ((0, 0), (9, 4), (5, 2))
    )

    alone = decode(third)[0]
    after_others = decode(first, second, third)[-1]

    assert alone.tobytes() == after_others.tobytes()


def test_successive_frames_differ_even_when_nothing_is_said() -> None:
    video = encoded("Wayne")

    packets = [painted(video, index, 0) for index in range(10)]

    assert all(one != following for one, following in itertools.pairwise(packets))


def test_the_mouth_moves_in_the_decoded_picture() -> None:
    video = encoded("Wayne")

    shut, wide = decode(painted(video, 0, 0), painted(video, 0, face.MOUTHS - 1))

    assert difference(shut, wide, MOUTH_BOX) > 10


@pytest.mark.parametrize("name", CAST)
def test_frames_are_small_enough_to_send_and_to_keep(name: str) -> None:
    video = encoded(name)

    sizes = [len(painted(video, index * 31, index)) for index in range(face.MOUTHS)]

    assert max(sizes) < 8_500
    assert sum(sizes) / len(sizes) * video.poses * video.mouths < 5_000_000


def test_a_frame_that_is_not_ready_is_replaced_by_the_nearest_one_at_once() -> None:
    video = encoded("Elias")
    near = painted(video, 60, 3)

    shown = video.packet(61, 3)
    afterwards = painted(video, 61, 3)

    assert shown == near
    assert afterwards != near


def test_the_index_may_grow_for_ever_and_a_mouth_beyond_the_last_is_the_last() -> None:
    video = encoded("Elias")

    assert painted(video, 10 * video.poses + 7, 0) == painted(video, 7, 0)
    assert painted(video, 3, 99) == painted(video, 3, face.MOUTHS - 1)


def test_a_frame_is_painted_once_and_shared() -> None:
    video = encoded("Elias")

    assert painted(video, 8, 1) is painted(video, 8, 1)
    assert encoded("Elias") is video
