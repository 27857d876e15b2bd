"""Who may do what through the API; whoever may not changes nothing and learns nothing."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.rights import Role
from sessions_app.lifecycle import State
from sessions_app.models import AvatarSession, SessionEvent
from sessions_app.services.acceptance import Wish
from tests import build
from tests.sessions_app.answers import assert_one_error_shape
from tests.sessions_app.rows import placed

PEOPLE = ("asker", "admin", "colleague", "auditor", "stranger", "anonymous")
LINE = {"key": "1", "role": "user", "text": "Hello", "at": "2026-11-01T10:00:00Z"}

# Method and path, body, and the status for each of PEOPLE.
ROUTES: dict[str, tuple[str, str, Any, tuple[int, ...]]] = {
    "start": ("POST", "/api/sessions", "a wish", (202, 202, 202, 403, 400, 403)),
    "state": ("GET", "/api/sessions/{id}", None, (200, 200, 404, 200, 404, 403)),
    "room": ("GET", "/api/sessions/{id}/room", None, (200, 404, 404, 404, 404, 403)),
    "presence": ("POST", "/api/sessions/{id}/presence", {}, (200, 404, 404, 404, 404, 403)),
    "stop": ("POST", "/api/sessions/{id}/stop", None, (202, 202, 404, 403, 404, 403)),
    # Alice's session is not in its last minute: even she is refused, and told why.
    "successor": ("POST", "/api/sessions/{id}/successor", None, (409, 404, 404, 404, 404, 403)),
    "continued": ("POST", "/api/sessions/{id}/continued", None, (202, 404, 404, 404, 404, 403)),
    "lines": (
        *("POST", "/api/sessions/{id}/lines", {"lines": [LINE]}),
        (200, 404, 404, 404, 404, 403),
    ),
    "reports": (
        *("POST", "/api/sessions/{id}/reports", {"event": "reconnected"}),
        (204, 404, 404, 404, 404, 403),
    ),
    "timeline": (
        *("POST", "/api/sessions/{id}/timeline", {"told": "2026-11-01T10:00:00Z"}),
        (204, 404, 404, 404, 404, 403),
    ),
    "schema": ("GET", "/api/schema", None, (200,) * 6),
    "elsewhere": ("POST", "/api/nowhere/{id}", {}, (404,) * 6),
}
TABLE = [
    (route, person, status)
    for route, (*_, statuses) in ROUTES.items()
    for person, status in zip(PEOPLE, statuses, strict=True)
]


@dataclass
class World:
    """Alice's live session, and everybody who might look at it."""

    session: AvatarSession
    wish: Wish
    people: dict[str, User | None]

    def ask(self, route: str, person: str) -> Any:
        method, path, body, _ = ROUTES[route]
        client = Client()
        if user := self.people[person]:
            client.force_login(user)
        if body == "a wish":
            key, avatar = self.wish.provider_key.public_id, self.wish.avatar.public_id
            body = {"avatar": str(avatar), "provider_key": str(key)}
        address = path.format(id=self.session.public_id)
        return client.generic(method, address, content_of(body), "application/json")

    def everything(self) -> tuple[Any, ...]:
        return (list(AvatarSession.objects.values()), SessionEvent.objects.count())


def content_of(body: Any) -> str:
    return "" if body is None else Client()._encode_json(body, "application/json")


@pytest.fixture
def world(alice: User, bob: User, ada: User, charlie: User, plan: Wish) -> World:
    adam = build.user("adam")
    build.member(plan.provider_key.workspace, adam, Role.ADMIN)
    everybody = dict(zip(PEOPLE, (alice, adam, bob, ada, charlie, None), strict=True))
    return World(placed(alice, plan, State.LIVE), plan, everybody)


@pytest.mark.parametrize(("route", "person", "status"), TABLE)
def test_everybody_gets_what_is_theirs_and_nothing_else(
    route: str, person: str, status: int, world: World
) -> None:
    before = world.everything()

    answer = world.ask(route, person)

    assert answer.status_code == status
    if status >= 400:
        assert_one_error_shape(answer)
        assert world.everything() == before


def test_a_session_of_somebody_else_looks_like_one_that_is_not_there(world: World) -> None:
    refused = world.ask("state", "stranger")
    world.session.public_id = "00000000-0000-4000-8000-000000000000"
    missing = world.ask("state", "stranger")

    assert refused.status_code == missing.status_code == 404
    assert refused.json()["error"] == missing.json()["error"]


def test_somebody_who_left_the_workspace_has_no_session_there_any_more(world: World) -> None:
    alice = world.people["asker"]
    assert alice is not None
    alice.memberships.all().delete()

    statuses = {route: world.ask(route, "asker").status_code for route in ROUTES}

    assert statuses == {
        "start": 403,
        "schema": 200,
        **dict.fromkeys(
            [
                *("state", "room", "presence", "stop", "successor", "continued"),
                *("lines", "reports", "timeline", "elsewhere"),
            ],
            404,
        ),
    }


def test_the_words_of_a_refused_right_name_it(world: World) -> None:
    answer = world.ask("stop", "auditor")

    assert answer.json()["error"] == {
        "code": "not_allowed",
        "message": "Your role in this workspace does not let you stop anybody's session.",
        "retryable": False,
    }


@pytest.mark.parametrize("state", [state for state in State if state != State.LIVE])
def test_nobody_gets_a_room_that_is_not_live(state: State, alice: User, plan: Wish) -> None:
    session = placed(alice, plan, state)
    client = Client()
    client.force_login(alice)

    answer = client.get(f"/api/sessions/{session.public_id}/room")

    assert answer.status_code == 409
    assert answer.json()["error"] == {
        "code": "not_live",
        "message": "This session has no room now.",
        "retryable": False,
    }


def test_the_state_says_nothing_of_the_room(world: World) -> None:
    answer = world.ask("state", "asker")

    assert "room.example" not in answer.content.decode()
    assert "a-room-token" not in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_is_over_stays_over_whatever_the_page_still_sends(world: World) -> None:
    session = world.session
    AvatarSession.objects.filter(pk=session.pk).update(
        state=State.ENDED,
        ended_at=timezone.now(),
        end_reason="person",
        due_at=None,
        room_url=None,
        room_token=None,
    )
    before = AvatarSession.objects.values().get()

    statuses = [world.ask(route, "asker").status_code for route in ("presence", "stop", "lines")]

    assert statuses == [200, 202, 200]
    assert AvatarSession.objects.values().get() == before
