"""The admin pages show everything but secrets, and what is changed there is written down."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, ProviderKey, User, Workspace
from accounts.services import audit
from accounts.services.audit import Action
from tests import build

VALUE = "sk-sim-a-marked-key"


@pytest.fixture
def staff(db: None) -> User:
    return build.user("staff", is_staff=True, is_superuser=True)


@pytest.fixture
def client(staff: User) -> Client:
    client = Client()
    client.force_login(staff)
    return client


@pytest.fixture
def key(workspace: Workspace, alice: User) -> ProviderKey:
    return build.provider_key(workspace, alice, value=VALUE)


@pytest.fixture
def event(workspace: Workspace, key: ProviderKey, alice: User) -> AuditEvent:
    with transaction.atomic():
        return audit.record(
            Action.PROVIDER_KEY_RENAMED, caller=build.caller(alice), workspace=workspace, obj=key
        )


def page(model: type[Any], name: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def ours() -> list[type[Any]]:
    return [model for model in admin.site._registry if model._meta.app_label == "accounts"]


def test_every_list_opens_searches_and_filters(
    client: Client, key: ProviderKey, event: AuditEvent
) -> None:
    assert {model.__name__ for model in ours()} == {
        "User",
        "Workspace",
        "ProviderKey",
        "AuditEvent",
    }
    for model in ours():
        assert client.get(page(model)).status_code == 200
        assert client.get(page(model), {"q": "nothing like it"}).status_code == 200


def test_no_page_shows_a_key_or_what_it_is_sealed_as(
    client: Client, key: ProviderKey, event: AuditEvent
) -> None:
    answers = [
        client.get(page(ProviderKey)),
        client.get(page(ProviderKey, "change", key.pk)),
        client.get(page(AuditEvent, "change", event.pk)),
    ]

    for answer in answers:
        assert answer.status_code == 200
        for hidden in (VALUE, key.value.text, key.fingerprint):
            assert hidden not in answer.content.decode()


@pytest.mark.parametrize("name", ["change", "delete"])
def test_keys_and_events_cannot_be_changed_there(
    client: Client, key: ProviderKey, event: AuditEvent, name: str
) -> None:
    for row in (key, event):
        assert client.post(page(type(row), name, row.pk), {"post": "yes"}).status_code == 403

    assert ProviderKey.objects.get() == key
    assert AuditEvent.objects.get() == event


@pytest.mark.parametrize("model", [Authenticator, EmailAddress, SocialAccount, UserSession])
def test_how_people_sign_in_is_not_there_to_be_changed(model: type[Model]) -> None:
    """An address that is called confirmed opens an account to whoever owns it at the provider."""
    assert not admin.site.is_registered(model)


def test_a_change_is_written_down_with_the_names_of_its_fields(
    client: Client, staff: User, workspace: Workspace
) -> None:
    form = {
        "name": "Renamed",
        "max_concurrent_sessions": "7",
        "max_session_seconds": "",
        "monthly_minutes": "",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }

    client.post(page(Workspace, "change", workspace.pk), form)

    workspace.refresh_from_db()
    assert (workspace.name, workspace.max_concurrent_sessions) == ("Renamed", 7)
    event = AuditEvent.objects.get()
    assert (event.action, event.actor_id) == ("admin.changed", staff.public_id)
    assert event.object_id == event.workspace_id == workspace.public_id
    assert event.details["change"] == "changed"
    assert event.details["fields"] == "Name, Max concurrent sessions"


def test_a_role_given_is_written_down(
    client: Client, workspace: Workspace, alice: User, charlie: User
) -> None:
    alices = workspace.memberships.get()
    form = {
        "name": workspace.name,
        "memberships-TOTAL_FORMS": "2",
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": str(alices.pk),
        "memberships-0-workspace": str(workspace.pk),
        "memberships-0-user": str(alice.pk),
        "memberships-0-role": "admin",
        "memberships-1-workspace": str(workspace.pk),
        "memberships-1-user": str(charlie.pk),
        "memberships-1-role": "auditor",
    }

    client.post(page(Workspace, "change", workspace.pk), form)

    roles = workspace.memberships.order_by("pk").values_list("user", "role")
    assert list(roles) == [(alice.pk, "admin"), (charlie.pk, "auditor")]
    event = AuditEvent.objects.get()
    assert event.details["fields"] == "membership added, membership changed, Role"


def test_a_person_is_added_by_address_and_written_down_without_it(client: Client) -> None:
    form = {
        "email": "Dora@Example.com",
        "usable_password": "true",
        "password1": build.PASSWORD,
        "password2": build.PASSWORD,
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }

    client.post(page(User, "add"), form)

    dora = User.objects.get(email="dora@example.com")
    assert dora.check_password(build.PASSWORD)
    event = AuditEvent.objects.get(action="admin.changed")
    assert (event.object_id, event.details["change"]) == (dora.public_id, "added")
    assert "dora" not in event.object_label.lower()


def test_an_address_is_not_changed_there_so_that_it_stays_the_one_that_signs_in(
    client: Client, alice: User
) -> None:
    form = {
        "email": "somebody-else@example.com",
        "name": "Alice Renamed",
        "is_active": "on",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }

    answer = client.post(page(User, "change", alice.pk), form)

    changed = User.objects.get(pk=alice.pk)
    assert answer.status_code == 302
    assert (changed.email, changed.name) == (alice.email, "Alice Renamed")
    assert AuditEvent.objects.get().details["fields"] == "Name"
    assert 'name="email"' not in client.get(page(User, "change", alice.pk)).content.decode()


def test_people_are_made_inactive_and_never_deleted(client: Client, alice: User) -> None:
    assert client.post(page(User, "delete", alice.pk), {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=alice.pk).exists()


def test_an_invitation_is_made_there(client: Client, settings: Any) -> None:
    answer = client.post(reverse("admin:invite"), {"email": "dora@example.com"})

    assert f"{settings.SITE_URL}/account/signup/?invitation=dora" in answer.content.decode()
    assert AuditEvent.objects.get().action == "user.invited"


def test_who_has_an_account_is_not_invited(client: Client, alice: User) -> None:
    answer = client.post(reverse("admin:invite"), {"email": alice.email})

    assert "has an account already" in answer.content.decode()


def test_staff_without_the_permission_do_not_invite(db: None) -> None:
    client = Client()
    client.force_login(build.user("auditor", is_staff=True))

    assert client.post(reverse("admin:invite"), {"email": "d@example.com"}).status_code == 403


def test_the_pages_are_closed_to_everybody_else(alice: User) -> None:
    client = Client()
    client.force_login(alice)

    assert client.get(page(ProviderKey)).status_code in {302, 403}
