"""A stranger's conversation, from the frame's document to the goodbye."""

from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from sessions_app.models import AvatarSession, Meter, Visit, Widget
from sessions_app.services import tallies, visits
from sessions_app.services.sweep import sweep
from tests.embed.visitor import API, Visitor, frame_config
from tests.sessions_app.racing import race
from tests.sessions_app.rows import running
from tests.sessions_app.trouble import MINT, fault
from tests.simulator.cloud import SimulatedCloud
from tests.work import drain, sweep_and_drain

pytestmark = pytest.mark.django_db


def session_of(visitor: Visitor) -> AvatarSession:
    return AvatarSession.objects.get(public_id=visitor.session_id)


def test_a_stranger_on_an_allowed_site_starts_talks_and_leaves(
    visitor: Visitor, cloud: SimulatedCloud
) -> None:
    started = visitor.come_in()
    assert started.status_code == 202
    drain()
    state = visitor.in_session()
    room = visitor.in_session("/room")
    assert state.json()["state"] == "live"
    assert set(room.json()) == {"url", "token"}
    assert room.headers["Cache-Control"] == "no-store"

    assert visitor.in_session("/stop", {}).status_code == 202
    drain()

    after = visitor.in_session().json()
    assert (after["state"], after["end_reason"], after["end_message"]) == ("ended", "person", "")
    assert running(cloud) == []


def test_nobody_is_given_a_cookie(visitor: Visitor) -> None:
    visitor.come_in()
    drain()
    visitor.in_session("/room")
    visitor.in_session("/presence", {})

    assert dict(visitor.http.cookies) == {}


def test_the_frame_carries_no_key_prompt_or_limit(visitor: Visitor, widget: Widget) -> None:
    page = visitor.open_frame().content.decode()

    key = widget.provider_key
    for secret in (str(key.public_id), key.remote_secret_id, key.last4, "daily", "monthly"):
        assert secret not in page


def test_the_session_belongs_to_the_widget_and_says_from_where(visitor: Visitor) -> None:
    visitor.come_in()

    session = session_of(visitor)
    assert (session.requested_by, session.widget) == (None, visitor.widget)
    assert session.origin == visitor.origin
    told = AuditEvent.objects.get(action="avatar_session.requested").details
    assert (told["widget"], told["origin"]) == (visitor.widget.name, visitor.origin)


def test_the_same_start_sent_again_is_the_same_session(visitor: Visitor) -> None:
    first = visitor.come_in().json()
    again = visitor.start().json()

    assert again["id"] == first["id"]
    assert again["resume"] != first["resume"]
    assert AvatarSession.objects.count() == 1


def test_a_reloaded_page_returns_with_another_key(visitor: Visitor) -> None:
    visitor.come_in()
    drain()
    visitor.in_session("/presence", {"gone": True})
    reloaded = Visitor(visitor.widget)

    answer = reloaded.resume(visitor.resume_token)

    assert answer.json()["session"]["state"] == "live"
    assert reloaded.in_session("/room").status_code == 200
    assert visitor.in_session("/room").status_code == 403
    lease = session_of(reloaded).lease_until - timezone.now()
    assert lease > timedelta(seconds=50)


def test_a_resume_token_works_once_and_never_after_the_end(visitor: Visitor) -> None:
    visitor.come_in()
    drain()
    first_token = visitor.resume_token
    reloaded = Visitor(visitor.widget)
    assert reloaded.resume(first_token).status_code == 200

    assert Visitor(visitor.widget).resume(first_token).status_code == 403
    reloaded.in_session("/stop", {})
    drain()
    assert Visitor(visitor.widget).resume(reloaded.resume_token).status_code == 403


