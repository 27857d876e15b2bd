"""What pages say, what forms do, and how many queries a page may take."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User, Workspace
from sessions_app.lifecycle import State
from sessions_app.models import Avatar, AvatarSession, CloudAccount, Context, SessionEvent
from sessions_app.services import contexts, reports, transcripts
from sessions_app.services.acceptance import Wish
from sessions_app.services.contexts import Script
from sessions_app.services.transcripts import Line
from tests import build
from tests.sessions_app.rows import placed

NOBODYS = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def browser(alice: User, workspace: Workspace) -> Client:
    """Alice's browser, signed in."""
    client = Client()
    client.force_login(alice)
    return client


def chosen(plan: Wish, **changes: Any) -> dict[str, Any]:
    """The form of a new session, filled in."""
    return {
        "avatar": str(plan.avatar.public_id),
        "provider_key": str(plan.provider_key.public_id),
        "context": "",
        "voice": "sage",
        "model": "gpt-realtime",
        "temperature": "0.8",
        "max_minutes": "2",
        "idempotency_key": "one click",
        **changes,
    }


def text(answer: Any) -> str:
    return str(answer.content.decode())


# A new session.


def test_the_form_of_a_new_session_needs_no_more_than_a_click(browser: Client, plan: Wish) -> None:
    form = browser.get("/sessions/new").context["form"]

    defaults = {name: value for name, value in form.initial.items() if value is not None}
    key = str(plan.provider_key.public_id)
    browser.post("/sessions/new", {**defaults, "provider_key": key})

    session = AvatarSession.objects.get()
    assert (session.avatar, session.voice, session.model) == (plan.avatar, "alloy", "gpt-realtime")
    assert (float(session.temperature), session.max_seconds, session.is_sandbox) == (
        0.8,
        300,
        False,
    )


def test_a_start_leads_into_the_room(browser: Client, plan: Wish) -> None:
    answer = browser.post("/sessions/new", chosen(plan))

    session = AvatarSession.objects.get()
    assert answer.headers["Location"] == f"/sessions/{session.public_id}/room"
    assert (session.voice, session.max_seconds) == ("sage", 120)


def test_a_double_click_starts_one_session(browser: Client, plan: Wish) -> None:
    answers = [browser.post("/sessions/new", chosen(plan)) for _ in range(2)]

    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert AvatarSession.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("avatar", "", "This field is required."),
        ("avatar", NOBODYS, "Select a valid choice."),
        ("avatar", "no id", "is not a valid UUID"),
        ("provider_key", "", "This field is required."),
        ("context", NOBODYS, "Select a valid choice."),
        ("voice", "darth", "Select a valid choice."),
        ("model", "gpt realtime", "A model&#x27;s name has letters, digits and .-_:/ only."),
        ("temperature", "0.5", "greater than or equal to 0.6"),
        ("temperature", "1.3", "less than or equal to 1.2"),
        ("temperature", "warm", "Enter a number."),
        ("max_minutes", "0", "greater than or equal to 1"),
        ("max_minutes", "11", "A session may last 10 minutes here at the most."),
        ("idempotency_key", "k" * 81, "at most 80 characters"),
    ],
)
def test_a_bad_value_is_refused_in_words_and_what_was_typed_stays(
    name: str, value: str, words: str, browser: Client, plan: Wish
) -> None:
    answer = browser.post("/sessions/new", chosen(plan, **{"voice": "cedar", name: value}))

    assert answer.status_code == 200
    assert words in str(answer.context["form"].errors[name])
    if name != "voice":
        assert '<option value="cedar" selected>' in text(answer)
    if name in {"model", "temperature", "max_minutes"}:
        assert f'value="{value}"' in text(answer)
    assert AvatarSession.objects.count() == 0


def test_an_avatar_of_the_stage_is_refused_for_the_sandbox_beside_the_choice(
    browser: Client, plan: Wish
) -> None:
    answer = browser.post("/sessions/new", chosen(plan, is_sandbox="on"))

    assert answer.context["form"].errors == {
        "avatar": ["The sandbox plays its own avatars only. Choose one."]
    }
    assert "The sandbox plays its own avatars only." in text(answer)


def test_a_sandbox_session_is_cut_to_what_the_sandbox_allows(browser: Client, plan: Wish) -> None:
    Avatar.objects.update(is_sandbox=True)

    browser.post("/sessions/new", chosen(plan, is_sandbox="on", max_minutes="5"))

    assert AvatarSession.objects.get().max_seconds == 60


def test_a_limit_that_is_reached_is_told_and_what_was_typed_stays(
    browser: Client, plan: Wish
) -> None:
    Workspace.objects.update(max_concurrent_sessions=0)

    answer = browser.post("/sessions/new", chosen(plan))

    assert "This workspace may not start sessions." in text(answer)
    assert '<option value="sage" selected>' in text(answer)
    assert AvatarSession.objects.count() == 0


def test_where_even_a_minute_is_too_long_a_session_lasts_as_long_as_it_may(
    browser: Client, plan: Wish
) -> None:
    Workspace.objects.update(max_session_seconds=45)

    browser.post("/sessions/new", chosen(plan, max_minutes="1"))

    assert AvatarSession.objects.get().max_seconds == 45


