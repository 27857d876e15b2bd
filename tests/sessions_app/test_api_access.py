"""What the API tells whom; who may ask for what is in `tests/routes`."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.rights import Role
from sessions_app.lifecycle import State
from sessions_app.models import AvatarSession
from sessions_app.services.acceptance import Wish
from tests import build
from tests.sessions_app.rows import placed

PEOPLE = ("asker", "admin", "colleague", "auditor", "stranger", "anonymous")
LINE = {"key": "1", "role": "user", "text": "Hello", "at": "2026-11-01T10:00:00Z"}

# Method and path, and body.
ROUTES: dict[str, tuple[str, str, Any]] = {
    "start": ("POST", "/api/sessions", "a wish"),
    "state": ("GET", "/api/sessions/{id}", None),
    "room": ("GET", "/api/sessions/{id}/room", None),
    "presence": ("POST", "/api/sessions/{id}/presence", {}),
    "stop": ("POST", "/api/sessions/{id}/stop", None),
    "successor": ("POST", "/api/sessions/{id}/successor", None),
    "continued": ("POST", "/api/sessions/{id}/continued", None),
    "lines": ("POST", "/api/sessions/{id}/lines", {"lines": [LINE]}),
    "reports": ("POST", "/api/sessions/{id}/reports", {"event": "reconnected"}),
    "timeline": ("POST", "/api/sessions/{id}/timeline", {"told": "2026-11-01T10:00:00Z"}),
    "schema": ("GET", "/api/schema", None),
    "elsewhere": ("POST", "/api/nowhere/{id}", {}),
}


@dataclass
class World:
    """Alice's live session, and everybody who might look at it."""

    session: AvatarSession
    wish: Wish
    people: dict[str, User | None]

    def ask(self, route: str, person: str) -> Any:
        method, path, body = ROUTES[route]
        client = Client()
        if user := self.people[person]:
            client.force_login(user)
        if body == "a wish":
            key, avatar = self.wish.provider_key.public_id, self.wish.avatar.public_id
            body = {"avatar": str(avatar), "provider_key": str(key)}
        address = path.format(id=self.session.public_id)
        return client.generic(method, address, content_of(body), "application/json")


def content_of(body: Any) -> str:
    return "" if body is None else Client()._encode_json(body, "application/json")


@pytest.fixture
def world(alice: User, bob: User, ada: User, charlie: User, plan: Wish) -> World:
    adam = build.user("adam")
    build.member(plan.provider_key.workspace, adam, Role.ADMIN)
    everybody = dict(zip(PEOPLE, (alice, adam, bob, ada, charlie, None), strict=True))
    return World(placed(alice, plan, State.LIVE), plan, everybody)


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
