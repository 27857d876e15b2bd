"""The start, step by step: what is timed, what is believed, and how it is shown."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User, Workspace
from sessions_app.api.serializers import StartOutput, TimelineInput
from sessions_app.lifecycle import State
from sessions_app.models import AvatarSession
from sessions_app.services import start_timeline, timeline
from sessions_app.services.acceptance import Wish
from sessions_app.views import start_picture
from tests import build
from tests.sessions_app.rows import placed, time_passes
from tests.sessions_app.trouble import MINT, fault
from tests.simulator.cloud import SimulatedCloud
from tests.work import drain

NOON = datetime.fromisoformat("2026-11-01T12:00:00+00:00")
STEPS = {
    "clicked": -0.05,
    "told": 1.2,
    "joined": 1.5,
    "first_frame": 2.5,
    "first_sound": 2.75,
    "spoke": 20,
    "first_reply": 20.8,
}


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.fixture
def live(alice: User, plan: Wish) -> AvatarSession:
    """Accepted at noon, and started a second later."""
    return placed(
        alice,
        plan,
        State.LIVE,
        requested_at=NOON,
        claimed_at=after(0.01),
        minted_at=after(0.2),
        started_at=after(1.1),
        cloud_ms=1_070,
    )


def tell(session: AvatarSession, *, now: float = 60, **steps: float) -> dict[str, int]:
    """What is known once the page has told of steps, in seconds after noon."""
    session.refresh_from_db()
    told = {name: after(seconds) for name, seconds in steps.items()}
    start_timeline.report(session, steps=told, now=after(now))
    session.refresh_from_db()
    return start_timeline.milliseconds(session)


def test_a_start_is_told_in_milliseconds_since_the_click(live: AvatarSession) -> None:
    assert tell(live, **STEPS) == {
        "clicked": 0,
        "accepted": 50,
        "claimed": 60,
        "minted": 250,
        "started": 1_150,
        "told": 1_250,
        "joined": 1_550,
        "first_frame": 2_550,
        "first_sound": 2_800,
        "spoke": 20_050,
        "first_reply": 20_850,
    }


def test_where_nobody_saw_a_click_it_is_told_since_we_accepted(live: AvatarSession) -> None:
    assert tell(live) == {"accepted": 0, "claimed": 10, "minted": 200, "started": 1_100}


def test_of_each_step_the_first_report_counts(live: AvatarSession) -> None:
    first = tell(live, told=1.2, joined=1.5)

    assert tell(live, told=5, joined=6) == first
    assert tell(live, told=5, joined=6, first_frame=7) == first | {"first_frame": 7_000}


@pytest.mark.parametrize(
    ("told", "believed"),
    [
        ({"clicked": 0.2}, {"clicked": 0}),  # the clocks differ a little
        ({"clicked": 3}, {}),  # a click after what it led to
        ({"clicked": -32}, {}),  # began something else
        ({"told": 0.9}, {"told": 1_100}),
        ({"told": -5}, {}),
        ({"told": 60.5}, {"told": 60_000}),
        ({"told": 3_600}, {}),  # not yet
        ({"joined": 2}, {}),  # without being told
        ({"told": 1.2, "joined": 1.1}, {"told": 1_200, "joined": 1_200}),
        ({"told": 5, "joined": 2}, {"told": 5_000}),
        ({"told": 1.2, "first_frame": 2}, {"told": 1_200}),
        ({"told": 2, "joined": 3, "first_reply": 4}, {"told": 2_000, "joined": 3_000}),
    ],
)
def test_a_page_is_believed_within_bounds_and_in_order(
    told: dict[str, float], believed: dict[str, int], live: AvatarSession
) -> None:
    known = tell(live)

    assert tell(live, **told).items() - known.items() == believed.items()


def test_nothing_is_believed_of_a_session_that_never_started(alice: User, plan: Wish) -> None:
    session = placed(alice, plan, State.REQUESTED, requested_at=NOON)

    assert tell(session, **STEPS) == {"clicked": 0, "accepted": 50}


def test_nor_of_what_came_after_the_end(alice: User, plan: Wish) -> None:
    session = build.past_session(
        alice, plan, requested_at=NOON, started_at=after(1), ended_at=after(10)
    )

    known = tell(session, told=2, joined=3, first_frame=30)

    assert known == {"accepted": 0, "started": 1_000, "told": 2_000, "joined": 3_000}


def test_a_report_wakes_those_who_watch_the_workspace_once(live: AvatarSession) -> None:
    before = Workspace.objects.get().version

    tell(live, told=1.2)
    tell(live, told=1.2)

    assert Workspace.objects.get().version == before + 1


def test_the_clouds_share_is_measured_where_one_attempt_was_enough(
    alice: User, wish: Wish, cloud: SimulatedCloud
) -> None:
    cloud.door("POST", "latency", {"token_ms": 30, "start_ms": 50})
    quick = build.avatar_session(alice, wish)
    drain()
    fault(cloud, MINT, status=503)
    troubled = build.avatar_session(alice, wish)
    drain()
    time_passes(100)
    drain()

    quick.refresh_from_db()
    troubled.refresh_from_db()
    assert quick.cloud_ms is not None
    assert 80 <= quick.cloud_ms <= start_timeline.milliseconds(quick)["started"]
    assert (troubled.started_at is not None, troubled.cloud_ms) == (True, None)


def test_what_the_api_takes_and_gives_has_every_step() -> None:
    assert list(StartOutput().fields) == [step.name for step in start_timeline.STEPS]
    assert tuple(TimelineInput().fields) == start_timeline.FROM_PAGES


def test_a_page_tells_and_reads_it_through_the_api(
    live: AvatarSession, alice: User, client: Client
) -> None:
    client.force_login(alice)
    address = f"/api/sessions/{live.public_id}"
    body = {name: after(seconds).isoformat() for name, seconds in STEPS.items()}

    answer = client.post(f"{address}/timeline", body, content_type="application/json")

    assert answer.status_code == 204
    assert client.get(address).json()["start"]["first_frame"] == 2_550


@pytest.mark.parametrize("body", [{"told": "soon"}, {"told": None}, {"told": 7}, ["told"]])
def test_a_time_that_is_none_is_refused(
    body: Any, live: AvatarSession, alice: User, client: Client
) -> None:
    client.force_login(alice)

    answer = client.post(
        f"/api/sessions/{live.public_id}/timeline", body, content_type="application/json"
    )

    assert answer.status_code == 400


def test_the_picture_shows_each_step_by_whom_it_waited_for(live: AvatarSession) -> None:
    tell(live, **STEPS)

    picture = start_picture.of(live)

    assert picture is not None
    assert [(bar.label, bar.by, bar.took) for bar in picture.bars] == [
        ("Accepted", "us", 50),
        ("Taken by a worker", "us", 10),
        ("Id given", "LiveAvatar", 190),
        ("Started", "LiveAvatar", 900),
        ("Told to the page", "us", 100),
        ("Room joined", "the page", 300),
        ("First picture", "LiveAvatar", 1_000),
    ]
    assert (picture.total, picture.ours, picture.sound, picture.reply) == (2_550, 160, 2_800, 800)
    last = picture.bars[-1]
    assert float(last.left) + float(last.width) == pytest.approx(100, abs=0.02)


def test_a_start_that_has_only_begun_has_no_picture(alice: User, plan: Wish) -> None:
    assert start_picture.of(placed(alice, plan, State.REQUESTED)) is None
    assert start_picture.of(placed(alice, plan, State.WAITING)) is None


def test_the_page_of_the_session_shows_the_picture_and_tells_the_steps(
    live: AvatarSession, alice: User, client: Client
) -> None:
    tell(live, **STEPS)
    client.force_login(alice)

    page = client.get(f"/sessions/{live.public_id}/").content.decode()

    assert "2.55 s from the click to the first picture, 160 ms of it ours" in page
    assert "The first answer began 800 ms after" in page
    labels = [entry.label for entry in timeline.of(live)]
    assert labels == [
        "The page joined the room",
        "The first picture arrived",
        "The first sound arrived",
    ]


def test_a_session_asked_for_by_a_script_shows_what_is_known(
    alice: User, wish: Wish, client: Client
) -> None:
    session = build.avatar_session(alice, wish, now=timezone.now())
    drain()
    client.force_login(alice)

    page = client.get(f"/sessions/{session.public_id}/").content.decode()

    assert "Taken by a worker" in page
    assert "to the first picture" not in page