def test_only_what_can_be_used_is_offered(
    browser: Client, plan: Wish, alice: User, charlie: User
) -> None:
    build.avatar(name="Gone", gone_at=timezone.now())
    build.avatar(name="Broken", status="FAILED")
    build.context(plan.provider_key.workspace, alice, name="On its way")
    build.context(charlie.memberships.get().workspace, charlie, name="Somebody else's")
    build.provider_key(plan.provider_key.workspace, alice, name="Dead", state="rejected")

    form = browser.get("/sessions/new").context["form"]

    assert form.avatar_choices == [plan.avatar]
    assert list(form.fields["context"].queryset) == []
    assert list(form.fields["provider_key"].queryset) == [plan.provider_key]


def test_again_starts_another_like_it(browser: Client, alice: User, plan: Wish) -> None:
    over = build.past_session(alice, plan)

    answer = browser.post(f"/sessions/{over.public_id}/again", {"idempotency_key": "1"})
    twice = browser.post(f"/sessions/{over.public_id}/again", {"idempotency_key": "1"})

    new = AvatarSession.objects.exclude(pk=over.pk).get()
    assert answer.headers["Location"] == f"/sessions/{new.public_id}/room"
    assert twice.headers["Location"] == answer.headers["Location"]


@pytest.mark.parametrize("key", ["k" * 81, "a\x00b"])
def test_again_with_a_key_that_cannot_be_is_refused(
    key: str, browser: Client, alice: User, plan: Wish
) -> None:
    over = build.past_session(alice, plan)

    answer = browser.post(f"/sessions/{over.public_id}/again", {"idempotency_key": key})

    assert answer.status_code == 400
    assert AvatarSession.objects.count() == 1


def test_again_that_cannot_be_says_why(browser: Client, alice: User, plan: Wish) -> None:
    over = build.past_session(alice, plan)
    Avatar.objects.update(is_expired=True)

    answer = browser.post(f"/sessions/{over.public_id}/again", follow=True)

    assert "This avatar cannot be used now. Choose another one." in text(answer)


# Reading what happened.


def test_a_session_shows_its_story_its_lines_and_its_cost(
    browser: Client, alice: User, plan: Wish
) -> None:
    session = placed(alice, plan, State.LIVE)
    line = Line("1", is_user=True, text="Tell me a <b>story</b>.", at=timezone.now())
    transcripts.store(session, lines=[line], now=timezone.now())
    reports.report(session, event="reconnected", detail="", now=timezone.now())

    page = text(browser.get(f"/sessions/{session.public_id}/"))

    assert "Tell me a &lt;b&gt;story&lt;/b&gt;." in page
    assert "The page found the room again" in page
    assert "room.example" not in page
    assert "a-room-token" not in page


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("", ["live", "stopping", "ended", "failed"]),
        ("open", ["live", "stopping"]),
        ("ended", ["ended"]),
        ("failed", ["failed"]),
    ],
)
def test_the_list_of_sessions_is_filtered_by_state(
    state: str, shown: list[str], browser: Client, alice: User, plan: Wish
) -> None:
    for each in (State.FAILED, State.ENDED, State.STOPPING, State.LIVE):
        placed(alice, plan, each)

    listed = browser.get("/sessions/", {"state": state}).context["sessions"]

    assert [session.state for session in listed] == shown


def test_the_checklist_goes_step_by_step_to_a_first_conversation(
    browser: Client, alice: User, workspace: Workspace
) -> None:
    def next_step() -> str | None:
        step = browser.get("/").context["next_step"]
        return step.title if step else None

    told = [next_step()]
    key = build.provider_key(workspace, alice)
    told.append(next_step())
    build.context(workspace, alice)
    Context.objects.update(remote_context_id="there")
    told.append(next_step())
    avatar = build.avatar()
    told.append(next_step())
    build.past_session(alice, Wish(avatar=avatar, provider_key=key))
    told.append(next_step())

    assert told == [
        "Add an OpenAI key",
        "Write a context",
        "Look at the avatars",
        "Talk",
        None,
    ]


def test_the_dashboard_shows_a_running_session_however_old_it_is(
    browser: Client, alice: User, plan: Wish
) -> None:
    running = placed(alice, plan, State.LIVE)
    for _ in range(9):
        build.past_session(alice, plan)

    page = browser.get("/")

    assert page.context["live_sessions"] == [running]
    assert len(page.context["recent_sessions"]) == 8


def test_the_dashboard_tells_members_of_the_places_that_their_colleagues_hold(
    browser: Client, bob: User, plan: Wish
) -> None:
    for _ in range(2):
        placed(bob, plan, State.LIVE)
    client = Client()
    client.force_login(bob)

    for reader in (browser, client):
        assert reader.get("/").context["usage"]["places_taken"] == 2


