"""What holds of pages whoever asks; who may ask for which is in `tests/routes`."""

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
SCRIPT = {"name": "Guide", "prompt": "Be funny."}

PAGES = (
    *("/", "/contexts/", "/contexts/new", "/contexts/{context}/", "/contexts/{context}/delete"),
    *("/contexts/{context}/versions/1", "/contexts/{context}/versions/9"),
    *("/avatars/", "/avatars/{avatar}/", "/sessions/", "/sessions/?state=ended&avatar={avatar}"),
    *("/sessions/export.csv", "/sessions/export.jsonl?state=ended", "/sessions/export.doc"),
    *("/sessions/export.csv?since=x", "/sessions/live", "/sessions/stop?who=visitors"),
    *("/sessions/new", "/sessions/{session}/", "/sessions/{session}/room"),
    *("/sessions/{session}/transcript.txt", "/sessions/{session}/transcript.json"),
    *("/sessions/{session}/transcript", "/sessions/{session}/transcript.doc"),
)
BUTTONS = (
    *("/contexts/new", "/contexts/{context}/", "/contexts/{context}/delete"),
    *("/contexts/{context}/versions/1/restore", "/avatars/sync", "/sessions/filters/new"),
    *("/sessions/stop?who=visitors", "/sessions/{session}/stop", "/sessions/{session}/again"),
    *("/sessions/{session}/transcript", "/sessions/{session}/transcript/delete"),
)


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


@pytest.mark.parametrize(
    "path",
    [
        "/contexts/{context}/versions/9",
        "/sessions/export.doc",
        "/sessions/{session}/transcript.doc",
    ],
)
def test_what_does_not_exist_is_not_found(path: str, world: World) -> None:
    assert world.ask("GET", path, "asker").status_code == 404


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

    pages = {path: world.ask("GET", path, "nobody").status_code for path in PAGES}
    buttons = {path: world.ask("POST", path, "nobody").status_code for path in BUTTONS}

    assert pages == dict.fromkeys(PAGES, 403)
    assert buttons == dict.fromkeys(BUTTONS, 403)


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
