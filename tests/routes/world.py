"""One workspace with one of everything, and everybody who might ask for it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any, Final

from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import AuditMark, User, Workspace, WorkspaceInvitation
from accounts.rights import Role
from sessions_app.lifecycle import State
from sessions_app.models import AvatarSession, SavedFilter, StopOrder, Widget
from sessions_app.services import catalogue
from sessions_app.services.acceptance import Wish
from tests import build
from tests.routes.table import Row
from tests.sessions_app.answers import assert_one_error_shape
from tests.sessions_app.rows import placed

REFUSALS: Final = ("403", "404", "405", "sign-in")
# A refusal may be audited, and is counted at a widget.
_WRITING: Final = re.compile(
    r'(?:INSERT INTO|UPDATE|DELETE FROM) "((?:accounts|sessions_app)_(?!audit|widgettally)\w+)"'
)


@dataclass
class _Writes:
    """The tables that were written to."""

    tables: set[str] = field(default_factory=set)

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        self.tables.update(_WRITING.findall(sql))
        return execute(sql, params, many, context)


@dataclass
class World:
    people: dict[str, User]
    things: dict[str, Any]
    cookies: dict[str, SimpleCookie] = field(default_factory=dict)

    def ask(self, role: str, method: str, name: str, row: Row) -> str:
        """The status, or `sign-in` for a redirect there; whatever it changed is undone.

        Of a refusal, and of whatever is only looked at, it says so if that wrote anything.
        """
        client = self._client(role)
        address = reverse(name, kwargs=self._named(row.parts))
        data = row.data | self._named(row.chosen)
        before = transaction.savepoint()
        with connection.execute_wrapper(writes := _Writes()):
            if method == "GET":
                answer = client.get(address)
            elif address.startswith("/api/"):
                answer = client.post(address, data, content_type="application/json")
            else:
                answer = client.post(address, data)
        transaction.savepoint_rollback(before)
        to = answer.headers.get("Location", "")
        status = "sign-in" if to.startswith("/account/login/") else str(answer.status_code)
        if writes.tables and (method == "GET" or status in REFUSALS):
            return f"{status}, but wrote to {sorted(writes.tables)}"
        if status in REFUSALS and address.startswith("/api/"):
            assert_one_error_shape(answer)
        return status

    def _client(self, role: str) -> Client:
        """A browser of somebody who has signed in once, unless it is nobody's."""
        client = Client(raise_request_exception=False)
        if role in self.cookies:
            client.cookies = SimpleCookie(self.cookies[role])
        elif role in self.people:
            client.force_login(self.people[role])
            self.cookies[role] = SimpleCookie(client.cookies)
        return client

    def _named(self, given: dict[str, str]) -> dict[str, Any]:
        """Each value is the name of a thing of the world, or stands for itself."""
        return {name: self.things.get(value, value) for name, value in given.items()}


def made() -> World:
    workspace = build.workspace(owner=(owner := build.user("owner")))
    people = {"owner": owner}
    for name, role in (
        ("admin", Role.ADMIN),
        ("asker", Role.MEMBER),
        ("colleague", Role.MEMBER),
        ("auditor", Role.AUDITOR),
    ):
        people[name] = build.user(name)
        build.member(workspace, people[name], role)
    for name in ("stranger", "staff"):
        people[name] = build.user(name, is_staff=name == "staff")
        build.workspace(owner=people[name])
    return World(people, _things(workspace, people))


def _things(workspace: Workspace, people: dict[str, User]) -> dict[str, Any]:
    owner = people["owner"]
    catalogue.account()  # there once anybody has looked
    wish = Wish(
        avatar=build.avatar(), provider_key=build.provider_key(workspace, owner), max_seconds=120
    )
    session = placed(people["asker"], wish, State.LIVE)
    context = build.context(workspace, owner)
    now = timezone.now()
    order = StopOrder.objects.create(
        workspace=workspace,
        asked_by=owner,
        asked_at=now,
        finished_at=now,
        last_session=0,
        total=0,
        left=0,
    )
    invitation = WorkspaceInvitation.objects.create(
        workspace=workspace,
        email="guest@example.com",
        role=Role.MEMBER,
        invited_by=owner,
        token_digest="d",
        expires_at=now + timedelta(days=7),
    )
    AuditMark.objects.create(pk=workspace.public_id, failed_at=now, failure="event 1 missing")
    shared = SavedFilter.objects.create(workspace=workspace, owner=owner, name="Mine")
    staffs = SavedFilter.objects.create(owner=people["staff"], name="Ours", is_shared=True)
    of_staff = StopOrder.objects.create(
        by_staff=True,
        asked_by=people["staff"],
        asked_at=now,
        finished_at=now,
        last_session=0,
        total=0,
        left=0,
    )
    return {
        "stop order": order.public_id,
        "staff's order": of_staff.public_id,
        "invitation": invitation.public_id,
        "filter": shared.public_id,
        "staff's filter": staffs.public_id,
        "workspace": workspace.public_id,
        "person": people["colleague"].public_id,
        "member": people["colleague"].memberships.get().public_id,
        "avatar": wish.avatar.public_id,
        "key": wish.provider_key.public_id,
        "session": session.public_id,
        "visit": _visit(owner, wish).public_id,
        "context": context.public_id,
        "widget": Widget.objects.get().public_id,
    }


def _visit(owner: User, wish: Wish) -> AvatarSession:
    """A stranger's conversation at a widget."""
    widget = build.widget(owner, wish)
    return build.past_session(None, wish, widget=widget, state=State.ENDED, ended_at=timezone.now())


def routes() -> set[str]:
    """The name of every route that the project has; those of Django's admin are one."""
    return {_one_of_admin(name) for name in _names(get_resolver(), "")}


def _one_of_admin(name: str) -> str:
    return "admin" if name.startswith("admin:") else name


def _names(resolver: URLResolver, prefix: str) -> list[str]:
    found: list[str] = []
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            found.append(prefix + (pattern.name or str(pattern.pattern)))
        else:
            namespace = f"{pattern.namespace}:" if pattern.namespace else ""
            found += _names(pattern, prefix + namespace)
    return found
