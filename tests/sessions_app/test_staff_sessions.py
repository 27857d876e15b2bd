"""Staff see the sessions of every workspace, end them, and read words for a reason only."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core import signing
from django.utils import timezone

from accounts.models import AuditEvent, User, Workspace
from accounts.rights import Role
from accounts.services import changes
from accounts.services.workspaces import NotAllowed
from liveavatar_web import watch
from sessions_app.lifecycle import State
from sessions_app.models import AvatarSession, SessionEvent, StopOrder
from sessions_app.services import stop_orders
from sessions_app.services.acceptance import Wish
from sessions_app.services.selections import Selection
from tests import build
from tests.sessions_app.rows import placed
from tests.sessions_app.staff import of, told

PROMPT = "You guard the recipe."
WORDS = "The recipe is a secret."


@pytest.fixture
def other_plan(charlie: User, plan: Wish) -> Wish:
    """Of another workspace."""
    theirs = charlie.memberships.get().workspace
    return Wish(avatar=plan.avatar, provider_key=build.provider_key(theirs, charlie))


@pytest.fixture
def sam(db: None) -> User:
    """May end sessions."""
    sam = build.user("sam", is_staff=True)
    sam.user_permissions.set(Permission.objects.filter(codename="change_avatarsession"))
    return sam


def found(reader: User, **query: str) -> Any:
    return of(reader).get("/staff/sessions/", query).context["sessions"]


def test_sessions_of_every_workspace_are_listed_and_filtered(
    ida: User, alice: User, charlie: User, plan: Wish, other_plan: Wish
) -> None:
    ours = build.past_session(alice, plan)
    theirs = placed(charlie, other_plan, State.FAILED, origin="")
    workspace = plan.provider_key.workspace

    assert found(ida) == [theirs, ours]
    for named in (str(workspace.public_id), workspace.name.upper(), alice.email):
        assert found(ida, workspace=named) == [ours]
    assert found(ida, state="failed") == [theirs]
    assert found(ida, who=str(alice.public_id), key=str(plan.provider_key.public_id)) == [ours]
    assert found(ida, workspace=str(workspace.public_id), state="failed") == []


@pytest.mark.parametrize(
    ("named", "words"),
    [("nowhere", "There is no such workspace."), ("Workspace", "Several are called so.")],
)
def test_a_workspace_that_is_not_clear_is_asked_again(
    named: str, words: str, ida: User, plan: Wish, other_plan: Wish
) -> None:
    answer = of(ida).get("/staff/sessions/", {"workspace": named})

    assert words in answer.content.decode()
    assert answer.context["sessions"] == []


def test_what_a_workspace_has_is_offered_once_it_is_named(
    ida: User, alice: User, plan: Wish, other_plan: Wish
) -> None:
    everywhere = of(ida).get("/staff/sessions/").context["form"]
    named = of(ida).get("/staff/sessions/", {"workspace": plan.provider_key.workspace.name})

    assert "key" not in everywhere.fields
    assert [str(value) for value, _ in named.context["form"].fields["key"].choices] == [
        "",
        str(plan.provider_key.public_id),
    ]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("page", "queries"), [("", 7), ("live", 7)])
def test_pages_take_the_same_queries_however_much_there_is(
    page: str, queries: int, count: int, ida: User, plan: Wish, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        somebody = build.user()
        wish = Wish(
            avatar=build.avatar(),
            provider_key=build.provider_key(build.workspace(owner=somebody), somebody),
        )
        placed(somebody, wish, State.LIVE)
    client = of(ida)

    with django_assert_num_queries(queries):
        client.get(f"/staff/sessions/{page}")


def test_an_indexed_filter_of_a_workspace_is_looked_for_within_where_there_is_none(
    ida: User, alice: User, plan: Wish, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No index has the ends of every workspace in the list's order."""
    monkeypatch.setattr("liveavatar_web.look_back.LOOK_AT", 1)
    wanted = placed(alice, plan, State.FAILED, end_reason="limit")
    newest = build.past_session(alice, plan, requested_at=timezone.now() + timedelta(seconds=1))

    answer = of(ida).get("/staff/sessions/?reason=limit")

    assert answer.context["sessions"] == []
    assert answer.context["looked_back_to"] == newest.requested_at
    assert found(ida, reason="limit", workspace=plan.provider_key.workspace.name) == [wanted]


# One session.


