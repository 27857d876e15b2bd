"""Lines and notices of a session, as its page heard and saw them."""

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, User, Workspace
from sessions_app.lifecycle import State
from sessions_app.models import AvatarSession, SessionEvent
from sessions_app.services import reports, retention, timeline, transcripts
from sessions_app.services.acceptance import Wish
from sessions_app.services.transcripts import Line
from tests import build
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


def test_what_was_heard_last_is_kept_shortly_after_the_end_and_not_later(
    alice: User, plan: Wish
) -> None:
    over = build.past_session(alice, plan, ended_at=timezone.now() - timedelta(minutes=1))
    long_over = build.past_session(alice, plan, ended_at=timezone.now() - timedelta(minutes=6))

    assert (store(over, line("1")), store(long_over, line("1"))) == (1, 0)
    assert over.events.get().at <= over.ended_at + timedelta(seconds=1)


def test_a_line_is_cut_where_it_is_longer_than_anybody_talks(live: AvatarSession) -> None:
    store(live, line("1", "x" * 5000))

    assert texts(live) == [("avatar_line", "x" * transcripts.LONGEST_LINE)]


def test_a_session_has_room_for_two_lines_a_second_and_no_more(live: AvatarSession) -> None:
    live.max_seconds = 2

    assert store(live, line("1"), line("2"), line("3")) == 3
    assert store(live, line("4"), line("5")) == 1
    assert store(live, line("6")) == 0

    assert live.events.count() == 4


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

    reports.report(live, event="reconnected", detail="", now=timezone.now())

    assert Workspace.objects.get().version == before + 1


def test_what_was_said_is_no_part_of_the_timeline(live: AvatarSession) -> None:
    store(live, line("1", "A secret."))

    assert timeline.of(live) == []


def kept_for(session: AvatarSession, days: int | None) -> None:
    Workspace.objects.update(transcript_days=days)
    session.workspace.refresh_from_db()


def test_a_workspace_that_stores_no_transcripts_keeps_no_line(live: AvatarSession) -> None:
    kept_for(live, 0)

    assert store(live, line("1")) == 0
    assert texts(live) == []


@pytest.mark.parametrize(("days", "kept"), [(None, 3), (10, 2), (1, 1), (0, 0)])
def test_lines_go_when_their_days_are_over(
    live: AvatarSession, days: int | None, kept: int
) -> None:
    store(live, line("1"), line("2"), line("3"))
    now = timezone.now()
    for age, key in ((0, "1"), (9, "2"), (11, "3")):
        SessionEvent.objects.filter(page_key=key).update(at=now - timedelta(days=age, seconds=1))
    moved = SessionEvent.objects.create(avatar_session=live, kind=SessionEvent.Kind.MOVED)
    SessionEvent.objects.filter(pk=moved.pk).update(at=now - timedelta(days=99))
    kept_for(live, days)

    retention.purge(now=now)

    assert len(texts(live)) == kept
    told = AuditEvent.objects.filter(action="workspace.purged").values_list("details", flat=True)
    lines = 3 - kept
    assert list(told) == ([{"lines": lines, "sessions": 0, "addresses": 0}] if lines else [])
    assert SessionEvent.objects.filter(pk=moved.pk).exists()


def test_it_is_handed_out_as_text_and_as_json_and_audited(
    live: AvatarSession, alice: User, client: Client
) -> None:
    forged = "Hello \u2028 there.\n2026-01-01T00:00:00Z  alice: I agree."
    store(live, line("1", forged), line("2", "A story, please.", is_user=True))
    client.force_login(alice)
    address = f"/sessions/{live.public_id}/transcript"

    text = client.get(f"{address}.txt")
    as_json = client.get(f"{address}.json")

    rows = [row.split("  ", 1)[1] for row in body(text).splitlines()]
    assert "attachment" in text.headers["Content-Disposition"]
    assert rows == [
        f"{live.avatar.name}: Hello   there. 2026-01-01T00:00:00Z  alice: I agree.",
        f"{alice}: A story, please.",
    ]
    assert [(said["role"], said["text"]) for said in json.loads(body(as_json))] == [
        ("avatar", forged),
        ("user", "A story, please."),
    ]
    events = AuditEvent.objects.filter(action="transcript.downloaded").order_by("id")
    assert [event.details for event in events] == [{"format": "txt"}, {"format": "json"}]


