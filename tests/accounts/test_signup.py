"""Who may sign up, and what a new account comes with."""

import io
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, AuditPersonalData, Membership, User
from accounts.services import invitations, workspaces
from accounts.services.callers import Caller
from accounts.services.invitations import AlreadyMember, NotInvited
from tests import build

pytestmark = pytest.mark.django_db

EMAIL = "dora@example.com"
FORM = {"email": EMAIL, "password1": build.PASSWORD}


@pytest.fixture(autouse=True)
def in_production(settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


@pytest.fixture
def signup(settings: Any) -> str:
    settings.SIGNUP = "open"
    return reverse("account_signup")


def invite(email: str = EMAIL) -> str:
    """The path of an invitation's link."""
    link = urlsplit(invitations.invite(email=email, caller=Caller.system("test")))
    return f"{link.path}?{link.query}"


def test_a_new_account_comes_with_a_workspace_of_its_own(
    client: Client, signup: str, mailoutbox: list[Any]
) -> None:
    client.post(signup, FORM)

    user = User.objects.get()
    assert user.email == EMAIL
    assert user.check_password(build.PASSWORD)
    membership = Membership.objects.get()
    assert (membership.user, membership.role) == (user, "owner")
    events = {event.action: event for event in AuditEvent.objects.all()}
    assert set(events) == {"user.signed_up", "workspace.created"}
    assert events["user.signed_up"].actor_id == user.public_id
    assert events["user.signed_up"].details == {"signup": "open"}
    assert [message.to for message in mailoutbox] == [[EMAIL]]


def test_an_account_without_its_workspace_is_no_account(
    client: Client, signup: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> None:
        raise RuntimeError("no workspace today")

    monkeypatch.setattr(workspaces, "create_personal", fails)

    with pytest.raises(RuntimeError, match="no workspace today"):
        client.post(signup, FORM)

    assert not User.objects.exists()
    assert not AuditEvent.objects.exists()


def test_one_address_is_one_account_in_any_case_and_says_so_by_mail_only(
    client: Client, signup: str, mailoutbox: list[Any]
) -> None:
    EmailAddress.objects.create(
        user=User.objects.create_user(EMAIL), email=EMAIL, verified=True, primary=True
    )

    answer = client.post(signup, {**FORM, "email": "Dora@Example.com"})

    assert User.objects.count() == 1
    assert answer.headers["Location"] == reverse("account_email_verification_sent")
    assert "already" in mailoutbox[0].body.lower()


@pytest.mark.parametrize("mode", ["closed", "invited"])
def test_without_an_invitation_the_door_is_shut(client: Client, settings: Any, mode: str) -> None:
    settings.SIGNUP = mode
    url = reverse("account_signup")

    assert "account/signup_closed.html" in [each.name for each in client.get(url).templates]
    client.post(url, FORM)

    assert not User.objects.exists()


@pytest.mark.parametrize("mode", ["closed", "invited"])
def test_an_invitation_opens_the_door_for_its_address_and_confirms_it(
    client: Client, settings: Any, mode: str
) -> None:
    settings.SIGNUP = mode
    client.get(invite())

    client.post(reverse("account_signup"), FORM)

    user = User.objects.get()
    address = EmailAddress.objects.get()
    assert (address.user, address.email, address.verified) == (user, EMAIL, True)
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize("mode", ["closed", "invited"])
def test_an_invitation_is_for_one_address_only(client: Client, settings: Any, mode: str) -> None:
    settings.SIGNUP = mode
    client.get(invite())

    answer = client.post(reverse("account_signup"), {**FORM, "email": "eve@example.com"})

    assert "for another e-mail address" in str(answer.context["form"].errors["email"])
    assert not User.objects.exists()


def test_an_invitation_is_good_once(client: Client, settings: Any) -> None:
    settings.SIGNUP = "invited"
    link = invite()
    client.get(link)
    client.post(reverse("account_signup"), FORM)

    other = Client()
    answer = other.get(link)

    assert "account/signup_closed.html" in [each.name for each in answer.templates]


def test_an_altered_invitation_opens_nothing(client: Client, settings: Any) -> None:
    settings.SIGNUP = "invited"

    answer = client.get(invite().replace("dora", "eve"))

    assert "account/signup_closed.html" in [each.name for each in answer.templates]


def test_an_invitation_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    signed = invitations._signer.sign(EMAIL)
    monkeypatch.setattr(invitations, "VALID_SECONDS", -1)

    with pytest.raises(NotInvited, match="has run out"):
        invitations.accept(signed)


def test_an_invitation_is_audited_with_the_address_set_apart() -> None:
    invite()

    event = AuditEvent.objects.get()
    assert (event.action, event.details) == ("user.invited", {})
    assert AuditPersonalData.objects.get(event_id=event.public_id).email == EMAIL


def test_nobody_is_invited_twice_over() -> None:
    User.objects.create_user(EMAIL)

    with pytest.raises(AlreadyMember):
        invitations.invite(email="Dora@Example.com", caller=Caller.system("test"))


def test_the_command_prints_the_link(settings: Any) -> None:
    out = io.StringIO()
    call_command("invite", EMAIL, stdout=out)

    assert out.getvalue().startswith(f"{settings.SITE_URL}/account/signup/?invitation=dora%40")
    with pytest.raises(CommandError, match="is not an e-mail address"):
        call_command("invite", "dora")
