"""The trail is read by those who may, filtered, and page by page."""

import csv
import io
import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import transaction
from django.test import AsyncClient, Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEvent, AuditPersonalData, User, Workspace
from accounts.rights import Role
from accounts.services import audit, trail
from accounts.services.audit import Action
from liveavatar_web import look_back
from tests import build

pytestmark = pytest.mark.django_db


def record(
    who: User, workspace: Workspace, action: Action = Action.USER_SIGNED_IN, **told: Any
) -> AuditEvent:
    with transaction.atomic():
        return audit.record(action, caller=build.caller(who), workspace=workspace, **told)


def read(who: User, page: str = "audit", **query: Any) -> Any:
    client = Client()
    client.force_login(who)
    return client.get(reverse(page), query)


def shown(answer: Any) -> list[AuditEvent]:
    return list(answer.context["events"])


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.OWNER, 200), (Role.ADMIN, 200), (Role.AUDITOR, 200), (Role.MEMBER, 403)],
)
def test_the_trail_is_for_those_whose_role_may_read_it(
    workspace: Workspace, role: Role, status: int
) -> None:
    somebody = build.user()
    build.member(workspace, somebody, role)

    assert read(somebody).status_code == status


def test_a_workspace_sees_its_own_events_alone(
    workspace: Workspace, alice: User, ada: User, charlie: User
) -> None:
    event = record(alice, workspace)
    record(charlie, charlie.memberships.get().workspace)

    assert shown(read(ada)) == [event]


def test_staff_see_the_whole_installation_or_one_workspace_of_it(
    workspace: Workspace, alice: User, charlie: User
) -> None:
    ours = record(alice, workspace)
    theirs = record(charlie, charlie.memberships.get().workspace)
    sam = build.user("staff", is_staff=True)

    def found(**query: Any) -> list[AuditEvent]:
        return shown(read(sam, "staff_audit", **query))

    assert found() == [theirs, ours]
    assert found(workspace=str(workspace.public_id)) == [ours]
    assert found(workspace=workspace.name, action="user.signed_in") == [ours]
    assert found(action="user.signed_in") == [theirs, ours]
    assert found(workspace="of nobody") == []


def test_the_trail_of_a_workspace_that_is_gone_is_still_asked_for(
    workspace: Workspace, alice: User
) -> None:
    event = record(alice, workspace)
    gone = workspace.public_id
    Workspace.objects.filter(pk=workspace.pk).delete()

    sam = build.user("staff", is_staff=True)

    assert shown(read(sam, "staff_audit", workspace=str(gone))) == [event]


def test_staff_read_their_own_workspaces_trail_like_everybody(
    workspace: Workspace, alice: User, charlie: User
) -> None:
    record(charlie, charlie.memberships.get().workspace)
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    own = record(alice, workspace)

    assert shown(read(alice)) == [own]


def test_what_staff_do_is_told_as_theirs(workspace: Workspace, alice: User) -> None:
    sam = build.user("sam", is_staff=True)
    with transaction.atomic():
        audit.record(
            Action.WORKSPACE_RESUMED, caller=build.caller(sam, as_staff=True), workspace=workspace
        )

    (event,) = shown(read(alice))

    assert event.actor_name == "staff: Sam"
    assert event.actor_label == f"staff: {sam.label}"


def test_without_the_second_step_that_the_workspace_asks_for_the_trail_is_closed(
    workspace: Workspace, alice: User
) -> None:
    Workspace.objects.update(require_mfa=True)

    assert read(alice).headers["Location"].startswith("/account/second-step/")


def test_a_file_that_staff_take_of_one_workspace_is_told_there(
    workspace: Workspace, alice: User
) -> None:
    client = Client()
    client.force_login(build.user("sam", is_staff=True))

    client.get("/staff/audit/export.csv", {"workspace": workspace.name})
    client.get("/staff/audit/export.csv")

    told = AuditEvent.objects.filter(action="audit.exported").order_by("pk")
    assert [event.workspace_id for event in told] == [workspace.public_id, None]


def test_somebody_not_signed_in_is_sent_to_sign_in(client: Client) -> None:
    assert client.get(reverse("audit")).headers["Location"].startswith(reverse("account_login"))


def test_an_event_is_shown_with_who_was_behind_it_until_that_is_erased(
    workspace: Workspace, alice: User
) -> None:
    event = record(alice, workspace)
    assert shown(read(alice))[0].personal == AuditPersonalData.objects.get()

    AuditPersonalData.objects.all().delete()

    assert shown(read(alice)) == [event]
    assert shown(read(alice))[0].personal is None


def test_filters_narrow_the_trail(workspace: Workspace, alice: User, bob: User) -> None:
    key = build.provider_key(workspace, alice, name="Lobby")
    signed_in = record(alice, workspace)
    registered = record(bob, workspace, Action.PROVIDER_KEY_REGISTERED, obj=key)
    refused = record(bob, workspace, Action.PERMISSION_REFUSED, obj=workspace, refused=True)

    def by(**query: Any) -> list[AuditEvent]:
        return shown(read(alice, **query))

    assert by() == [refused, registered, signed_in]
    assert by(action="provider_key.registered") == [registered]
    assert by(refused="on") == [refused]
    assert by(actor="bob") == [refused, registered]
    assert by(actor=str(alice.public_id)) == [signed_in]
    assert by(object="lobb") == [registered]
    assert by(object=str(key.public_id)) == [registered]
    assert by(object="provider_key") == [registered]
    assert by(actor="bob", refused="on", object="provider_key") == []