@pytest.mark.parametrize(
    ("state", "offered"), [(State.LIVE, True), (State.WAITING, True), (State.STOPPING, False)]
)
def test_the_dashboard_leads_back_to_ones_own_conversation_and_nobody_elses(
    state: State, offered: bool, browser: Client, alice: User, bob: User, plan: Wish
) -> None:
    placed(bob, plan, State.LIVE)
    assert "Return to your conversation" not in browser.get("/").content.decode()

    session = placed(alice, plan, state)

    page = browser.get("/").content.decode()
    link = f'href="/sessions/{session.public_id}/room">Return to your conversation'
    assert (link in page) is offered


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["June", "Amara", "Bruno"]),
        ({"q": "AR"}, ["Amara"]),
        ({"kind": "own"}, ["June"]),
        ({"kind": "public"}, ["Amara", "Bruno"]),
        ({"q": "u", "kind": "public"}, ["Bruno"]),
        ({"q": "nobody"}, []),
        ({"page": "99"}, ["June", "Amara", "Bruno"]),
    ],
)
def test_avatars_are_found_by_name_and_owner(
    query: dict[str, str], found: list[str], browser: Client
) -> None:
    build.avatar(name="Bruno")
    build.avatar(name="Amara")
    build.avatar(name="June", is_own=True)

    assert [each.name for each in browser.get("/avatars/", query).context["avatars"]] == found


def test_a_catalogue_that_cannot_be_read_says_why(browser: Client) -> None:
    CloudAccount.objects.create(
        id=1, due_at=timezone.now(), last_error_message="The gateway is asleep"
    )

    assert "The gateway is asleep" in text(browser.get("/avatars/"))


# Contexts.


def test_a_context_that_is_refused_keeps_what_was_typed(browser: Client) -> None:
    typed = {"name": "", "prompt": "Be <brief>.", "opening_text": "x" * 1001}

    answer = browser.post("/contexts/new", typed)

    assert set(answer.context["form"].errors) == {"name", "opening_text"}
    assert "Be &lt;brief&gt;." in text(answer)
    assert "x" * 1001 in text(answer)
    assert Context.objects.count() == 0


def test_a_context_deleted_meanwhile_keeps_what_was_typed(
    browser: Client, alice: User, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = build.context(workspace, alice, name="Guide")
    edit = contexts.edit

    def deleted_first(row: Context, **given: Any) -> None:
        contexts.delete(context, caller=build.caller(alice), now=timezone.now())
        edit(row, **given)

    monkeypatch.setattr(contexts, "edit", deleted_first)

    answer = browser.post(
        f"/contexts/{context.public_id}/", {"name": "Guide", "prompt": "My long new prompt."}
    )

    assert "Somebody deleted this context meanwhile." in text(answer)
    assert "My long new prompt." in text(answer)


def test_a_context_in_use_says_so_before_it_is_deleted(
    browser: Client, alice: User, plan: Wish
) -> None:
    context = build.context(plan.provider_key.workspace, alice)
    session = placed(alice, plan, State.LIVE)
    AvatarSession.objects.filter(pk=session.pk).update(context=context)

    asked = browser.get(f"/contexts/{context.public_id}/delete")

    assert (asked.context["open_sessions"], asked.context["used_count"]) == (1, 1)


# How many queries.


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/", 10),
        ("/sessions/", 10),
        ("/contexts/", 10),
        ("/avatars/", 10),
        ("/sessions/new", 12),
        ("/sessions/{session}/", 14),
        ("/contexts/{context}/", 10),
    ],
)
def test_a_page_takes_as_many_queries_for_three_rows_as_for_one(
    path: str,
    most: int,
    browser: Client,
    alice: User,
    plan: Wish,
    django_assert_max_num_queries: Any,
) -> None:
    Workspace.objects.update(max_concurrent_sessions=100)
    workspace = plan.provider_key.workspace
    plan.provider_key.workspace.refresh_from_db()
    context = build.context(workspace, alice)
    session = placed(alice, plan, State.LIVE)
    address = path.format(session=session.public_id, context=context.public_id)

    def one_more_of_everything(number: int) -> None:
        colleague = build.user("colleague")
        build.member(workspace, colleague)
        ours = build.context(workspace, colleague)
        Context.objects.filter(pk=ours.pk).update(remote_context_id=f"there {number}")
        contexts.edit(
            context,
            caller=build.caller(colleague),
            script=Script("Guide", f"Text {number}"),
            now=timezone.now(),
        )
        key = build.provider_key(workspace, colleague)
        wish = Wish(avatar=build.avatar(), provider_key=key, context=ours, max_seconds=60)
        placed(colleague, wish, State.LIVE)
        build.past_session(colleague, wish)
        SessionEvent.objects.create(avatar_session=session, kind="notice", cause="joined")
        line = Line(str(number), is_user=False, text="Hello.", at=timezone.now())
        transcripts.store(session, lines=[line], now=timezone.now() + timedelta(seconds=1))

    def queries() -> int:
        browser.get(address)  # whatever is made on first use is made
        with django_assert_max_num_queries(most) as counted:
            assert browser.get(address).status_code == 200
        return len(counted)

    one_more_of_everything(1)
    at_one = queries()
    one_more_of_everything(2)
    one_more_of_everything(3)

    assert queries() == at_one
