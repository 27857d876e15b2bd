"""The list of sessions: what is asked for in its address, told in words, and kept under names."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEvent, User, Workspace
from accounts.rights import Role
from liveavatar_web import look_back
from sessions_app.lifecycle import State
from sessions_app.models import SavedFilter
from sessions_app.services.acceptance import Wish
from tests import build
from tests.sessions_app.rows import placed


@pytest.fixture
def browser(alice: User, workspace: Workspace) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("state=asleep", "Select a valid choice. asleep"),
        ("who=somebody", "Select a valid choice. somebody"),
        ("avatar=1", "Select a valid choice. 1"),
        ("least=much", "Enter a number."),
        ("least=2&most=1", "This ends before it begins."),
        ("since=2026-12-02&until=2026-12-01", "This ends before it begins."),
        ("since=yesterday", "Enter a valid date."),
        ("q=0123", "Write its first 6 or more."),
        ("q=not-an-id", "An id has 32 digits from 0 to f."),
        ("q=%00", "Null characters are not allowed."),
    ],
)
def test_a_filter_that_makes_no_sense_is_told_and_nothing_is_listed(
    query: str, words: str, browser: Client, alice: User, plan: Wish
) -> None:
    build.past_session(alice, plan)

    answer = browser.get(f"/sessions/?{query}")

    assert words in text(answer)
    assert answer.context["sessions"] == []


def test_what_is_asked_for_is_said_in_words_that_take_it_away(
    browser: Client, alice: User, bob: User, plan: Wish
) -> None:
    query = f"state=ended&who={bob.public_id}&least=1.50"

    chips = browser.get(f"/sessions/?{query}&q=").context["chips"]

    assert [(chip.label, chip.value, chip.url_without) for chip in chips] == [
        ("Who", bob.email, "?state=ended&least=1.50"),
        ("Credits from", "1.50", f"?state=ended&who={bob.public_id}"),
    ]


def test_what_can_be_asked_for_is_read_only_for_whoever_wants_to_choose(
    browser: Client, bob: User, plan: Wish, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    build.past_session(bob, plan)
    query = f"state=ended&reason=person&avatar={plan.avatar.public_id}"
    chosen = f'<option value="{plan.avatar.public_id}" selected>{plan.avatar.name}</option>'
    browser.get("/sessions/")

    with django_assert_num_queries(8):  # session, person, memberships, a chip, rows by three, kept
        closed = browser.get(f"/sessions/?{query}")
    opened = browser.get(f"/sessions/?{query}&filters=open")

    assert "<option" not in text(closed)
    assert f'<input type="hidden" name="avatar" value="{plan.avatar.public_id}">' in text(closed)
    assert f'hx-get="/sessions/?{query.replace("&", "&amp;")}&amp;filters=open"' in text(closed)
    assert chosen in text(opened)
    assert 'type="hidden" name="avatar"' not in text(opened)
    assert opened.context["sessions"] == closed.context["sessions"] != []


def test_somebody_who_has_left_can_still_be_asked_for(
    browser: Client, bob: User, plan: Wish
) -> None:
    theirs = build.past_session(bob, plan)
    bob.memberships.all().delete()

    answer = browser.get(f"/sessions/?who={bob.public_id}")

    assert answer.context["sessions"] == [theirs]
    assert f"No longer listed ({str(bob.public_id)[:8]})" in text(answer)


def test_a_member_is_not_asked_whose_since_they_see_their_own_alone(
    bob: User, alice: User, plan: Wish
) -> None:
    own = build.past_session(bob, plan)
    build.past_session(alice, plan)
    client = Client()
    client.force_login(bob)

    answer = client.get(f"/sessions/?who={alice.public_id}")

    assert answer.context["sessions"] == [own]
    assert 'name="who"' not in text(answer)


def test_pages_go_on_where_the_last_one_stopped(
    browser: Client, alice: User, plan: Wish, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [build.past_session(alice, plan) for _ in range(3)][::-1]
    monkeypatch.setattr(look_back, "PAGE_SIZE", 2)

    first = browser.get("/sessions/?state=ended")
    second = browser.get(f"/sessions/{first.context['next_url']}")

    assert first.context["sessions"] + second.context["sessions"] == rows
    assert second.context["next_url"] is None


def test_a_page_that_finds_nothing_says_how_far_it_looked_and_goes_on(
    browser: Client, alice: User, plan: Wish, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = placed(alice, plan, State.FAILED, credits=None, end_reason="limit")
    others = [build.past_session(alice, plan, end_reason="limit") for _ in range(2)]
    monkeypatch.setattr(look_back, "LOOK_AT", 2)

    first = browser.get("/sessions/?state=failed&reason=limit")
    second = browser.get(f"/sessions/{first.context['next_url']}")

    assert first.context["sessions"] == []
    assert first.context["looked_back_to"] == others[0].requested_at
    assert 'hx-trigger="load' in text(first)
    assert second.context["sessions"] == [wanted]


# Filters kept under a name.


def save(client: Client, name: str = "Dear ones", **fields: str) -> Any:
    return client.post("/sessions/filters/new", {"name": name, "query": "least=5", **fields})


def test_a_filter_is_kept_and_shown_above_the_list(browser: Client, alice: User) -> None:
    answer = save(browser)

    saved = SavedFilter.objects.get()
    assert answer.headers["Location"] == "/sessions/?least=5"
    assert (saved.owner, saved.query, saved.is_shared) == (alice, "least=5", False)
    assert list(browser.get("/sessions/").context["saved_filters"]) == [saved]
    assert AuditEvent.objects.get(action="filter.saved").details == {"shared": False}


def test_colleagues_see_those_that_are_shared_and_strangers_none(
    browser: Client, bob: User, charlie: User
) -> None:
    save(browser, "Mine")
    save(browser, "Ours", is_shared="on")

    for somebody, names in ((bob, ["Ours"]), (charlie, [])):
        client = Client()
        client.force_login(somebody)
        shown = client.get("/sessions/").context["saved_filters"]
        assert [saved.name for saved in shown] == names


def test_one_that_is_there_already_is_said_to_be(browser: Client) -> None:
    save(browser)

    answer = save(browser, query="least=9")

    assert answer.headers["Location"] == "/sessions/?least=9"
    assert "There is a filter called" in text(browser.get("/sessions/"))
    assert SavedFilter.objects.count() == 1


def test_a_person_keeps_so_many_and_no_more(
    browser: Client, alice: User, workspace: Workspace
) -> None:
    SavedFilter.objects.bulk_create(
        SavedFilter(workspace=workspace, owner=alice, name=str(number)) for number in range(30)
    )

    save(browser)

    assert SavedFilter.objects.count() == 30
    assert "You keep 30 filters already." in text(browser.get("/sessions/"))


def test_what_is_no_filter_is_not_kept(browser: Client) -> None:
    save(browser, query="color=red")

    assert SavedFilter.objects.count() == 0
    assert "This is not a filter." in text(browser.get("/sessions/"))


@pytest.mark.parametrize(
    ("role", "shared", "status"),
    [
        (Role.MEMBER, False, 404),
        (Role.MEMBER, True, 403),
        (Role.AUDITOR, False, 404),
        (Role.AUDITOR, True, 302),
        (Role.ADMIN, True, 302),
    ],
)
@pytest.mark.parametrize("verb", ["rename", "delete"])
def test_a_shared_one_is_changed_by_those_who_may_share(
    verb: str, role: Role, shared: bool, status: int, alice: User, workspace: Workspace
) -> None:
    saved = SavedFilter.objects.create(
        workspace=workspace, owner=alice, name="Ours", is_shared=shared
    )
    somebody = build.user()
    build.member(workspace, somebody, role)
    client = Client()
    client.force_login(somebody)

    answer = client.post(f"/sessions/filters/{saved.public_id}/{verb}", {"name": "New"})

    left = {302: {"rename": ["New"], "delete": []}}.get(status, {}).get(verb, ["Ours"])
    assert answer.status_code == status
    assert [each.name for each in SavedFilter.objects.all()] == left


def test_a_member_shares_none(bob: User) -> None:
    client = Client()
    client.force_login(bob)

    assert save(client, is_shared="on").status_code == 403
    assert save(client).status_code == 302
    assert [saved.is_shared for saved in SavedFilter.objects.all()] == [False]