@pytest.fixture
def talk(bob: User, plan: Wish) -> AvatarSession:
    """A colleague's of Alice, with a prompt and words in it."""
    context = build.context(plan.provider_key.workspace, bob, prompt=PROMPT)
    plan = replace(plan, context=context)
    session = build.past_session(bob, plan, context_number=1)
    SessionEvent.objects.create(avatar_session=session, kind="user_line", text=WORDS, page_key="1")
    return session


def test_a_story_is_told_without_words_and_prompt(ida: User, talk: AvatarSession) -> None:
    page = of(ida).get(f"/staff/sessions/{talk.public_id}/").content.decode()

    assert talk.workspace.name in page
    assert "Say why you read them" in page
    assert PROMPT not in page
    assert WORDS not in page
    assert (
        AuditEvent.objects.filter(actor_id=ida.public_id).exclude(action="user.signed_in").count()
        == 0
    )


@pytest.mark.parametrize(
    ("what", "words", "action"),
    [("prompt", PROMPT, "prompt.read"), ("transcript", WORDS, "transcript.read")],
)
def test_words_and_prompts_are_read_for_a_reason_that_the_workspace_sees(
    what: str, words: str, action: str, ida: User, alice: User, talk: AvatarSession
) -> None:
    address = f"/staff/sessions/{talk.public_id}/{what}"

    for too_short in ("", "why"):
        answer = of(ida).post(address, {"reason": too_short, "form": "page"})
        assert words not in answer.content.decode()
    assert told(action) == []

    answer = of(ida).post(address, {"reason": "A complaint of Tuesday.", "form": "page"})

    assert words in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    [(workspace_id, actor, details)] = told(action)
    assert (workspace_id, actor) == (talk.workspace.public_id, f"staff: {ida.label}")
    assert details["reason"] == "A complaint of Tuesday."
    trail = of(alice).get("/audit/").content.decode()
    assert "A complaint of Tuesday." in trail
    assert "staff: Ida" in trail


@pytest.mark.parametrize("kind", ["txt", "json"])
def test_a_transcript_as_a_file_is_told_too(kind: str, ida: User, talk: AvatarSession) -> None:
    answer = of(ida).post(
        f"/staff/sessions/{talk.public_id}/transcript", {"reason": "A complaint.", "form": kind}
    )

    assert WORDS in answer.content.decode()
    assert told("transcript.downloaded")[0][2] == {"reason": "A complaint.", "format": kind}


def test_one_is_ended_by_staff_who_may_and_the_workspace_sees_who_it_was(
    ida: User, sam: User, bob: User, plan: Wish
) -> None:
    session = placed(bob, plan, State.LIVE)
    address = f"/staff/sessions/{session.public_id}/stop"

    assert of(ida).post(address).status_code == 403
    assert of(sam).post(address).status_code == 302

    session.refresh_from_db()
    assert (session.state, session.end_reason) == (State.STOPPING, "admin")
    assert told("avatar_session.stopping")[0][:2] == (
        session.workspace.public_id,
        f"staff: {sam.label}",
    )
    assert told("permission.refused")[0][1] == f"staff: {ida.label}"


# Many.


def test_what_the_filter_finds_is_ended_in_every_workspace(
    sam: User, alice: User, charlie: User, plan: Wish, other_plan: Wish
) -> None:
    for who, wish in ((alice, plan), (charlie, other_plan)):
        placed(who, wish, State.LIVE)
    placed(alice, plan, State.LIVE, origin="https://left-alone.example")

    page = of(sam).get("/staff/sessions/stop?origin=")
    assert "3 conversations will end" in page.content.decode()
    query = f"?avatar={plan.avatar.public_id}&most=&until={timezone.now():%Y-%m-%d}"
    answer = of(sam).post(f"/staff/sessions/stop{query}")
    order = StopOrder.objects.get()
    stop_orders.carry_out(pk=order.pk)

    assert answer.headers["Location"] == f"/staff/sessions/stops/{order.public_id}"
    assert set(AvatarSession.objects.values_list("state", flat=True)) == {"stopping"}
    assert {each[0] for each in told("avatar_session.stopping")} == {
        plan.provider_key.workspace.public_id,
        other_plan.provider_key.workspace.public_id,
    }
    assert {each[1] for each in told("avatar_session.stopping")} == {f"staff: {sam.label}"}
    assert told("avatar_sessions.stop_ordered")[0][0] is None
    assert of(sam).get(answer.headers["Location"]).status_code == 200