def test_days_narrow_the_trail_and_include_both_ends(workspace: Workspace, alice: User) -> None:
    now = timezone.now()
    today = now.date()
    old, new = (build.audit_event(workspace, at=at) for at in (now - timedelta(days=3), now))

    assert shown(read(alice, since=today.isoformat())) == [new]
    assert shown(read(alice, until=(today - timedelta(days=3)).isoformat())) == [old]
    assert shown(read(alice, until=today.isoformat())) == [new, old]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"since": "yesterday"}, "Enter a valid date."),
        ({"action": "no.such"}, "no.such is not one of the available choices."),
        ({"since": "2026-12-02", "until": "2026-12-01"}, "This ends before it begins."),
    ],
)
def test_a_filter_that_makes_no_sense_is_told_and_nothing_is_listed(
    workspace: Workspace, alice: User, query: dict[str, str], words: str
) -> None:
    record(alice, workspace)

    answer = read(alice, **query)

    assert shown(answer) == []
    assert words in answer.content.decode()


def test_a_page_that_finds_nothing_goes_on_where_it_stopped_looking(
    workspace: Workspace, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = record(alice, workspace, Action.PERMISSION_REFUSED, obj=workspace)
    for _ in range(2):
        record(alice, workspace)
    monkeypatch.setattr(look_back, "LOOK_AT", 2)

    first = read(alice, object="workspace")
    client = Client()
    client.force_login(alice)
    second = client.get(reverse("audit") + first.context["next_cursor"])

    assert shown(first) == []
    assert "Look further back" in first.content.decode()
    assert shown(second) == [wanted]


def test_the_trail_is_read_page_by_page_with_its_filters(
    workspace: Workspace, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look_back, "PAGE_SIZE", 2)
    wanted = [record(alice, workspace, Action.USER_SIGNED_OUT) for _ in range(5)]
    record(alice, workspace)
    client = Client()
    client.force_login(alice)

    pages, url = [], f"{reverse('audit')}?action=user.signed_out"
    while url:
        answer = client.get(url)
        pages.append(shown(answer))
        url = answer.context["next_cursor"] and reverse("audit") + answer.context["next_cursor"]

    wanted.reverse()
    assert pages == [wanted[:2], wanted[2:4], wanted[4:]]


@pytest.mark.parametrize("count", [1, 3])
def test_the_trail_takes_the_same_queries_however_long_it_is(
    workspace: Workspace,
    alice: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for _ in range(count):
        record(alice, workspace)
    client = Client()
    client.force_login(alice)

    # Session, person, membership, events, personal data, names, how the chain stands.
    with django_assert_num_queries(8):
        client.get(reverse("audit"))


# As a file.


def download(who: User, kind: str, query: str = "", *, under: str = "") -> tuple[str, str | None]:
    """The file, and how many rows its header announced."""

    async def fetch() -> tuple[bytes, str | None]:
        client = AsyncClient()
        await client.aforce_login(who)
        answer = await client.get(f"{under}/audit/export.{kind}?{query}")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="audit.{kind}"'
        content = b"".join([piece async for piece in answer.streaming_content])
        return content, answer.headers.get("X-About-Rows")

    content, about = async_to_sync(fetch)()
    return content.decode(), about


def file(who: User, kind: str, query: str = "") -> str:
    return download(who, kind, query)[0]


def test_a_file_has_what_the_page_shows_and_is_itself_audited(
    workspace: Workspace, alice: User, ada: User
) -> None:
    record(alice, workspace)
    wanted = [record(alice, workspace, Action.USER_SIGNED_OUT) for _ in range(3)][::-1]

    lines = [json.loads(line) for line in file(ada, "jsonl", "action=user.signed_out").splitlines()]

    assert [line["id"] for line in lines] == [str(event.public_id) for event in wanted]
    assert {line["actor"] for line in lines} == {alice.name}
    assert {line["email"] for line in lines} == {alice.email}
    assert tuple(lines[0]) == trail.COLUMNS
    told = AuditEvent.objects.get(action="audit.exported")
    assert told.details == {"format": "jsonl", "filter": "action=user.signed_out"}
    assert (told.actor_id, told.workspace_id) == (ada.public_id, workspace.public_id)


def test_a_file_is_written_a_handful_at_a_time(
    workspace: Workspace, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail, "HANDFUL", 2)
    for _ in range(5):
        record(alice, workspace, Action.USER_SIGNED_OUT)

    rows = list(csv.DictReader(io.StringIO(file(alice, "csv", "action=user.signed_out"))))

    assert len({row["id"] for row in rows}) == 5


def test_a_file_says_how_many_rows_are_to_come_where_nobody_has_to_count(
    workspace: Workspace, alice: User, charlie: User
) -> None:
    staff = build.user(is_staff=True)
    record(charlie, build.workspace(owner=charlie))
    for _ in range(3):
        record(alice, workspace)

    for reader, under, query in (
        (alice, "", ""),
        (staff, "/staff", ""),
        (staff, "/staff", f"workspace={workspace.public_id}"),
    ):
        content, about = download(reader, "jsonl", query, under=under)
        assert about == str(content.count("\n")) != "0"
    assert download(alice, "jsonl", "action=user.signed_in")[1] is None


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("owner", "/audit/export.csv", 200),
        ("auditor", "/audit/export.jsonl", 200),
        ("colleague", "/audit/export.csv", 403),
        ("owner", "/audit/export.doc", 404),
        ("owner", "/audit/export.csv?since=never", 302),
        (None, "/audit/export.csv", 302),
    ],
)
def test_a_file_is_for_those_who_may_read_the_trail(
    who: str | None, path: str, status: int, people: SimpleNamespace
) -> None:
    client = Client()
    if who:
        client.force_login(getattr(people, who))

    assert client.get(path).status_code == status
    assert AuditEvent.objects.filter(action="audit.exported").exists() == (status == 200)
