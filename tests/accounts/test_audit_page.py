"""The trail is read by those who may, filtered, and page by page."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEvent, AuditPersonalData, User, Workspace
from accounts.rights import Role
from accounts.services import audit
from accounts.services.audit import Action
from accounts.views import audit as audit_view
from tests import build

pytestmark = pytest.mark.django_db


def record(
    who: User, workspace: Workspace, action: Action = Action.USER_SIGNED_IN, **told: Any
) -> AuditEvent:
    with transaction.atomic():
        return audit.record(action, caller=build.caller(who), workspace=workspace, **told)


def read(who: User, **query: Any) -> Any:
    client = Client()
    client.force_login(who)
    return client.get(reverse("audit"), query)


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


def test_staff_see_the_whole_installation_without_a_workspace(
    workspace: Workspace, alice: User, charlie: User
) -> None:
    record(alice, workspace)
    record(charlie, charlie.memberships.get().workspace)

    assert len(shown(read(build.user("staff", is_staff=True)))) == 2


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
    "query", [{"since": "yesterday"}, {"action": "no.such"}, {"before": "x"}, {"until": "9"}]
)
def test_a_filter_that_makes_no_sense_is_left_out(
    workspace: Workspace, alice: User, query: dict[str, str]
) -> None:
    event = record(alice, workspace)

    assert shown(read(alice, **query)) == [event]


def test_the_trail_is_read_page_by_page_with_its_filters(
    workspace: Workspace, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_view, "PAGE_SIZE", 2)
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

    with django_assert_num_queries(6):  # session, person, membership, events, personal data, names
        client.get(reverse("audit"))