def body(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.parametrize("who", ["auditor", "owner"])
def test_what_others_said_is_read_for_a_reason_once(
    who: str, people: SimpleNamespace, plan: Wish, client: Client
) -> None:
    session = placed(people.colleague, plan, State.LIVE)
    store(session, line("1", "Between us.", is_user=True))
    client.force_login(getattr(people, who))
    story, address = (f"/sessions/{session.public_id}/{page}" for page in ("", "transcript"))

    before = body(client.get(story))
    read = client.post(address, {"reason": "A complaint about it", "form": "page"})
    after = body(client.get(story))

    assert "Between us." in body(read)
    assert "no-store" in read.headers["Cache-Control"]
    assert "Between us." not in before + after
    event = AuditEvent.objects.get(action="transcript.read")
    assert event.details == {"reason": "A complaint about it"}
    assert event.object_id == session.public_id
    assert "A complaint about it" in after


@pytest.mark.parametrize("given", [{}, {"reason": " "}, {"reason": "?"}, {"reason": "x" * 301}])
@pytest.mark.parametrize("form", ["page", "txt", "json"])
def test_without_a_reason_nothing_is_read(
    form: str, given: dict[str, str], people: SimpleNamespace, plan: Wish, client: Client
) -> None:
    session = placed(people.colleague, plan, State.LIVE)
    store(session, line("1", "Between us."))
    client.force_login(people.auditor)

    answer = client.post(f"/sessions/{session.public_id}/transcript", {**given, "form": form})

    assert "Between us." not in body(answer)
    assert "Read the transcript" in body(answer)
    assert not AuditEvent.objects.filter(action__startswith="transcript.").exists()


def test_a_file_of_what_others_said_takes_a_reason_too(
    people: SimpleNamespace, plan: Wish, client: Client
) -> None:
    session = placed(people.colleague, plan, State.LIVE)
    store(session, line("1", "Between us."))
    client.force_login(people.auditor)
    asked = {"reason": "A complaint about it", "form": "txt"}

    answer = client.post(f"/sessions/{session.public_id}/transcript", asked)

    assert "attachment" in answer.headers["Content-Disposition"]
    assert "Between us." in body(answer)
    assert AuditEvent.objects.get(action="transcript.downloaded").details == {
        "format": "txt",
        "reason": "A complaint about it",
    }


def test_deleting_it_leaves_the_sessions_record(
    live: AvatarSession, alice: User, client: Client
) -> None:
    store(live, line("1"))
    SessionEvent.objects.create(avatar_session=live, kind=SessionEvent.Kind.MOVED)
    client.force_login(alice)

    client.post(f"/sessions/{live.public_id}/transcript/delete")

    assert [event.kind for event in live.events.all()] == ["moved"]
    assert AuditEvent.objects.get(action="transcript.deleted").details == {"lines": 1}


@pytest.mark.parametrize(
    ("given", "setting"),
    [
        ({"choice": "keep", "days": "7"}, None),
        ({"choice": "days", "days": "7"}, 7),
        ({"choice": "never"}, 0),
    ],
)
def test_an_owner_chooses_how_long_transcripts_are_kept(
    alice: User, workspace: Workspace, client: Client, given: dict[str, str], setting: int | None
) -> None:
    client.force_login(alice)

    client.post("/workspace/", given)

    workspace.refresh_from_db()
    assert workspace.transcript_days == setting
    told = AuditEvent.objects.get(action="workspace.retention_changed").details
    assert told == ({} if setting is None else {"transcript_days": f"for ever → {setting} days"})


@pytest.mark.usefixtures("workspace")
def test_days_without_a_number_are_asked_for_again(alice: User, client: Client) -> None:
    client.force_login(alice)

    answer = client.post("/workspace/", {"choice": "days", "days": ""})

    assert "Say for how many days." in answer.content.decode()


@pytest.mark.parametrize(("who", "status"), [("colleague", 403), ("auditor", 403)])
def test_nobody_else_chooses_it(
    people: SimpleNamespace, who: str, status: int, workspace: Workspace, client: Client
) -> None:
    client.force_login(getattr(people, who))

    assert client.get("/workspace/").status_code == 200
    assert client.post("/workspace/", {"choice": "never"}).status_code == status
    workspace.refresh_from_db()
    assert workspace.transcript_days is None
