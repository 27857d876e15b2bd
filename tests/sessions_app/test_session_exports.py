"""Sessions as a file: what the list would show to the same person, and no words."""

import json
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient

from accounts.models import AuditEvent, User, Workspace
from sessions_app.lifecycle import State
from sessions_app.models import SessionEvent
from sessions_app.services import daily_usage, session_exports
from sessions_app.services.acceptance import Wish
from tests import build
from tests.sessions_app.rows import placed


def download(
    who: User, query: str = "", *, under: str = ""
) -> tuple[list[dict[str, Any]], str | None]:
    """The records, and how many of them the header announced."""

    async def fetch() -> tuple[bytes, str | None]:
        client = AsyncClient()
        await client.aforce_login(who)
        answer = await client.get(f"{under}/sessions/export.jsonl?{query}")
        content = b"".join([piece async for piece in answer.streaming_content])
        return content, answer.headers.get("X-About-Rows")

    content, about = async_to_sync(fetch)()
    return [json.loads(line) for line in content.splitlines()], about


def records(who: User, query: str = "", *, under: str = "") -> list[dict[str, Any]]:
    return download(who, query, under=under)[0]


@pytest.mark.parametrize("handful", [1, 2, 1000])
def test_a_file_has_what_the_filter_finds_and_is_audited(
    handful: int,
    alice: User,
    ada: User,
    plan: Wish,
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session_exports, "HANDFUL", handful)
    wanted = [build.past_session(alice, plan) for _ in range(3)][::-1]
    placed(alice, plan, State.LIVE)

    found = records(ada, "state=ended&least=2")

    assert [record["id"] for record in found] == [str(session.public_id) for session in wanted]
    event = AuditEvent.objects.get(action="avatar_sessions.exported")
    assert event.details == {"format": "jsonl", "filter": "state=ended&least=2"}
    assert (event.actor_id, event.workspace_id) == (ada.public_id, workspace.public_id)


def test_a_record_says_who_what_and_both_costs_and_neither_words_nor_secrets(
    alice: User, plan: Wish
) -> None:
    session = placed(alice, plan, State.LIVE)
    SessionEvent.objects.create(
        avatar_session=session, kind="user_line", text="Just between us.", page_key="1"
    )
    build.past_session(alice, plan, billed_seconds=60)

    live, over = records(alice)

    assert tuple(over) == session_exports.COLUMNS
    assert (over["person"], over["avatar"]) == (alice.email, plan.avatar.name)
    assert (over["credits"], over["openai_dollars_estimated"]) == (2.0, 0.048)
    told = json.dumps([live, over])
    assert "between us" not in told
    assert "a-room-token" not in told
    assert "room.example" not in told


def test_a_member_gets_their_own_alone(alice: User, bob: User, plan: Wish) -> None:
    own = build.past_session(bob, plan)
    build.past_session(alice, plan)

    assert [record["id"] for record in records(bob)] == [str(own.public_id)]


def test_staff_take_those_of_every_workspace_or_of_one_whose_trail_tells_of_it(
    alice: User, charlie: User, plan: Wish, workspace: Workspace
) -> None:
    theirs = charlie.memberships.get().workspace
    other = Wish(avatar=plan.avatar, provider_key=build.provider_key(theirs, charlie))
    build.past_session(alice, plan)
    build.past_session(charlie, other)
    sam = build.user("sam", is_staff=True)

    both = records(sam, under="/staff")
    of_one = records(sam, f"workspace={workspace.name}", under="/staff")

    assert [each["workspace"] for each in both] == [theirs.name, workspace.name]
    assert [each["workspace_id"] for each in of_one] == [str(workspace.public_id)]
    events = AuditEvent.objects.filter(action="avatar_sessions.exported").order_by("pk")
    assert [(event.workspace_id, event.actor_label) for event in events] == [
        (None, f"staff: {sam.label}"),
        (workspace.public_id, f"staff: {sam.label}"),
    ]


def test_a_file_says_how_many_rows_are_to_come_where_the_days_know_it(
    alice: User, bob: User, charlie: User, plan: Wish, workspace: Workspace
) -> None:
    theirs = charlie.memberships.get().workspace
    build.past_session(
        charlie, Wish(avatar=plan.avatar, provider_key=build.provider_key(theirs, charlie))
    )
    for who in (alice, alice, bob):
        build.past_session(who, plan)
    daily_usage.sweep()
    sam = build.user("sam", is_staff=True)

    assert download(alice)[1] == "3"
    assert download(alice, "state=ended")[1] is None
    # The days count nobody's own.
    assert download(bob)[1] is None
    assert download(sam, under="/staff")[1] == "4"
    assert download(sam, f"workspace={workspace.name}", under="/staff")[1] == "3"
