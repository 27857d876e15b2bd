"""Lines and notices of a session, as its page heard and saw them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User, Workspace
from sessions_app.lifecycle import State
from sessions_app.models import AvatarSession, SessionEvent
from sessions_app.services import reports, timeline, transcripts
from sessions_app.services.acceptance import Wish
from sessions_app.services.transcripts import Line
from tests.sessions_app.rows import placed


@pytest.fixture
def live(alice: User, plan: Wish) -> AvatarSession:
    return placed(alice, plan, State.LIVE)


def line(key: str, text: str = "Hello.", *, seconds: float = 0, is_user: bool = False) -> Line:
    return Line(key, is_user, text, timezone.now() + timedelta(seconds=seconds))


def store(session: AvatarSession, *lines: Line) -> int:
    return transcripts.store(session, lines=lines, now=timezone.now())


def texts(session: AvatarSession) -> list[tuple[str, str]]:
    return [(event.kind, event.text) for event in session.events.exclude(page_key=None)]


def test_lines_are_kept_in_the_order_in_which_they_were_said(live: AvatarSession) -> None:
    AvatarSession.objects.update(requested_at=timezone.now() - timedelta(minutes=1))
    live.refresh_from_db()

    stored = store(
        live,
        line("2", "A story, please.", seconds=-20, is_user=True),
        line("3", "Once upon a time…", seconds=-10),
        line("1", "Welcome.", seconds=-30),
    )

    assert stored == 3
    assert texts(live) == [
        ("avatar_line", "Welcome."),
        ("user_line", "A story, please."),
        ("avatar_line", "Once upon a time…"),
    ]


def test_a_batch_sent_twice_is_kept_once_and_both_are_told_so(live: AvatarSession) -> None:
    batch = [line("1"), line("2")]

    assert store(live, *batch) == store(live, *batch) == 2

    assert live.events.count() == 2


def test_the_same_key_in_another_session_is_another_line(
    live: AvatarSession, alice: User, plan: Wish
) -> None:
    other = placed(alice, plan, State.LIVE)

    store(live, line("1", "Here."))
    store(other, line("1", "There."))

    assert texts(live) == [("avatar_line", "Here.")]
    assert texts(other) == [("avatar_line", "There.")]


def test_the_clock_of_a_page_is_believed_within_the_session_alone(live: AvatarSession) -> None:
    store(live, line("past", seconds=-86_400), line("future", seconds=86_400))

    past, future = live.events.all()
    assert past.at == live.requested_at
    assert future.at <= timezone.now() + timedelta(seconds=1)


def test_a_line_is_cut_where_it_is_longer_than_anybody_talks(live: AvatarSession) -> None:
    store(live, line("1", "x" * 5000))

    assert texts(live) == [("avatar_line", "x" * transcripts.LONGEST_LINE)]


def test_a_session_has_room_for_two_lines_a_second_and_no_more(live: AvatarSession) -> None:
    live.max_seconds = 2

    assert store(live, line("1"), line("2"), line("3")) == 3
    assert store(live, line("4"), line("5")) == 1
    assert store(live, line("6")) == 0

    assert live.events.count() == 4


@pytest.mark.parametrize(
    ("event", "field"), [("joined", "joined_at"), ("first_frame", "first_frame_at")]
)
def test_a_step_of_the_page_is_timed_when_it_is_first_told(
    event: str, field: str, live: AvatarSession
) -> None:
    now = timezone.now()
    reports.report(live, event=event, detail="", now=now)
    reports.report(live, event=event, detail="", now=now + timedelta(seconds=5))

    live.refresh_from_db()
    assert getattr(live, field) == now
    assert live.events.count() == 2


@pytest.mark.parametrize("event", reports.EVENTS)
def test_whatever_a_page_notices_reads_as_words_in_the_timeline(
    event: str, live: AvatarSession
) -> None:
    reports.report(live, event=event, detail="Firefox 140", now=timezone.now())

    entry = timeline.of(live)[0]
    assert (entry.label, entry.detail, entry.kind) == (
        reports.EVENTS[event],
        "Firefox 140",
        SessionEvent.Kind.NOTICE,
    )


def test_a_report_wakes_those_who_watch_the_workspace(live: AvatarSession) -> None:
    before = Workspace.objects.get().version

    reports.report(live, event="joined", detail="", now=timezone.now())

    assert Workspace.objects.get().version == before + 1


def test_what_was_said_is_no_part_of_the_timeline(live: AvatarSession) -> None:
    store(live, line("1", "A secret."))

    assert timeline.of(live) == []
