"""Going on in a new session: asked for once, started beside the old one, and told what was said."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, User
from sessions_app.lifecycle import EndReason, State
from sessions_app.models import AvatarSession, Context, SessionEvent
from sessions_app.services import (
    avatar_sessions,
    context_checks,
    leases,
    mirroring,
    one_offs,
    removals,
    starting,
    takeovers,
)
from sessions_app.services.acceptance import Wish
from sessions_app.services.limits import QuotaReached
from sessions_app.services.sweep import sweep
from sessions_app.services.takeovers import NotContinuable
from tests import build
from tests.sessions_app.racing import race
from tests.sessions_app.rows import (
    assert_books_balance,
    assert_meters_balance,
    placed,
    running,
    time_passes,
)
from tests.sessions_app.trouble import fault, lift, settle
from tests.simulator.cloud import SimulatedCloud
from tests.work import drain, one_round, sweep_and_drain

CREATE = "POST /v1/contexts"


class Killed(BaseException):
    """The worker dies here, and writes nothing more."""


@pytest.fixture
def guided(cloud: SimulatedCloud, alice: User, wish: Wish) -> Wish:
    """The wish, with a context that the cloud holds."""
    context = build.context(
        wish.provider_key.workspace, alice, name="Guide", prompt="You are a guide."
    )
    drain()
    context.refresh_from_db()
    return replace(wish, context=context)


def in_last_minute(by: User, wish: Wish) -> AvatarSession:
    session = build.avatar_session(by, wish)
    drain()
    AvatarSession.objects.filter(pk=session.pk).update(
        limit_at=timezone.now() + timedelta(seconds=55)
    )
    return AvatarSession.objects.select_related("workspace", "context").get(pk=session.pk)


def say(session: AvatarSession, *lines: str) -> None:
    """The person and the avatar by turns."""
    now = timezone.now()
    for number, text in enumerate(lines):
        SessionEvent.objects.create(
            avatar_session=session,
            at=now + timedelta(milliseconds=number),
            kind=[SessionEvent.Kind.USER_LINE, SessionEvent.Kind.AVATAR_LINE][number % 2],
            text=text,
            page_key=str(number),
        )


def go_on(session: AvatarSession, by: User) -> AvatarSession:
    return takeovers.request(session, caller=build.caller(by), now=timezone.now())


def end(session: AvatarSession, by: User) -> None:
    session.refresh_from_db()
    avatar_sessions.stop_by(session, caller=build.caller(by), now=timezone.now())
    drain()


def remote_prompts(cloud: SimulatedCloud) -> list[str]:
    return [each["prompt"] for each in cloud.state()["contexts"]]


def told_context(cloud: SimulatedCloud, session: AvatarSession) -> Any:
    """The id of the context that the session runs with in the cloud."""
    return cloud.session_state(session.remote_id)["openai_realtime_config"]["context_id"]


def one_off() -> Context:
    return Context.objects.get(is_one_off=True)


def assert_nothing_is_left(cloud: SimulatedCloud) -> None:
    assert remote_prompts(cloud) == ["You are a guide."]
    for context in Context.objects.filter(is_one_off=True):
        assert (context.prompt, context.state) == ("", "deleted")


def test_a_successor_with_the_same_settings_starts_beside_the_one_it_follows(
    cloud: SimulatedCloud, alice: User, guided: Wish
) -> None:
    before = in_last_minute(alice, guided)

    after = go_on(before, alice)
    drain()

    after.refresh_from_db()
    assert (after.state, after.predecessor) == (State.LIVE, before)
    assert avatar_sessions.wish_of(after) == avatar_sessions.wish_of(before)
    assert len(running(cloud)) == 2
    assert_meters_balance()


def test_asked_for_again_it_is_the_same_successor(
    cloud: SimulatedCloud, alice: User, guided: Wish
) -> None:
    before = in_last_minute(alice, guided)

    assert go_on(before, alice) == go_on(before, alice)
    assert AvatarSession.objects.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("places", [2, 1])
def test_of_two_who_ask_at_once_both_get_the_same_successor(
    places: int, cloud: SimulatedCloud, alice: User, guided: Wish
) -> None:
    before = in_last_minute(alice, guided)
    say(before, "Hello")
    before.workspace.max_concurrent_sessions = places
    before.workspace.save()

    asked = race(lambda: go_on(before, alice).pk, runners=4)

    assert len(set(asked)) == 1
    assert AvatarSession.objects.filter(predecessor=before).count() == 1
    assert Context.objects.filter(is_one_off=True).count() == 1
    assert_meters_balance()


@pytest.mark.django_db(transaction=True)
def test_whoever_asks_a_moment_later_hears_of_no_budget_that_the_successor_took(
    cloud: SimulatedCloud, alice: User, guided: Wish
) -> None:
    before = in_last_minute(alice, guided)
    before.workspace.monthly_minutes = 4
    before.workspace.save()

    asked = race(lambda: go_on(before, alice).pk, runners=4)

    assert len(set(asked)) == 1
    assert not AuditEvent.objects.filter(refused=True).exists()


def test_where_no_second_place_is_free_it_waits_until_the_first_has_ended(
    cloud: SimulatedCloud, alice: User, guided: Wish
) -> None:
    before = in_last_minute(alice, guided)
    say(before, "Hello", "Good day")
    before.workspace.max_concurrent_sessions = 1
    before.workspace.save()

    after = go_on(before, alice)
    drain()
    after.refresh_from_db()
    assert (after.state, after.place) == (State.WAITING, 1)

    AvatarSession.objects.filter(pk=before.pk).update(limit_at=timezone.now())
    sweep_and_drain()

    after.refresh_from_db()
    assert after.state == State.LIVE
    assert running(cloud) == [after.remote_id]
    assert told_context(cloud, after) == one_off().remote_context_id
    assert_books_balance(cloud)


def test_the_one_it_follows_ends_as_continued_and_gives_back_what_it_held(
    cloud: SimulatedCloud, alice: User, guided: Wish
) -> None:
    before = in_last_minute(alice, guided)
    after = go_on(before, alice)
    drain()

    takeovers.finish(before, caller=build.caller(alice), now=timezone.now())
    drain()

    before.refresh_from_db()
    after.refresh_from_db()
    assert (before.state, before.end_reason) == (State.ENDED, EndReason.CONTINUED)
    assert running(cloud) == [after.remote_id]
    assert_books_balance(cloud)


def test_whoever_is_there_waits_for_the_successor_too(alice: User, plan: Wish) -> None:
    soon, now = timezone.now() + timedelta(seconds=3), timezone.now()
    before = placed(alice, plan, State.LIVE, lease_until=soon)
    after = placed(alice, plan, State.WAITING, lease_until=soon, predecessor=before)
    other = placed(alice, plan, State.LIVE, lease_until=soon)

    leases.renew(before, now=now)

    for session, renewed in ((before, True), (after, True), (other, False)):
        session.refresh_from_db()
        assert (session.lease_until > soon) is renewed


def test_whoever_says_goodbye_waits_for_no_successor_either(alice: User, plan: Wish) -> None:
    now, page = timezone.now(), uuid4()
    before = placed(alice, plan, State.LIVE, lease_until=now + timedelta(seconds=60))
    after = placed(alice, plan, State.WAITING, lease_until=before.lease_until, predecessor=before)

    leases.cut_short(before, page=page, now=now)
    leases.renew(before, page=page, now=now)

    for session in (before, after):
        session.refresh_from_db()
        assert session.lease_until == now + timedelta(seconds=15)


def test_without_a_successor_it_is_the_person_who_ended_it(alice: User, plan: Wish) -> None:
    session = placed(alice, plan, State.LIVE)

    takeovers.finish(session, caller=build.caller(alice), now=timezone.now())

    session.refresh_from_db()
    assert session.end_reason == EndReason.PERSON


@pytest.mark.parametrize(
    ("state", "since", "may"),
    [
        (State.LIVE, {"limit_at": timedelta(seconds=55)}, True),
        (State.LIVE, {"limit_at": timedelta(seconds=90)}, False),
        (
            State.LIVE,
            {"limit_at": timedelta(seconds=55), "extend_until": timedelta(minutes=9)},
            False,
        ),
        (State.REQUESTED, {}, False),
        (State.STOPPING, {"end_reason": "limit"}, True),
        (State.STOPPING, {"end_reason": "person"}, False),
        (State.ENDED, {"end_reason": "limit", "ended_at": timedelta(minutes=-4)}, True),
        (State.ENDED, {"end_reason": "cloud", "ended_at": timedelta(minutes=-4)}, True),
        (State.ENDED, {"end_reason": "limit", "ended_at": timedelta(minutes=-6)}, False),
        (State.ENDED, {"end_reason": "person", "ended_at": timedelta(minutes=-1)}, False),
    ],
)
def test_only_one_that_can_last_no_longer_is_followed(
    state: State, since: dict[str, Any], may: bool, alice: User, plan: Wish
) -> None:
    now = timezone.now()
    fields = {
        name: now + value if isinstance(value, timedelta) else value
        for name, value in since.items()
    }
    session = placed(alice, plan, state, **fields)

    assert takeovers.may_follow(session, now=now) is may
    if not may:
        with pytest.raises(NotContinuable):
            go_on(session, alice)
        assert AvatarSession.objects.count() == 1


def test_a_visitor_is_not_followed(alice: User, plan: Wish) -> None:
    now = timezone.now()
    session = placed(alice, plan, State.LIVE, limit_at=now + timedelta(seconds=30))
    AvatarSession.objects.update(requested_by=None, widget=build.widget(alice, plan))
    session.refresh_from_db()

    assert not takeovers.may_follow(session, now=now)


def test_a_month_with_too_little_left_is_told_in_words_and_leaves_nothing(
    cloud: SimulatedCloud, alice: User, guided: Wish
) -> None:
    before = in_last_minute(alice, guided)
    say(before, "Hello")
    before.workspace.monthly_minutes = 3
    before.workspace.save()

    with pytest.raises(QuotaReached, match="This month has 1 of 3 minutes left"):
        go_on(before, alice)

    assert AvatarSession.objects.count() == 1
    assert not Context.objects.filter(is_one_off=True).exists()
    assert AuditEvent.objects.get(refused=True).action == "avatar_session.start_refused"
    assert_meters_balance()


def test_the_last_lines_go_along_and_leave_nothing_behind(
    cloud: SimulatedCloud, alice: User, guided: Wish
) -> None:
    before = in_last_minute(alice, guided)
    say(before, "Where does the\nswordfish sleep?", "In the great hall.")

    after = go_on(before, alice)
    drain()

    after.refresh_from_db()
    told = remote_prompts(cloud)[-1]
    assert told.startswith("You are a guide.\n\n")
    assert told.endswith("\nPerson: Where does the swordfish sleep?\nYou: In the great hall.")
    assert told_context(cloud, after) == one_off().remote_context_id
    end(after, alice)
    assert_nothing_is_left(cloud)
    assert "swordfish" not in str(list(AuditEvent.objects.values()))
    assert not SessionEvent.objects.filter(avatar_session=after, text__contains="sword").exists()


def test_only_as_many_lines_go_along_as_a_prompt_has_room_for(
    cloud: SimulatedCloud, alice: User, guided: Wish
) -> None:
    before = in_last_minute(alice, guided)
    say(before, *[f"{number} " + "word " * 300 for number in range(10)])

    go_on(before, alice)

    said = one_off().prompt.rpartition("\n\n")[2].splitlines()[1:]
    assert [line.split()[1] for line in said] == ["7", "8", "9"]
    assert len("\n".join(said)) <= one_offs.MOST_CHARACTERS


@pytest.mark.parametrize("kept", [None, 0])
def test_where_nothing_was_said_or_may_be_kept_the_context_is_the_same(
    kept: int | None, cloud: SimulatedCloud, alice: User, guided: Wish
) -> None:
    before = in_last_minute(alice, guided)
    if kept == 0:
        say(before, "Hello")
        before.workspace.transcript_days = 0
        before.workspace.save()

    after = go_on(before, alice)

    assert after.context == guided.context
    assert Context.objects.count() == 1


def test_it_starts_as_soon_as_the_cloud_holds_what_was_said_and_not_before(
    cloud: SimulatedCloud, alice: User, guided: Wish
) -> None:
    before = in_last_minute(alice, guided)
    say(before, "Hello")

    after = go_on(before, alice)
    starting.start(pk=after.pk)
    after.refresh_from_db()
    assert after.state == State.REQUESTED
    assert after.due_at is not None
    assert after.due_at > timezone.now()

    mirroring.mirror(pk=one_off().pk)
    starting.start(pk=after.pk)

    after.refresh_from_db()
    assert (after.state, after.context) == (State.LIVE, one_off())


@pytest.mark.parametrize(
    ("script", "passes"), [({"status": 500}, True), ({"status": 422}, False)], ids=["late", "never"]
)
def test_where_it_does_not_reach_the_cloud_in_time_it_starts_without(
    script: dict[str, Any], passes: bool, cloud: SimulatedCloud, alice: User, guided: Wish
) -> None:
    fault(cloud, CREATE, times=None, **script)
    before = in_last_minute(alice, guided)
    say(before, "Hello")

    after = go_on(before, alice)
    mirroring.mirror(pk=one_off().pk)
    if passes:
        time_passes(11)
    starting.start(pk=after.pk)

    after.refresh_from_db()
    assert (after.state, after.context, after.context_number) == (State.LIVE, guided.context, 1)
    assert after.events.filter(cause="left_behind").count() == 1
    lift(cloud)
    settle()
    assert_nothing_is_left(cloud)


@pytest.mark.parametrize("at", ["_push", "_record_pushed", "_wake", "_delete", "_record"])
def test_a_worker_killed_at_it_leaves_nothing_behind(
    at: str,
    cloud: SimulatedCloud,
    alice: User,
    guided: Wish,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = in_last_minute(alice, guided)
    say(before, "Hello")
    after = go_on(before, alice)
    whole = getattr(mirroring, at)

    def dies(*args: Any, **given: Any) -> Any:
        if at != "_record":
            whole(*args, **given)
        raise Killed

    def killed_while(act: Callable[[], object]) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(mirroring, at, dies)
            try:
                act()
            except Killed:
                time_passes(one_offs.MIRRORED_WITHIN.seconds + 60)

    killed_while(lambda: mirroring.mirror(pk=one_off().pk))
    sweep_and_drain()
    after.refresh_from_db()
    assert after.state == State.LIVE
    avatar_sessions.stop_by(after, caller=build.caller(alice), now=timezone.now())
    killed_while(lambda: [one_round(timezone.now()), one_round(timezone.now())])
    settle()

    assert_nothing_is_left(cloud)
    assert_books_balance(cloud)


@pytest.mark.django_db(transaction=True)
def test_everybody_at_once_leaves_nothing_behind(
    cloud: SimulatedCloud, alice: User, guided: Wish
) -> None:
    before = in_last_minute(alice, guided)
    say(before, "Hello")
    after, context = go_on(before, alice), one_off()
    actions = itertools.cycle(
        [
            lambda: mirroring.mirror(pk=context.pk),
            lambda: starting.start(pk=after.pk),
            lambda: avatar_sessions.stop_by(after, caller=build.caller(alice), now=timezone.now()),
            lambda: sweep(now=timezone.now()),
        ]
    )

    race(lambda: next(actions)(), runners=8)
    settle()

    after.refresh_from_db()
    assert not after.is_open
    assert_nothing_is_left(cloud)
    assert_books_balance(cloud)


def test_a_successor_that_never_starts_leaves_nothing_behind(
    cloud: SimulatedCloud, alice: User, guided: Wish
) -> None:
    before = in_last_minute(alice, guided)
    say(before, "Hello")
    fault(cloud, "POST /v1/sessions/token", status=400, times=None)

    after = go_on(before, alice)
    drain()

    after.refresh_from_db()
    assert after.state == State.FAILED
    assert_nothing_is_left(cloud)


def test_a_late_copy_of_what_was_erased_is_found_and_deleted(
    cloud: SimulatedCloud, alice: User, guided: Wish
) -> None:
    before = in_last_minute(alice, guided)
    say(before, "Hello")
    after = go_on(before, alice)
    drain()
    end(after, alice)
    cloud.context(name=one_off().remote_name)

    context_checks.check()
    drain()

    assert_nothing_is_left(cloud)


def test_a_successor_is_followed_in_its_turn_with_its_own_lines(
    cloud: SimulatedCloud, alice: User, guided: Wish
) -> None:
    first = in_last_minute(alice, guided)
    say(first, "Hello")
    second = go_on(first, alice)
    drain()
    AvatarSession.objects.filter(pk=second.pk).update(limit_at=timezone.now())
    second = AvatarSession.objects.select_related("workspace", "context").get(pk=second.pk)
    say(second, "Goodbye")

    third = go_on(second, alice)

    assert third.context is not None
    assert third.context.source == guided.context
    assert third.context.prompt.startswith("You are a guide.\n\n")
    assert third.context.prompt.endswith("Person: Goodbye")
    assert "Hello" not in third.context.prompt


def test_what_is_kept_no_longer_goes_one_by_one_and_all_at_once(
    cloud: SimulatedCloud, alice: User, guided: Wish
) -> None:
    before = in_last_minute(alice, guided)
    say(before, "Hello")
    after = go_on(before, alice)
    drain()
    end(before, alice)
    end(after, alice)
    sessions = AvatarSession.objects.order_by("pk")

    removals.delete_sessions(sessions.filter(pk=before.pk))
    after.refresh_from_db()
    assert after.predecessor is None
    removals.delete_sessions(sessions)
    before.workspace.contexts.all().delete()

    assert not Context.objects.exists()


def test_another_one_like_a_successor_has_what_people_wrote(
    cloud: SimulatedCloud, alice: User, guided: Wish
) -> None:
    before = in_last_minute(alice, guided)
    say(before, "Hello")
    after = go_on(before, alice)
    drain()
    end(after, alice)

    new = avatar_sessions.again(
        after, caller=build.caller(alice), idempotency_key="again", now=timezone.now()
    )

    assert (new.context, new.predecessor) == (guided.context, None)


def test_a_one_off_is_on_no_list_and_nobody_reads_or_chooses_it(
    cloud: SimulatedCloud, alice: User, guided: Wish, client: Client
) -> None:
    before = in_last_minute(alice, guided)
    say(before, "Hello")
    after = go_on(before, alice)
    drain()
    client.force_login(alice)

    assert list(Context.objects.visible_to(alice)) == [guided.context]
    assert list(Context.objects.usable()) == [guided.context]
    assert "continued" not in client.get("/contexts/").content.decode()
    assert client.get(f"/contexts/{one_off().public_id}/").status_code == 404
    page = client.get(f"/sessions/{after.public_id}/").content.decode()
    assert "with the last lines of the conversation before" in page
    assert f"/sessions/{before.public_id}/" in page
    assert (
        f"/sessions/{after.public_id}/"
        in client.get(f"/sessions/{before.public_id}/").content.decode()
    )


def test_the_api_asks_for_it_tells_of_it_and_ends_the_one_before(
    cloud: SimulatedCloud, alice: User, guided: Wish, client: Client
) -> None:
    before = in_last_minute(alice, guided)
    say(before, "Hello")
    client.force_login(alice)
    address = f"/api/sessions/{before.public_id}"

    asked = client.post(f"{address}/successor")
    drain()

    assert (asked.status_code, asked.json()["carries_over"]) == (202, True)
    assert client.get(address).json()["successor"] == asked.json()["id"]
    assert client.post(f"{address}/continued").status_code == 202
    drain()
    ended = client.get(address).json()
    assert (ended["state"], ended["end_reason"]) == ("ended", "continued")


def test_the_api_says_why_it_cannot_go_on(
    cloud: SimulatedCloud, alice: User, guided: Wish, client: Client
) -> None:
    session = build.avatar_session(alice, guided)
    client.force_login(alice)

    answer = client.post(f"/api/sessions/{session.public_id}/successor")

    assert answer.status_code == 409
    assert answer.json()["error"] == {
        "code": "not_continuable",
        "message": "This conversation cannot go on in a new one.",
        "retryable": False,
    }