def test_an_order_for_one_workspace_is_told_there_and_leaves_the_others(
    sam: User, alice: User, charlie: User, plan: Wish, other_plan: Wish
) -> None:
    ours, theirs = placed(alice, plan, State.LIVE), placed(charlie, other_plan, State.LIVE)
    workspace = plan.provider_key.workspace

    of(sam).post(f"/staff/sessions/stop?workspace={workspace.public_id}")
    order = StopOrder.objects.get()
    stop_orders.carry_out(pk=order.pk)

    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert (ours.state, theirs.state) == ("stopping", "live")
    assert told("avatar_sessions.stop_ordered")[0][0] == workspace.public_id
    shown = of(alice).get(f"/sessions/stops/{order.public_id}").content.decode()
    assert "of the staff of this installation" in shown


def test_everything_takes_the_password_again(sam: User, alice: User, plan: Wish) -> None:
    placed(alice, plan, State.LIVE)
    User.objects.update(date_joined=timezone.now() - timedelta(days=1))

    answer = of(sam).post("/staff/sessions/stop")

    assert answer.headers["Location"].startswith("/account/reauthenticate/?next=%2Fstaff")
    assert not StopOrder.objects.exists()


def test_a_member_gives_no_order_for_every_workspace(alice: User, plan: Wish) -> None:
    placed(alice, plan, State.LIVE)

    with pytest.raises(NotAllowed):
        stop_orders.give(
            Selection(), workspace=None, caller=build.caller(alice), now=timezone.now()
        )


def test_an_order_is_watched_only_for_as_long_as_it_may_be_seen(
    sam: User, alice: User, bob: User, plan: Wish
) -> None:
    workspace = plan.provider_key.workspace
    read = watch._viewers_readers["stop_order"]
    orders = []
    for asked, caller in ((None, sam), (workspace, sam), (workspace, alice)):
        placed(alice, plan, State.LIVE)
        caller_of = replace(build.caller(caller), as_staff=caller == sam)
        orders.append(
            stop_orders.give(Selection(), workspace=asked, caller=caller_of, now=timezone.now())
        )

    def watches(who: User) -> list[bool]:
        return [read(str(who.public_id), str(order.public_id)) is not None for order in orders]

    assert watches(sam) == [True, True, False]
    assert watches(alice) == [False, True, True]
    assert watches(bob) == [False, False, False]

    User.objects.filter(pk=sam.pk).update(is_staff=False)
    workspace.memberships.filter(user=alice).update(role=Role.MEMBER)

    assert watches(sam) == watches(alice) == [False, False, False]


def test_the_page_of_an_order_watches_for_whoever_asked_for_it(
    sam: User, alice: User, plan: Wish
) -> None:
    placed(alice, plan, State.LIVE)
    workspace = plan.provider_key.workspace
    of(sam).post(f"/staff/sessions/stop?workspace={workspace.public_id}")
    order = StopOrder.objects.get()

    for who, page in ((sam, "/staff/sessions/stops"), (alice, "/sessions/stops")):
        shown = of(who).get(f"{page}/{order.public_id}")
        signed = shown.context["watch_url"].removeprefix("/watch/")
        assert signing.loads(signed, salt="watch")[1] == str(who.public_id)


# The live view.


def test_the_live_view_shows_every_workspace_and_rises_with_each(
    ida: User, alice: User, charlie: User, plan: Wish, other_plan: Wish
) -> None:
    placed(charlie, other_plan, State.LIVE)
    before = of(ida).get("/staff/sessions/live")
    session = build.avatar_session(alice, plan)
    after = of(ida).get("/staff/sessions/live")

    assert [len(each.context["rows"]) for each in (before, after)] == [1, 2]
    assert after.context["version"] > before.context["version"]
    assert "End the conversation" not in after.content.decode()
    assert f"/staff/sessions/{session.public_id}/" in after.content.decode()


def test_the_installation_is_watched_by_staff_alone(
    ida: User, people: SimpleNamespace, workspace: Workspace
) -> None:
    kind = changes.INSTALLATION[0]

    assert watch._readers[kind]("all") == changes.version_of_all()
    as_seen_by = watch._viewers_readers[kind]
    assert as_seen_by(str(ida.public_id), "all") == changes.version_of_all()
    assert as_seen_by(str(people.owner.public_id), "all") is None
