"""Single sign-on: who comes in by an OpenID Connect provider, as whom, and who does not."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.conf import settings as django_settings
from django.contrib import admin
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Membership, User, Workspace
from accounts.requests import JOINING
from accounts.rights import Role
from accounts.services import invitations, second_steps, workspace_invitations
from accounts.services.callers import Caller
from tests import build
from tests.accounts import oidc_provider
from tests.accounts.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider
from tests.project.processes import PRODUCTION, manage

pytestmark = pytest.mark.django_db

EMAIL = "dora@example.com"
LOGIN = "/account/sso/sign-in/"


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with oidc_provider.running() as provider:
        yield provider


@pytest.fixture
def provider(running: Provider, settings: Any) -> Provider:
    settings.OIDC_SERVER_URL = running.url
    settings.OIDC_CLIENT_ID = CLIENT_ID
    settings.OIDC_CLIENT_SECRET = CLIENT_SECRET
    settings.OIDC_NAME = "Example ID"
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.SIGNUP = "closed"
    running.person = {"sub": "dora-1", "email": EMAIL, "email_verified": True, "name": "Dora"}
    running.token = {}
    return running


def way_back(browser: Client, login: str = LOGIN) -> str:
    """To the provider, where somebody signs in; the path that it sends them back to."""
    there = browser.post(login)
    assert there.status_code == 302, there.content
    back = urlsplit(httpx.get(there["Location"]).headers["Location"])
    return f"{back.path}?{back.query}"


def come_in(browser: Client) -> HttpResponse:
    response = browser.get(way_back(browser))
    assert isinstance(response, HttpResponse)
    return response


def is_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def confirmed(who: User) -> User:
    EmailAddress.objects.create(user=who, email=who.email, verified=True, primary=True)
    return who


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def reason() -> str:
    refusal = AuditEvent.objects.get(action="user.single_sign_on_refused", refused=True)
    return str(refusal.details["reason"])


def test_without_settings_there_is_no_button_and_no_door(client: Client) -> None:
    assert "Continue with" not in client.get(reverse("account_login")).content.decode()
    assert client.get(LOGIN).status_code == 404
    assert client.post(LOGIN).status_code == 404
    assert client.get("/account/sso/callback/?code=1&state=2").status_code == 404


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (
            {"OIDC_SERVER_URL": "https://id.example.com", "OIDC_CLIENT_ID": "web"},
            "set OIDC_CLIENT_ID and OIDC_CLIENT_SECRET too",
        ),
        ({"OIDC_CLIENT_SECRET": CLIENT_SECRET}, "OIDC_SERVER_URL is missing"),
        (
            {"OIDC_SERVER_URL": "http://id.example.com"},
            "write an address that begins https://",
        ),
    ],
)
def test_half_a_configuration_does_not_start(given: dict[str, str], complaint: str) -> None:
    started = manage("check", **PRODUCTION, **given)

    assert started.returncode != 0
    assert complaint in started.stderr
    assert CLIENT_SECRET not in started.stderr


def test_forms_may_lead_to_the_provider() -> None:
    read = "from django.conf import settings; print(settings.CONTENT_SECURITY_POLICY)"
    given = {
        "OIDC_SERVER_URL": "https://id.example.com/realms/one",
        "OIDC_CLIENT_ID": "web",
        "OIDC_CLIENT_SECRET": CLIENT_SECRET,
    }

    shown = manage("shell", "--verbosity", "0", "-c", read, **PRODUCTION, **given)

    assert """'form-action': ["'self'", 'https://id.example.com']""" in shown.stdout, shown.stderr


def test_the_button_posts_and_a_link_to_it_asks_first(client: Client, provider: Provider) -> None:
    page = client.get(reverse("account_login") + "?next=/keys/").content.decode()
    assert "Continue with Example ID" in page
    assert f'<form method="post" action="{LOGIN}?next=%2Fkeys%2F">' in page

    asked = client.get(LOGIN)

    assert asked.status_code == 200
    assert "Continue with Example ID" in asked.content.decode()


def test_a_new_account_comes_with_its_workspace_where_sign_up_is_open(
    client: Client, provider: Provider, settings: Any
) -> None:
    settings.SIGNUP = "open"

    response = come_in(client)

    assert response.status_code == 302
    assert is_in(client)
    user = User.objects.get(email=EMAIL)
    assert (user.name, user.has_usable_password()) == ("Dora", False)
    assert Membership.objects.get(user=user).role == "owner"
    assert EmailAddress.objects.get(user=user).verified
    assert actions() == ["user.signed_up", "workspace.created", "user.signed_in"]
    assert AuditEvent.objects.get(action="user.signed_in").details == {"method": "single sign-on"}
    account = SocialAccount.objects.get()
    assert (account.user, account.uid, account.extra_data) == (user, "dora-1", {})
    assert not SocialToken.objects.exists()


@pytest.mark.parametrize("signup", ["closed", "invited"])
def test_nobody_new_comes_in_where_sign_up_is_not_open(
    signup: str, client: Client, provider: Provider, settings: Any
) -> None:
    settings.SIGNUP = signup

    response = come_in(client)

    assert response.status_code == 403
    assert "new ones are made by invitation" in response.content.decode()
    assert reason() == "sign-up closed"
    assert not User.objects.exists()


@pytest.mark.parametrize("signup", ["closed", "invited"])
def test_whom_staff_invited_signs_up_by_the_provider_too(
    signup: str, client: Client, provider: Provider, settings: Any
) -> None:
    settings.SIGNUP = signup
    link = urlsplit(invitations.invite(email=EMAIL, caller=Caller.system("test")))
    client.get(f"{link.path}?{link.query}")

    come_in(client)

    assert is_in(client)
    assert User.objects.get().email == EMAIL


@pytest.mark.parametrize("invited", [EMAIL, "another@example.com"])
def test_a_workspaces_invitation_is_for_its_own_address(
    invited: str,
    client: Client,
    provider: Provider,
    settings: Any,
    workspace: Workspace,
    alice: User,
    bells: object,
    mailoutbox: list[Any],
) -> None:
    settings.SIGNUP = "invited"
    made = workspace_invitations.invite(
        workspace,
        email=invited,
        role=Role.MEMBER,
        caller=build.caller(alice),
        now=timezone.now(),
    )
    workspace_invitations.deliver(pk=made.pk, now=timezone.now())
    link = mailoutbox[0].body.partition("/invitations/")[2].partition("/\n")[0]
    session = client.session
    session[JOINING] = link
    session.save()

    response = come_in(client)

    if invited == EMAIL:
        assert Membership.objects.get(user__email=EMAIL).workspace == workspace
        assert JOINING not in client.session
    else:
        assert "The invitation is for another e-mail address" in response.content.decode()
        assert reason() == "invited at another address"
        assert not User.objects.filter(email=EMAIL).exists()


def test_a_verified_address_opens_its_account_and_stays_connected(
    client: Client, provider: Provider, alice: User
) -> None:
    confirmed(alice)
    provider.person["email"] = alice.email.upper()

    come_in(client)

    assert client.session["_auth_user_id"] == str(alice.pk)
    alice.refresh_from_db()
    assert alice.has_usable_password()
    assert "user.single_sign_on_connected" in actions()

    provider.person |= {"email": "moved@example.com", "email_verified": False}
    later = Client()
    come_in(later)
    assert later.session["_auth_user_id"] == str(alice.pk)
    assert actions().count("user.single_sign_on_connected") == 1


def test_an_account_that_staff_made_is_confirmed_by_the_provider(
    client: Client, provider: Provider
) -> None:
    user = User.objects.create_user(EMAIL)

    come_in(client)

    assert client.session["_auth_user_id"] == str(user.pk)
    assert EmailAddress.objects.get(user=user).verified


@pytest.mark.parametrize("claim", [False, "false", None, 1])
@pytest.mark.parametrize("signup", ["open", "closed"])
def test_an_address_that_is_not_verified_opens_nothing(
    claim: object, signup: str, client: Client, provider: Provider, alice: User, settings: Any
) -> None:
    settings.SIGNUP = signup
    confirmed(alice)
    provider.person |= {"email": alice.email, "email_verified": claim}

    response = come_in(client)

    assert response.status_code == 403
    assert "does not say that your e-mail address is verified" in response.content.decode()
    assert reason() == "address not verified by the provider"
    assert not is_in(client)
    assert not SocialAccount.objects.exists()


def test_who_waits_with_anothers_address_is_not_joined_by_its_owner(
    client: Client, provider: Provider
) -> None:
    squatter = User.objects.create_user(EMAIL, build.PASSWORD)
    EmailAddress.objects.create(user=squatter, email=EMAIL, verified=False, primary=True)

    response = come_in(client)

    assert "Reset its password" in response.content.decode()
    assert reason() == "address not confirmed here"
    assert not is_in(client)


def test_who_is_switched_off_stays_out(client: Client, provider: Provider, alice: User) -> None:
    confirmed(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    provider.person["email"] = alice.email

    response = come_in(client)

    assert "switched off" in response.content.decode()
    assert reason() == "switched off"
    assert not is_in(client)
    assert not SocialAccount.objects.exists()


def test_the_second_step_is_asked_for_as_ever(
    client: Client, provider: Provider, alice: User
) -> None:
    confirmed(alice)
    step = {"secret": second_steps.seal("ORSXG5A=")}
    Authenticator.objects.create(user=alice, type="totp", data=step)
    provider.person["email"] = alice.email

    response = come_in(client)

    assert response["Location"] == reverse("mfa_authenticate")
    assert not is_in(client)


def test_an_answer_counts_in_the_browser_that_asked_alone(provider: Provider, alice: User) -> None:
    provider.person["email"] = confirmed(alice).email
    mine, theirs = Client(), Client()
    answer = way_back(theirs)

    response = mine.get(answer)

    assert response.status_code == 401
    assert "begun in another browser" in response.content.decode()
    # Nor with the state of one's own: the code was made for another verifier.
    own = dict(part.split("=") for part in urlsplit(way_back(mine)).query.split("&"))
    other = dict(part.split("=") for part in urlsplit(answer).query.split("&"))
    mixed = mine.get(f"/account/sso/callback/?code={other['code']}&state={own['state']}")
    assert mixed.status_code == 401
    assert not is_in(mine)


@pytest.mark.parametrize(
    "token",
    [
        {"sub": "somebody-else"},
        {"aud": "another-client"},
        {"iss": "https://elsewhere.example.com"},
        {"exp": 1},
    ],
)
def test_a_token_about_anybody_or_anything_else_is_refused(
    token: dict[str, Any], client: Client, provider: Provider, alice: User
) -> None:
    provider.person["email"] = confirmed(alice).email
    provider.token = token

    assert come_in(client).status_code == 401
    assert not is_in(client)


def test_accounts_are_not_connected_by_asking(
    provider: Provider, alice: User, client: Client
) -> None:
    client.force_login(alice)

    response = client.get(way_back(client, LOGIN + "?process=connect"))

    assert response.status_code == 401
    assert not SocialAccount.objects.exists()


def test_turning_back_at_the_provider_is_no_error(client: Client, provider: Provider) -> None:
    state = urlsplit(way_back(client)).query.partition("state=")[2]

    response = client.get(f"/account/sso/callback/?error=access_denied&state={state}", follow=True)

    assert "You turned back" in response.content.decode()


def test_a_provider_that_is_away_is_said_in_words(
    client: Client, provider: Provider, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.OIDC_SERVER_URL = "http://127.0.0.1:1"

    response = client.post(LOGIN)

    assert response.status_code == 401
    assert "sign in with your password" in response.content.decode()
    assert CLIENT_SECRET not in "".join(capsys.readouterr())


def test_without_a_password_one_confirms_at_the_provider(
    client: Client, provider: Provider, settings: Any
) -> None:
    settings.SIGNUP = "open"
    come_in(client)
    User.objects.update(date_joined=timezone.now() - timedelta(days=1))
    assert client.get(reverse("provider_key_new")).status_code == 200

    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    response = client.get(reverse("provider_key_new"))

    assert response["Location"].startswith(f"{LOGIN}?next=%2Fkeys%2Fnew%2F")
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
    back = client.get(way_back(client, response["Location"]))
    assert back["Location"] == reverse("provider_key_new")


def test_ones_own_connections_are_shown_and_cut_and_nobody_elses(
    provider: Provider, alice: User, charlie: User
) -> None:
    account = SocialAccount.objects.create(user=alice, provider="sso", uid="alice-at-example")
    cut = reverse("single_sign_on_disconnect", args=[account.pk])
    owner, stranger = Client(), Client()
    owner.force_login(alice)
    stranger.force_login(charlie)
    page = reverse("single_sign_on")

    assert stranger.post(cut).status_code == 404
    assert Client().post(cut).status_code == 302
    assert "alice-at-example" not in stranger.get(page).content.decode()
    assert "alice-at-example" in owner.get(page).content.decode()

    owner.post(cut)

    assert not SocialAccount.objects.exists()
    assert actions() == ["user.single_sign_on_disconnected"]


def test_the_admin_changes_nothing_of_how_people_sign_in() -> None:
    for model in (Authenticator, UserSession, SocialAccount, SocialApp, SocialToken):
        assert not admin.site.is_registered(model)
    assert not django_settings.SOCIALACCOUNT_STORE_TOKENS
