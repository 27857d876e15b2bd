"""Who sees which page and may press which button; whoever may not changes nothing."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.rights import Role
from sessions_app.lifecycle import State
from sessions_app.models import Avatar, AvatarSession, Context, ContextVersion
from sessions_app.services.acceptance import Wish
from tests import build
from tests.sessions_app.rows import placed

PEOPLE = ("asker", "admin", "colleague", "auditor", "stranger", "anonymous")
EVERYBODY = (200, 200, 200, 200, 200, "sign in")
MEMBERS = (200, 200, 200, 200, 404, "sign in")
WRITERS = (302, 302, 302, 403, 404, "sign in")
_OWN = (200, 404, 404, 404, 404, "sign in")
SCRIPT = {"name": "Guide", "prompt": "Be funny."}

# Method and path, and the status for each of PEOPLE.
ROUTES: dict[str, tuple[str, str, tuple[Any, ...]]] = {
    "dashboard": ("GET", "/", EVERYBODY),
    "contexts": ("GET", "/contexts/", EVERYBODY),
    "context form": ("GET", "/contexts/new", EVERYBODY),
    "new context": ("POST", "/contexts/new", (302, 302, 302, 403, 302, "sign in")),
    "context": ("GET", "/contexts/{context}/", MEMBERS),
    "edit": ("POST", "/contexts/{context}/", WRITERS),
    "delete?": ("GET", "/contexts/{context}/delete", MEMBERS),
    "delete": ("POST", "/contexts/{context}/delete", WRITERS),
    "version": ("GET", "/contexts/{context}/versions/1", MEMBERS),
    "no version": ("GET", "/contexts/{context}/versions/9", (404,) * 5 + ("sign in",)),
    "restore": ("POST", "/contexts/{context}/versions/1/restore", WRITERS),
    "avatars": ("GET", "/avatars/", EVERYBODY),
    "avatar": ("GET", "/avatars/{avatar}/", EVERYBODY),
    "sync": ("POST", "/avatars/sync", (302,) * 5 + ("sign in",)),
    "sessions": ("GET", "/sessions/", EVERYBODY),
    "filtered": ("GET", "/sessions/?state=ended&avatar={avatar}", EVERYBODY),
    "export": ("GET", "/sessions/export.csv", EVERYBODY),
    "export as JSON": ("GET", "/sessions/export.jsonl?state=ended", EVERYBODY),
    "no such export": ("GET", "/sessions/export.doc", (404,) * 5 + ("sign in",)),
    "export of no filter": ("GET", "/sessions/export.csv?since=x", (302,) * 5 + ("sign in",)),
    "live": ("GET", "/sessions/live", EVERYBODY),
    "stop?": ("GET", "/sessions/stop?who=visitors", (200, 200, 403, 403, 200, "sign in")),
    "stop none": ("POST", "/sessions/stop?who=visitors", (302, 302, 403, 403, 302, "sign in")),
    "keep filter": ("POST", "/sessions/filters/new", (302,) * 5 + ("sign in",)),
    "session form": ("GET", "/sessions/new", EVERYBODY),
    "session": ("GET", "/sessions/{session}/", (200, 200, 404, 200, 404, "sign in")),
    "room": ("GET", "/sessions/{session}/room", (200, 404, 404, 404, 404, "sign in")),
    "stop": ("POST", "/sessions/{session}/stop", (302, 302, 404, 403, 404, "sign in")),
    "transcript": ("GET", "/sessions/{session}/transcript.txt", _OWN),
    "transcript as JSON": ("GET", "/sessions/{session}/transcript.json", _OWN),
    "read transcript": (
        *("POST", "/sessions/{session}/transcript"),
        (200, 200, 404, 200, 404, "sign in"),
    ),
    "transcript's address": (
        *("GET", "/sessions/{session}/transcript"),
        (302, 302, 404, 302, 404, "sign in"),
    ),
    "no such file": ("GET", "/sessions/{session}/transcript.doc", (404,) * 5 + ("sign in",)),
    "delete transcript": (
        "POST",
        "/sessions/{session}/transcript/delete",
        (302, 302, 404, 403, 404, "sign in"),
    ),
    "again": ("POST", "/sessions/{session}/again", (302, 302, 404, 403, 404, "sign in")),
}
TABLE = [
    (route, person, status)
    for route, (*_, statuses) in ROUTES.items()
    for person, status in zip(PEOPLE, statuses, strict=True)
]


@dataclass
class World:
    session: AvatarSession
    context: Context
    people: dict[str, User | None]

    def ask(self, method: str, path: str, person: str) -> Any:
        client = Client()
        if user := self.people[person]:
            client.force_login(user)
        address = path.format(
            session=self.session.public_id,
            context=self.context.public_id,
            avatar=self.session.avatar.public_id,
        )
        return client.post(address, SCRIPT) if method == "POST" else client.get(address)

    def everything(self) -> tuple[Any, ...]:
        models = (AvatarSession, Context, ContextVersion, Avatar)
        return tuple(list(model._default_manager.values()) for model in models)


@pytest.fixture
def world(alice: User, bob: User, ada: User, charlie: User, plan: Wish) -> World:
    workspace = plan.provider_key.workspace
    adam = build.user("adam")
    build.member(workspace, adam, Role.ADMIN)
    everybody = dict(zip(PEOPLE, (alice, adam, bob, ada, charlie, None), strict=True))
    context = build.context(workspace, alice, name="Guide", prompt="Be brief.")
    return World(placed(alice, plan, State.LIVE), context, everybody)


def status_of(answer: Any) -> Any:
    if answer.status_code == 302 and answer.headers["Location"].startswith("/account/login/"):
        return "sign in"
    return answer.status_code


@pytest.mark.parametrize(("route", "person", "status"), TABLE)
def test_everybody_sees_what_is_theirs_and_nothing_else(
    route: str, person: str, status: Any, world: World
) -> None:
    method, path, _ = ROUTES[route]
    before = world.everything()

    answer = world.ask(method, path, person)

    assert status_of(answer) == status
    if method == "GET" or status != 302:
        assert world.everything() == before


@pytest.mark.parametrize(
    "path",
    [
        "/contexts/{context}/versions/1/restore",
        "/avatars/sync",
        "/sessions/{session}/stop",
        "/sessions/{session}/again",
    ],
)
def test_nothing_is_done_by_following_a_link(path: str, world: World) -> None:
    before = world.everything()

    answer = world.ask("GET", path, "asker")

    assert answer.status_code == 405
    assert world.everything() == before


def test_a_form_from_another_site_changes_nothing(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.session.requested_by)
    before = world.everything()

    answer = client.post(f"/sessions/{world.session.public_id}/stop")

    assert answer.status_code == 403
    assert world.everything() == before


def test_somebody_in_no_workspace_is_told_so(world: World) -> None:
    nobody = build.user("nobody")
    world.people["nobody"] = nobody

    statuses = {
        route: status_of(world.ask(method, path, "nobody"))
        for route, (method, path, _) in ROUTES.items()
    }

    assert statuses == dict.fromkeys(ROUTES, 403)


def test_a_deleted_context_is_not_there_any_more(world: World) -> None:
    world.ask("POST", "/contexts/{context}/delete", "asker")

    for method, path in [
        ("GET", "/contexts/{context}/"),
        ("POST", "/contexts/{context}/"),
        ("POST", "/contexts/{context}/versions/1/restore"),
    ]:
        assert world.ask(method, path, "asker").status_code == 404


def test_rights_are_those_in_the_sessions_workspace_not_those_at_home(world: World) -> None:
    ada = world.people["auditor"]
    assert ada is not None
    home = build.workspace(owner=ada)
    home.memberships.update(created_at="2020-01-01T00:00:00Z")
    world.session.events.create(kind="user_line", text="Nobody else's business.", page_key="1")

    page = world.ask("GET", "/sessions/{session}/", "auditor").content.decode()

    assert "Nobody else" not in page
    assert "End it" not in page
    assert "Again with the same settings" not in page
