"""Before something dangerous the password is asked for again, and no field is kept meanwhile."""

import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, ProviderKey, User, Workspace
from tests import build
from tests.simulator.cloud import SimulatedCloud

KEY = {"name": "Lobby", "value": "sk-sim-a-marked-key"}


@pytest.fixture
def signed_in(client: Client, alice: User, workspace: Workspace) -> Client:
    """Alice, whose account is old and who gave her password a moment ago."""
    User.objects.filter(pk=alice.pk).update(date_joined=timezone.now() - timedelta(days=30))
    client.post(reverse("account_login"), {"login": alice.email, "password": build.PASSWORD})
    return client


def an_hour_passes(client: Client) -> None:
    session = client.session
    for record in session[AUTHENTICATION_METHODS_SESSION_KEY]:
        record["at"] = time.time() - 3600
    session.save()


def asked_again(answer: Any, path: str) -> bool:
    target = f"{reverse('account_reauthenticate')}?next={path.replace('/', '%2F')}"
    return answer.status_code == 302 and answer.headers["Location"] == target


def test_right_after_signing_in_nobody_is_asked_again(signed_in: Client) -> None:
    assert signed_in.get(reverse("provider_key_new")).status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_later_the_password_is_asked_for_first(signed_in: Client, method: str) -> None:
    an_hour_passes(signed_in)
    path = reverse("provider_key_new")

    answer = getattr(signed_in, method)(path, KEY)

    assert asked_again(answer, path)
    assert not ProviderKey.objects.exists()


def test_the_key_that_was_sent_too_late_is_kept_nowhere(signed_in: Client) -> None:
    an_hour_passes(signed_in)

    answer = signed_in.post(reverse("provider_key_new"), KEY, follow=True)

    assert KEY["value"] not in str([each.get_decoded() for each in Session.objects.all()])
    assert KEY["value"] not in answer.content.decode()
    assert "Nothing was kept." in answer.content.decode()


def test_the_password_opens_the_way_back_and_is_written_down(
    signed_in: Client, alice: User
) -> None:
    an_hour_passes(signed_in)
    path = reverse("provider_key_new")

    answer = signed_in.post(
        f"{reverse('account_reauthenticate')}?next={path}", {"password": build.PASSWORD}
    )

    assert answer.headers["Location"] == path
    assert signed_in.get(path).status_code == 200
    event = AuditEvent.objects.get(action="user.reauthenticated")
    assert (event.actor_id, event.details) == (alice.public_id, {"method": "password"})


def test_another_way_in_does_not_stand_for_the_password(signed_in: Client) -> None:
    session = signed_in.session
    for record in session[AUTHENTICATION_METHODS_SESSION_KEY]:
        record["method"] = "password_reset"
    session.save()
    path = reverse("provider_key_new")

    assert asked_again(signed_in.get(path), path)


def test_a_wrong_password_opens_nothing(signed_in: Client) -> None:
    an_hour_passes(signed_in)
    path = reverse("provider_key_new")

    signed_in.post(f"{reverse('account_reauthenticate')}?next={path}", {"password": "wrong"})

    assert asked_again(signed_in.get(path), path)
    assert AuditEvent.objects.filter(action="user.sign_in_failed", refused=True).count() == 1


@pytest.mark.parametrize("method", ["get", "post"])
def test_revoking_asks_too(
    signed_in: Client, workspace: Workspace, alice: User, method: str
) -> None:
    key = build.provider_key(workspace, alice)
    an_hour_passes(signed_in)
    path = reverse("provider_key_revoke", args=[key.public_id])

    assert asked_again(getattr(signed_in, method)(path), path)

    key.refresh_from_db()
    assert key.state == "ready"


def test_somebody_who_just_signed_up_has_just_given_a_password(
    client: Client, cloud: SimulatedCloud, settings: Any, db: None
) -> None:
    settings.SIGNUP = "open"
    client.post(
        reverse("account_signup"), {"email": "dora@example.com", "password1": build.PASSWORD}
    )

    client.post(reverse("provider_key_new"), KEY)

    assert ProviderKey.objects.get().name == "Lobby"
