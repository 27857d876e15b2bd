"""Staff see how the installation is, and keep workspaces and people out; nobody else does."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, ProviderKey, User, Workspace
from sessions_app.lifecycle import LIFECYCLE, State
from sessions_app.models import CloudStranger, Reconciliation
from sessions_app.services import queue
from sessions_app.services.acceptance import Wish
from tests import build
from tests.sessions_app.rows import placed

PAGES = (
    *("", "starts/", "strangers/", "workspaces/", "people/", "queue/", "sessions/"),
    *("audit/", "audit/alarms/"),
)


@pytest.fixture
def sam(db: None) -> User:
    """May change workspaces and people."""
    sam = build.user("sam", is_staff=True)
    may = ("change_workspace", "change_user")
    sam.user_permissions.set(Permission.objects.filter(codename__in=may))
    return sam


@pytest.mark.parametrize("page", PAGES)
def test_pages_of_the_installation_are_for_staff_alone(
    ida: User, people: SimpleNamespace, client: Client, page: str
) -> None:
    assert client.get(f"/staff/{page}").status_code == 302
    for who in (people.owner, people.auditor, people.stranger):
        client.force_login(who)
        assert client.get(f"/staff/{page}").status_code == 404
    client.force_login(ida)
    assert client.get(f"/staff/{page}").status_code == 200


def test_the_overview_says_what_runs_and_what_needs_somebody(
    ida: User, alice: User, plan: Wish, client: Client
) -> None:
    placed(alice, plan, State.LIVE)
    for_its_owner, for_staff = (
        plan.provider_key,
        build.provider_key(
            plan.provider_key.workspace, alice, state="pending", due_at=timezone.now(), attempts=5
        ),
    )
    ProviderKey.objects.filter(pk=for_its_owner.pk).update(state="rejected")
    ProviderKey.objects.filter(pk=for_staff.pk).update(last_error="Unauthorised")
    now = timezone.now()
    CloudStranger.objects.create(remote_id="theirs", first_seen_at=now, last_seen_at=now)
    client.force_login(ida)

    page = client.get("/staff/").content.decode()

    assert "1 session runs there that was not started here" in page
    # The row that fails, and the session that runs there; a refused key calls its owner alone.
    assert client.get("/staff/").context["figures"].needing_attention == 1
    assert page.count("Look into it") == 1
    assert "theirs" in client.get("/staff/strangers/").content.decode()


def test_what_has_just_begun_is_no_alarm_but_strangers_and_an_old_list_are(
    ida: User, alice: User, plan: Wish, client: Client
) -> None:
    now = timezone.now()
    placed(alice, plan, State.LIVE)
    listed = Reconciliation.objects.update_or_create(
        kind=Reconciliation.Kind.SESSIONS, defaults={"there": 0, "checked_at": now, "due_at": now}
    )[0]
    client.force_login(ida)

    def alarms() -> int:
        return client.get("/staff/").content.decode().count("Look into it")

    assert alarms() == 0
    Reconciliation.objects.filter(pk=listed.pk).update(checked_at=now - timedelta(minutes=6))
    assert alarms() == 1
    Reconciliation.objects.filter(pk=listed.pk).update(checked_at=now)
    CloudStranger.objects.create(remote_id="theirs", first_seen_at=now, last_seen_at=now)
    assert alarms() == 1


@pytest.mark.parametrize("page", ["workspaces/", "people/", "strangers/"])
@pytest.mark.parametrize("more", [0, 2])
def test_lists_take_the_same_queries_however_long_they_are(
    ida: User,
    alice: User,
    workspace: Workspace,
    client: Client,
    page: str,
    more: int,
    django_assert_max_num_queries: Any,
) -> None:
    now = timezone.now()
    for number in range(more):
        build.workspace(owner=build.user())
        CloudStranger.objects.create(remote_id=f"{number}", first_seen_at=now, last_seen_at=now)
    client.force_login(ida)

    with django_assert_max_num_queries(7):
        client.get(f"/staff/{page}")


def test_workspaces_and_people_are_found(
    ida: User, alice: User, charlie: User, workspace: Workspace, client: Client
) -> None:
    client.force_login(ida)

    def found(page: str, text: str) -> list[Any]:
        context = client.get(f"/staff/{page}/", {"text": text}).context
        return list(context[page])

    for text in (workspace.name, str(workspace.public_id), alice.email.upper()):
        assert found("workspaces", text) == [workspace]
    for text in (alice.email[:6], "Alice", str(alice.public_id)):
        assert found("people", text) == [alice]
    assert found("people", "nobody at all") == []


def test_a_workspace_is_suspended_with_a_reason_and_let_go_on(
    sam: User, workspace: Workspace, client: Client
) -> None:
    client.force_login(sam)
    address = f"/staff/workspaces/{workspace.public_id}/"

    assert "required" in client.post(f"{address}suspend", {"reason": ""}).content.decode()
    client.post(f"{address}suspend", {"reason": "Unpaid."})
    workspace.refresh_from_db()
    assert (workspace.is_closed, workspace.suspension_reason) == (True, "Unpaid.")
    assert "Unpaid." in client.get(address).content.decode()
    client.post(f"{address}lift")

    workspace.refresh_from_db()
    assert not workspace.is_closed
    told = AuditEvent.objects.filter(workspace_id=workspace.public_id).order_by("id")
    assert [event.action for event in told] == ["workspace.suspended", "workspace.resumed"]


def test_a_person_is_kept_out_and_let_in_again(
    sam: User, alice: User, workspace: Workspace, client: Client
) -> None:
    alices, address = Client(), f"/staff/people/{alice.public_id}/"
    alices.force_login(alice)
    client.force_login(sam)

    assert "Suspend them" in client.get(f"{address}suspend").content.decode()
    client.post(f"{address}suspend")
    assert alices.get("/").status_code == 302
    client.post(f"{address}reinstate")
    assert alices.get("/").status_code == 200

    told = AuditEvent.objects.filter(object_id=alice.public_id).order_by("id")
    assert [event.action for event in told] == ["user.suspended", "user.reinstated"]
    assert {event.workspace_id for event in told} == {workspace.public_id}


def test_staff_who_only_look_change_nothing(
    ida: User, alice: User, workspace: Workspace, client: Client
) -> None:
    client.force_login(ida)
    for address in (
        f"/staff/workspaces/{workspace.public_id}/suspend",
        f"/staff/workspaces/{workspace.public_id}/lift",
        f"/staff/people/{alice.public_id}/suspend",
        f"/staff/people/{alice.public_id}/reinstate",
    ):
        assert client.post(address, {"reason": "Because."}).status_code == 403

    workspace.refresh_from_db()
    alice.refresh_from_db()
    assert (workspace.is_closed, alice.is_active) == (False, True)


@pytest.mark.parametrize("whom", ["themselves", "a superuser"])
def test_nobody_locks_out_themselves_or_a_superuser(sam: User, client: Client, whom: str) -> None:
    root = build.user("root", is_staff=True, is_superuser=True)
    client.force_login(sam)
    victim = sam if whom == "themselves" else root

    assert client.post(f"/staff/people/{victim.public_id}/suspend").status_code == 403

    victim.refresh_from_db()
    assert victim.is_active


@pytest.mark.parametrize("more", [0, 2])
def test_the_queue_says_of_each_row_who_moves_it_next(
    ida: User,
    alice: User,
    plan: Wish,
    client: Client,
    more: int,
    django_assert_num_queries: Any,
) -> None:
    first = placed(alice, plan, State.LIVE, due_at=timezone.now() - timedelta(hours=1))
    for _ in range(more):
        placed(alice, plan, State.REQUESTED)
    client.force_login(ida)

    with django_assert_num_queries(14):
        answer = client.get("/staff/queue/")

    entries = answer.context["entries"]
    assert (answer.context["kind"], len(entries)) == ("session", 1 + more)
    assert (entries[0].row, entries[0].is_late) == (first, True)
    assert entries[0].mover == LIFECYCLE[State.LIVE].mover
    assert client.get("/staff/queue/?kind=stop_order").context["entries"] == []
    assert client.get("/staff/queue/?kind=nothing").status_code == 404


def test_the_queue_goes_on_page_by_page_the_longest_due_first(
    ida: User, alice: User, plan: Wish, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PAGE_SIZE", 2)
    now = timezone.now()
    due = [now - timedelta(minutes=minutes) for minutes in (1, 3, 2)]
    rows = [placed(alice, plan, State.LIVE, due_at=at) for at in due]
    client.force_login(ida)

    seen, address = [], "?kind=session"
    while address:
        answer = client.get(f"/staff/queue/{address}")
        seen += [entry.row for entry in answer.context["entries"]]
        address = answer.context["next_url"]

    assert seen == [rows[1], rows[2], rows[0]]
