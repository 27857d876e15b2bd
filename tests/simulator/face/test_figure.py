"""What is drawn: a person whose eyes, mouth and head move while the room stays still."""

from io import BytesIO
from itertools import combinations, pairwise

import pytest
from PIL import Image, ImageChops, ImageStat

from simulator.face import MOUTHS, Look, preview_png
from simulator.face.figure import Figure
from simulator.face.look import CAST
from simulator.face.motion import BLINK, BLINKS, POSES, REST, Pose

MOUTH_BOX = (290, 205, 350, 270)
EYES_BOX = (270, 155, 370, 190)
WALL_BOX = (0, 0, 150, 360)


def difference(one: Image.Image, other: Image.Image, box: tuple[int, int, int, int]) -> float:
    """The mean difference of two pictures inside a box, 0 to 255 a channel."""
    apart = ImageChops.difference(one.crop(box), other.crop(box))
    return sum(ImageStat.Stat(apart).mean) / 3


@pytest.fixture(scope="module")
def wayne() -> Figure:
    return Figure(CAST["Wayne"])


@pytest.mark.parametrize("name", CAST)
def test_everybody_has_a_portrait(name: str) -> None:
    png = preview_png(Look.of("any", name))

    with Image.open(BytesIO(png)) as portrait:
        assert (portrait.format, portrait.size, portrait.mode) == ("PNG", (640, 360), "RGB")
    assert len(png) < 120_000


def test_portraits_are_drawn_once() -> None:
    assert preview_png(CAST["Hana"]) is preview_png(CAST["Hana"])


def test_no_two_people_look_alike() -> None:
    people = {name: Figure(look).paint(REST, 0) for name, look in CAST.items()}
    head = (230, 60, 410, 300)

    alike = [
        pair
        for pair in combinations(people, 2)
        if difference(people[pair[0]], people[pair[1]], head) < 12
    ]

    assert alike == []


def test_each_opening_of_the_mouth_looks_different_and_the_wall_stays_as_it_is(
    wayne: Figure,
) -> None:
    pictures = [wayne.paint(REST, mouth) for mouth in range(MOUTHS)]

    steps = list(combinations(pictures, 2))

    assert min(difference(*pair, MOUTH_BOX) for pair in steps) > 3
    assert max(difference(*pair, WALL_BOX) for pair in steps) == 0


def test_the_mouth_opens_wider_with_every_step(wayne: Figure) -> None:
    shut = wayne.paint(REST, 0)

    opened = [difference(shut, wayne.paint(REST, mouth), MOUTH_BOX) for mouth in range(MOUTHS)]

    assert opened == sorted(opened)


def test_eyes_close_in_a_blink(wayne: Figure) -> None:
    shut = BLINKS[0] + BLINK.index(0.0)

    picture = wayne.paint(Pose.at(shut), 0)

    assert difference(picture, wayne.paint(Pose.at(shut - 5), 0), EYES_BOX) > 12


def test_every_pose_differs_from_the_next_and_the_loop_has_no_seam() -> None:
    poses = [Pose.at(index) for index in range(POSES + 1)]
    steps = [abs(b.sway - a.sway) + abs(b.nod - a.nod) for a, b in pairwise(poses)]

    assert Pose.at(POSES) == Pose.at(0)
    assert min(steps) > 0
    assert max(steps) < 0.7


def test_a_breath_never_lifts_the_clothes_off_the_lower_edge(wayne: Figure) -> None:
    chest = (305, 359)
    highest = min(range(POSES), key=lambda index: Pose.at(index).breath)

    at_rest, breathing = (wayne.paint(pose, 0) for pose in (REST, Pose.at(highest)))

    for one, other in zip(at_rest.getpixel(chest), breathing.getpixel(chest), strict=True):
        assert abs(one - other) < 12


def test_frames_show_the_name_and_portraits_do_not(wayne: Figure) -> None:
    plate = (18, 312, 98, 342)

    with_name, without = wayne.paint(REST, 0), wayne.paint(REST, 0, plate=False)

    assert difference(with_name, without, plate) > 40


@pytest.mark.parametrize("name", ["", "Zoë Ångström", "王小明", "W" * 120])
def test_any_name_can_be_shown(name: str) -> None:
    assert Figure(Look.of("any", name)).paint(REST, 0).size == (640, 360)
