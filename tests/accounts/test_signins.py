"""Coming and going is written down, and guessing passwords does not get far."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, AuditPersonalData, User, Workspace
from tests import build

pytestmark = pytest.mark.django_db


def sign_in(client: Client, email: str, password: str = build.PASSWORD) -> Any:
    return client.post(reverse("account_login"), {"login": email, "password": password})


def trail() -> list[tuple[str, bool]]:
    return list(AuditEvent.objects.order_by("id").values_list("action", "refused"))


def test_signing_in_and_out_is_written_down(
    client: Client, alice: User, workspace: Workspace
) -> None:
    sign_in(client, alice.email)
    client.post(reverse("account_logout"))

    assert trail() == [("user.signed_in", False), ("user.signed_out", False)]
    event = AuditEvent.objects.last()
    assert event is not None
    assert (event.actor_id, event.object_id) == (alice.public_id, alice.public_id)
    assert event.workspace_id == workspace.public_id
    assert event.request_id
    personal = AuditPersonalData.objects.get(event_id=event.public_id)
    assert (personal.email, personal.address) == (alice.email, "127.0.0.1")


@pytest.mark.parametrize("known", [True, False])
def test_a_failed_sign_in_is_written_down_with_the_address_that_was_tried(
    client: Client, alice: User, workspace: Workspace, known: bool
) -> None:
    email = alice.email if known else "nobody@example.com"

    answer = sign_in(client, email, "wrong")

    assert "not correct" in str(answer.context["form"].errors)
    event = AuditEvent.objects.get()
    assert (event.action, event.refused) == ("user.sign_in_failed", True)
    assert event.details == {"reason": "wrong e-mail or password"}
    assert event.actor_id is None
    assert event.object_id == (alice.public_id if known else None)
    assert event.workspace_id == (workspace.public_id if known else None)
    assert AuditPersonalData.objects.get().email == email


def test_after_a_few_guesses_the_right_password_does_not_help_either(
    client: Client, alice: User
) -> None:
    for _ in range(5):
        sign_in(client, alice.email, "wrong")

    answer = sign_in(client, alice.email)

    assert "Too many failed login attempts. Try again later." in answer.content.decode()
    assert "_auth_user_id" not in client.session
    event = AuditEvent.objects.first()
    assert event is not None
    assert event.details == {"reason": "too many attempts"}


def test_a_flood_of_sign_ins_is_answered_in_words(client: Client, alice: User) -> None:
    for _ in range(30):
        client.get(reverse("account_login"))
        answer = sign_in(client, "nobody@example.com", "wrong")

    answer = sign_in(client, alice.email)

    assert answer.status_code == 429
    assert "Wait a minute, then try again." in answer.content.decode()


def test_an_account_made_by_an_admin_gets_its_workspace_at_the_first_sign_in(
    client: Client,
) -> None:
    user = build.user("dora")

    sign_in(client, user.email)
    client.post(reverse("account_logout"))
    sign_in(client, user.email)

    assert [each.role for each in user.memberships.all()] == ["owner"]


def test_a_changed_password_is_written_down(client: Client, alice: User) -> None:
    client.force_login(alice)

    client.post(
        reverse("account_change_password"),
        {"oldpassword": build.PASSWORD, "password1": "another good one 9", "password2": "x"},
    )
    assert "user.password_changed" not in [action for action, _ in trail()]
    client.post(
        reverse("account_change_password"),
        {
            "oldpassword": build.PASSWORD,
            "password1": "another good one 9",
            "password2": "another good one 9",
        },
    )

    assert "user.password_changed" in [action for action, _ in trail()]


def test_a_password_is_reset_by_a_link_in_a_mail(
    client: Client, alice: User, mailoutbox: list[Any]
) -> None:
    client.post(reverse("account_reset_password"), {"email": alice.email})
    link = next(word for word in mailoutbox[0].body.split() if "/password/reset/key/" in word)

    page = client.get(link, follow=True)
    form = {"password1": "another good one 9", "password2": "another good one 9"}
    client.post(page.request["PATH_INFO"], form)

    alice.refresh_from_db()
    assert alice.check_password("another good one 9")
    assert ("user.password_reset", False) in trail()


def test_a_confirmed_address_is_written_down(
    client: Client, alice: User, mailoutbox: list[Any]
) -> None:
    EmailAddress.objects.create(user=alice, email=alice.email, primary=True)
    client.force_login(alice)
    client.post(reverse("account_email"), {"action_send": "", "email": alice.email})
    link = next(word for word in mailoutbox[0].body.split() if "/confirm-email/" in word)

    client.post(link)

    assert EmailAddress.objects.get().verified
    assert ("user.email_confirmed", False) in trail()


def test_somebody_inactive_does_not_come_in(client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)

    sign_in(client, alice.email)

    assert "_auth_user_id" not in client.session


def test_staff_come_to_the_admin_pages_through_the_one_door(client: Client, alice: User) -> None:
    answer = client.get(reverse("admin:index"), follow=True)
    assert answer.request["PATH_INFO"] == reverse("account_login")

    client.force_login(alice)
    assert client.get(reverse("admin:login")).status_code == 403
