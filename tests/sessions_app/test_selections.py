"""A filter finds what it asks for, in the scope it is given, and says itself as an address."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from accounts.models import User, Workspace
from accounts.rights import Role
from liveavatar_web.look_back import Past
from sessions_app.lifecycle import State
from sessions_app.models import AvatarSession, Widget
from sessions_app.services.acceptance import Wish
from sessions_app.services.selections import Selection
from tests import build
from tests.sessions_app.rows import placed

NOVEMBER = datetime(2026, 11, 9, 23, 59, 59, 999999, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def sessions(alice: User, bob: User, plan: Wish) -> dict[str, AvatarSession]:
    """Four that differ in everything; their names say how."""
    other = Wish(
        avatar=build.avatar(name="Bruno"),
        provider_key=build.provider_key(plan.provider_key.workspace, alice),
    )
    widget = build.widget(alice, plan, name="Shop")
    return {
        "dear": build.past_session(
            alice, plan, requested_at=NOVEMBER, credits=Decimal(9), end_reason="limit"
        ),
        "bobs": build.past_session(bob, other, requested_at=DECEMBER, credits=Decimal("0.5")),
        "failed": build.past_session(
            alice, plan, state="failed", end_reason="refused", credits=None, requested_at=DECEMBER
        ),
        "visitors": placed(
            alice,
            plan,
            State.LIVE,
            requested_by=None,
            widget=widget,
            origin="https://shop.example",
            public_id=UUID("0123456789abcdef0123456789abcdef"),
        ),
    }


def names(sessions: dict[str, AvatarSession], **asked: Any) -> set[str]:
    selection = Selection(**asked)
    found = selection.matching(AvatarSession.objects.all())
    for of_one in (True, False):
        stretch = selection.past(AvatarSession.objects.all(), of_one=of_one).stretch()
        assert set(stretch.rows) == set(found)
    assert Selection.of(selection.query) == selection
    return {name for name, session in sessions.items() if session in found}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, {"dear", "bobs", "failed", "visitors"}),
        ({"state": "open"}, {"visitors"}),
        ({"state": "ended"}, {"dear", "bobs"}),
        ({"state": "failed"}, {"failed"}),
        ({"reason": "limit"}, {"dear"}),
        ({"reason": "limit", "state": "failed"}, set()),
        ({"who": "visitors"}, {"visitors"}),
        ({"origin": "https://shop.example"}, {"visitors"}),
        ({"origin": "https://shop"}, set()),
        ({"least": Decimal(1)}, {"dear"}),
        ({"most": Decimal("0.5")}, {"bobs"}),
        ({"least": Decimal("0.5"), "most": Decimal(9)}, {"dear", "bobs"}),
        ({"since": date(2026, 12, 1), "state": "ended"}, {"bobs"}),
        ({"until": date(2026, 11, 9)}, {"dear"}),
        ({"until": date(2026, 11, 8)}, set()),
        ({"until": date.max, "since": date.min}, {"dear", "bobs", "failed", "visitors"}),
        ({"q": "012345"}, {"visitors"}),
        ({"q": "0123456789abcdef0123456789abcdef"}, {"visitors"}),
        ({"q": "012346"}, set()),
    ],
)
def test_a_filter_finds_what_it_asks_for(
    asked: dict[str, Any], found: set[str], sessions: dict[str, AvatarSession]
) -> None:
    assert names(sessions, **asked) == found


def test_people_and_things_are_asked_for_by_their_public_ids(
    sessions: dict[str, AvatarSession], bob: User
) -> None:
    bobs, widget = sessions["bobs"], Widget.objects.get()

    assert names(sessions, who=str(bob.public_id)) == {"bobs"}
    assert names(sessions, avatar=str(bobs.avatar.public_id)) == {"bobs"}
    assert names(sessions, key=str(bobs.provider_key.public_id)) == {"bobs"}
    assert names(sessions, widget=str(widget.public_id)) == {"visitors"}
    assert names(sessions, who=str(bob.public_id), avatar=str(widget.avatar.public_id)) == set()


def test_the_clouds_own_id_finds_its_session(sessions: dict[str, AvatarSession]) -> None:
    remote_id = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    sessions["bobs"].cloud_sessions.create(
        remote_id=remote_id, minted_at=DECEMBER, doubt_until=DECEMBER
    )

    assert names(sessions, q=remote_id.replace("-", "")) == {"bobs"}


@pytest.mark.parametrize("query", ["color=red", "least=much", "since=yesterday", "&", "who"])
def test_an_address_of_no_filter_is_refused(query: str) -> None:
    with pytest.raises((ValueError, ArithmeticError)):
        Selection.of(query)


def test_the_scope_of_a_member_is_what_they_may_see(
    sessions: dict[str, AvatarSession], alice: User, bob: User, ada: User, charlie: User
) -> None:
    adam = build.user("adam")
    build.member(sessions["dear"].workspace, adam, Role.ADMIN)

    for somebody, seen in ((alice, 4), (adam, 4), (ada, 4), (bob, 1), (charlie, 0)):
        shown = AvatarSession.objects.shown_in(somebody.memberships.get())
        assert set(shown) == set(AvatarSession.objects.visible_to(somebody))
        assert len(shown) == seen


if connection.vendor == "sqlite":
    # PostgreSQL chooses by what it counted of the rows; SQLite, where nothing is counted, by the
    # indexes alone, and therefore for one row as it does for a hundred thousand.

    def index_of(wanted: Past[AvatarSession]) -> str:
        plan = wanted.among.order_by("-requested_at", "-pk").values("pk").explain()
        assert "TEMP B-TREE" not in plan
        (index,) = re.findall(r"INDEX (session_by_\w+|session_open)", plan)
        return str(index)

    @pytest.mark.parametrize(
        ("name", "index"),
        [
            ("who", "session_by_member"),
            ("origin", "session_by_origin"),
            ("key", "session_by_key"),
            ("widget", "session_by_widget"),
            ("reason", "session_by_end_reason"),
            ("avatar", "session_by_avatar"),
            ("state", "session_by_state"),
            ("since", "session_by_workspace"),
        ],
    )
    def test_what_a_filter_goes_through_has_an_index_in_the_lists_order(
        name: str, index: str, alice: User, workspace: Workspace
    ) -> None:
        shown = AvatarSession.objects.shown_in(alice.memberships.get())
        value = date(2026, 12, 1) if name == "since" else str(alice.public_id)

        assert index_of(Selection(**{name: value}).past(shown)) == index

    @pytest.mark.parametrize(
        ("name", "index"),
        [
            ("who", "session_by_person"),
            ("key", "session_by_key"),
            ("widget", "session_by_widget"),
            ("since", "session_by_time"),
        ],
    )
    def test_so_has_what_staff_go_through_everywhere(name: str, index: str, alice: User) -> None:
        value = date(2026, 12, 1) if name == "since" else str(alice.public_id)
        wanted = Selection(**{name: value}).past(AvatarSession.objects.all(), of_one=False)

        assert index_of(wanted) == index

    def test_what_runs_in_a_workspace_is_found_without_what_is_over(
        alice: User, workspace: Workspace
    ) -> None:
        shown = AvatarSession.objects.shown_in(alice.memberships.get())

        assert index_of(Selection(state="open").past(shown)) == "session_open"