def test_a_start_that_waited_for_its_twin_is_the_same_session_though_no_other_may_start(
    visitor: Visitor, widget: Widget, monkeypatch: pytest.MonkeyPatch
) -> None:
    Widget.objects.update(visitor_daily_starts=1)
    visitor.open_frame()
    visitor.ask_for_ticket()
    solution, begin, answers = visitor.solve(), visits._begin, []

    def begin_second(*given: Any) -> visits.Started:
        monkeypatch.undo()
        answers.append(visitor.start(solution))
        return begin(*given)

    monkeypatch.setattr(visits, "_begin", begin_second)
    answers.append(visitor.start(solution))

    assert [answer.status_code for answer in answers] == [202, 202]
    assert {answer.json()["id"] for answer in answers} == {visitor.session_id}
    assert visitor.resume().status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_pages_with_one_resume_token_one_returns(
    visitor: Visitor, widget: Widget, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.come_in()
    pages, new_token = [Visitor(widget) for _ in range(4)], visits._new_token
    all_have_read = Barrier(4, timeout=10)

    def wait_for_the_others() -> str:
        all_have_read.wait()
        return new_token()

    monkeypatch.setattr(visits, "_new_token", wait_for_the_others)

    answers = race(lambda: pages.pop().resume(visitor.resume_token).status_code, runners=4)

    assert sorted(answers) == [200, 403, 403, 403]


def test_a_goodbye_prepared_beforehand_needs_no_headers(visitor: Visitor) -> None:
    visitor.come_in()
    drain()
    path = f"{API}/sessions/{visitor.session_id}/presence"
    a_minute_ago = timezone.now() - timedelta(seconds=60)
    proof = visitor.proof("POST", path, at=a_minute_ago)

    answer = visitor.post(path, {"gone": True, "ticket": visitor.ticket, "proof": proof})

    assert answer.status_code == 200
    left = session_of(visitor).lease_until - timezone.now()
    assert left < timedelta(seconds=16)


def test_a_page_that_went_without_a_word_ends_with_its_lease(
    visitor: Visitor, cloud: SimulatedCloud
) -> None:
    visitor.come_in()
    drain()

    AvatarSession.objects.update(lease_until=timezone.now())
    sweep_and_drain()

    assert visitor.in_session().json()["end_reason"] == "abandoned"
    assert running(cloud) == []


def test_what_was_said_and_thought_is_kept(visitor: Visitor) -> None:
    visitor.come_in()
    drain()
    at = timezone.now().isoformat()
    lines = [{"key": "1", "role": "user", "text": "Do you ship abroad?", "at": at}]

    stored = visitor.in_session("/lines", {"lines": lines}).json()
    judged = visitor.in_session("/feedback", {"rating": "up", "comment": "Quick!"})

    assert (stored, judged.status_code) == ({"stored": 1}, 204)
    visit = Visit.objects.get()
    assert (visit.rating, visit.comment) == ("up", "Quick!")


def test_a_visitors_page_tells_how_its_start_went(visitor: Visitor) -> None:
    visitor.come_in()
    drain()
    now = timezone.now().isoformat()

    answer = visitor.in_session("/timeline", {"told": now, "joined": now})

    assert answer.status_code == 204
    assert {"told", "joined"} <= visitor.in_session().json()["start"].keys()


def test_seconds_and_starts_reach_the_meters_and_the_owner(
    visitor: Visitor, widget: Widget, cloud: SimulatedCloud
) -> None:
    visitor.come_in()
    drain()
    cloud.door("POST", "clock", {"advance_s": 30})
    visitor.in_session("/stop", {})
    drain()

    session = session_of(visitor)
    assert session.billed_seconds is not None
    assert session.billed_seconds >= 30
    held = Meter.objects.exclude(period="")
    assert {meter.held_seconds for meter in held} == {0}
    assert {meter.used_seconds for meter in held} == {session.billed_seconds}
    assert {meter.starts for meter in held} == {1}
    today = tallies.usage(widget, days=1, now=timezone.now())[0]
    assert (today.started, today.seconds, today.refused) == (1, session.billed_seconds, {})


def test_a_start_that_failed_unbilled_does_not_count_against_the_visitor(
    visitor: Visitor, cloud: SimulatedCloud
) -> None:
    fault(cloud, MINT, status=403)
    visitor.come_in()

    drain()

    assert visitor.in_session().json()["state"] == "failed"
    assert set(Meter.objects.exclude(period="").values_list("starts", flat=True)) == {0}


def test_switching_the_widget_off_ends_what_runs(
    visitor: Visitor, widget: Widget, cloud: SimulatedCloud
) -> None:
    visitor.come_in()
    drain()
    Widget.objects.filter(pk=widget.pk).update(is_enabled=False)

    sweep(now=timezone.now())
    drain()

    assert visitor.in_session().json()["end_reason"] == "stopped"
    assert running(cloud) == []


@pytest.mark.parametrize(
    ("widgets_own", "asked", "spoken"), [("", "fr-CA,en;q=0.5", "fr"), ("ar", "fr", "ar")]
)
def test_the_frame_speaks_the_visitors_language_unless_the_owner_fixed_one(
    visitor: Visitor, widgets_own: str, asked: str, spoken: str
) -> None:
    Widget.objects.update(language=widgets_own)

    config: Any = frame_config(visitor.open_frame(**{"accept-language": asked}))

    assert config["language"] == spoken
    assert config["direction"] == ("rtl" if spoken == "ar" else "ltr")
