"""Invitations into a workspace: one address, one use, one week, and no role beyond the giver's."""

import smtplib
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, AuditPersonalData, User, Workspace, WorkspaceInvitation
from accounts.rights import Role
from accounts.services import members, workspace_invitations
from accounts.services.members import TooMuch
from accounts.services.workspace_invitations import NotInvitable, NotValid, SomebodyElses
from accounts.services.workspaces import NotAllowed
from tests import build

EMAIL = "dora@example.com"


@pytest.fixture(autouse=True)
def in_production(settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.SIGNUP = "invited"


def invite(workspace: Workspace, by: User, *, email: str = EMAIL, role: Role = Role.MEMBER) -> Any:
    return workspace_invitations.invite(
        workspace, email=email, role=role, caller=build.caller(by), now=timezone.now()
    )


def letter(invitation: WorkspaceInvitation, mailoutbox: list[Any]) -> str:
    """Sends what is due; the path of the link in the newest letter."""
    workspace_invitations.deliver(pk=invitation.pk, now=timezone.now())
    link = next(word for word in mailoutbox[-1].body.split() if "/invitations/" in word)
    return urlsplit(link).path


def find(path: str) -> WorkspaceInvitation:
    return workspace_invitations.find(path.split("/")[2], now=timezone.now())


def signed_in(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


@pytest.fixture
def dora(db: None) -> User:
    return User.objects.create_user(EMAIL, build.PASSWORD)


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def test_an_invited_account_accepts_once_and_works_there(
    workspace: Workspace, alice: User, dora: User, mailoutbox: list[Any]
) -> None:
    path = letter(invite(workspace, alice, role=Role.ADMIN), mailoutbox)
    browser = signed_in(dora)

    page = browser.get(path)
    assert "Accept" in page.content.decode()
    assert not dora.memberships.exists()
    browser.post(path, {"accept": ""})

    assert [(each.workspace, each.role) for each in dora.memberships.all()] == [
        (workspace, "admin")
    ]
    assert browser.get(reverse("dashboard")).context["workspace"] == workspace
    assert actions() == ["invitation.sent", "invitation.accepted"]
    assert browser.post(path, {"accept": ""}).status_code == 410
    assert AuditPersonalData.objects.filter(email=EMAIL).count() == 2
    assert EMAIL not in str(list(AuditEvent.objects.values()))


def test_a_new_account_is_made_for_the_invited_address_alone_and_has_no_workspace_of_its_own(
    client: Client, workspace: Workspace, alice: User, mailoutbox: list[Any]
) -> None:
    path = letter(invite(workspace, alice), mailoutbox)
    client.get(path)
    url = reverse("account_signup")

    other = client.post(url, {"email": "eve@example.com", "password1": build.PASSWORD})
    assert "for another e-mail address" in str(other.context["form"].errors)
    assert workspace.name in client.get(url).content.decode()
    client.post(url, {"email": EMAIL, "password1": build.PASSWORD})

    dora = User.objects.get(email=EMAIL)
    assert [each.workspace for each in dora.memberships.all()] == [workspace]
    assert EmailAddress.objects.get(user=dora).verified
    assert client.get(reverse("dashboard")).context["workspace"] == workspace
    assert WorkspaceInvitation.objects.get().outcome == "accepted"


def test_a_workspaces_invitation_does_not_open_a_closed_door(
    client: Client, workspace: Workspace, alice: User, mailoutbox: list[Any], settings: Any
) -> None:
    settings.SIGNUP = "closed"
    path = letter(invite(workspace, alice), mailoutbox)

    assert "new ones are not made here" in client.get(path).content.decode()
    client.post(reverse("account_signup"), {"email": EMAIL, "password1": build.PASSWORD})

    assert not User.objects.filter(email=EMAIL).exists()
    assert "new ones are not made here" in mailoutbox[0].body


def test_somebody_elses_invitation_is_not_accepted(
    workspace: Workspace, alice: User, charlie: User, mailoutbox: list[Any]
) -> None:
    invitation = invite(workspace, alice)
    path = letter(invitation, mailoutbox)
    browser = signed_in(charlie)

    browser.post(path, {"accept": ""})

    assert "this invitation is for another address" in browser.get(path).content.decode()
    with pytest.raises(SomebodyElses):
        workspace_invitations.accept(invitation, caller=build.caller(charlie), now=timezone.now())
    assert not workspace.memberships.filter(user=charlie).exists()
    invitation.refresh_from_db()
    assert invitation.outcome == ""


def test_another_confirmed_address_of_the_account_will_do_and_an_unconfirmed_one_will_not(
    workspace: Workspace, alice: User, charlie: User
) -> None:
    invitation = invite(workspace, alice)
    address = EmailAddress.objects.create(user=charlie, email=EMAIL, verified=False)
    assert not workspace_invitations.is_for(invitation, charlie)

    EmailAddress.objects.filter(pk=address.pk).update(verified=True)

    assert workspace_invitations.is_for(invitation, charlie)


@pytest.mark.parametrize("how", ["revoked", "declined", "run out", "altered", "sender gone"])
def test_a_link_that_is_over_opens_nothing_and_says_so(
    how: str,
    client: Client,
    workspace: Workspace,
    alice: User,
    dora: User,
    mailoutbox: list[Any],
) -> None:
    adam = build.user("adam")
    build.member(workspace, adam, Role.ADMIN)
    invitation = invite(workspace, adam)
    path = letter(invitation, mailoutbox)
    now = timezone.now()
    if how == "revoked":
        workspace_invitations.revoke(invitation, caller=build.caller(alice), now=now)
    elif how == "declined":
        client.post(path, {"decline": ""})
    elif how == "run out":
        WorkspaceInvitation.objects.update(expires_at=now - timedelta(seconds=1))
    elif how == "altered":
        path = path[:-2] + ("A/" if path[-2] != "A" else "B/")
    else:
        adams = workspace.memberships.select_related("workspace", "user").get(user=adam)
        members.change_role(adams, role=Role.MEMBER, caller=build.caller(alice))

    answer = signed_in(dora).post(path, {"accept": ""})

    assert answer.status_code == 410
    assert "opens nothing" in answer.content.decode()
    assert not dora.memberships.exists()


def test_a_new_letter_has_a_new_link_and_the_old_one_dies(
    workspace: Workspace, alice: User, mailoutbox: list[Any]
) -> None:
    invitation = invite(workspace, alice)
    old = letter(invitation, mailoutbox)
    caller = build.caller(alice)
    invitation.refresh_from_db()
    with pytest.raises(NotInvitable, match="just left"):
        workspace_invitations.send_again(invitation, caller=caller, now=timezone.now())

    later = timezone.now() + timedelta(minutes=2)
    workspace_invitations.send_again(invitation, caller=caller, now=later)
    workspace_invitations.deliver(pk=invitation.pk, now=later)
    link = next(word for word in mailoutbox[-1].body.split() if "/invitations/" in word)

    assert find(urlsplit(link).path) == invitation
    with pytest.raises(NotValid, match="newer letter"):
        find(old)


def test_a_letter_is_sent_once_and_again_where_the_mail_server_was_down(
    workspace: Workspace, alice: User, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    invitation = invite(workspace, alice)
    now = timezone.now()
    with monkeypatch.context() as patched:

        def refuse(*_: Any, **__: Any) -> None:
            raise smtplib.SMTPServerDisconnected("away")

        patched.setattr(workspace_invitations, "send_mail", refuse)
        workspace_invitations.deliver(pk=invitation.pk, now=now)
    invitation.refresh_from_db()
    assert (invitation.mailed_at, invitation.last_error) == (None, "SMTPServerDisconnected")

    for _ in range(2):
        workspace_invitations.deliver(pk=invitation.pk, now=now + timedelta(minutes=1))

    assert [message.to for message in mailoutbox] == [[EMAIL]]
    token = mailoutbox[0].body.partition("/invitations/")[2].split(":")[1]
    row = str(WorkspaceInvitation.objects.values().get())
    assert token not in row


@pytest.mark.parametrize(
    ("by", "role", "refusal"),
    [
        (Role.ADMIN, Role.OWNER, TooMuch),
        (Role.OWNER, Role.OWNER, TooMuch),
        (Role.MEMBER, Role.MEMBER, NotAllowed),
        (Role.AUDITOR, Role.AUDITOR, NotAllowed),
    ],
)
def test_nobody_invites_beyond_their_own_role(
    by: Role, role: Role, refusal: type[Exception], workspace: Workspace
) -> None:
    somebody = build.user()
    build.member(workspace, somebody, by)

    with pytest.raises(refusal):
        invite(workspace, somebody, role=role)

    assert not WorkspaceInvitation.objects.exists()
    assert AuditEvent.objects.get().refused


def test_an_address_is_invited_once_at_a_time_and_not_who_is_there(
    workspace: Workspace, alice: User, bob: User
) -> None:
    invite(workspace, alice)

    with pytest.raises(NotInvitable, match="invited already"):
        invite(workspace, alice, email="Dora@Example.com")
    with pytest.raises(NotInvitable, match="are in this workspace"):
        invite(workspace, alice, email=bob.email)


def test_invitations_are_managed_by_who_may_and_seen_by_nobody_else(
    workspace: Workspace, alice: User, bob: User, charlie: User
) -> None:
    signed_in(alice).post(reverse("invite"), {"email": EMAIL, "role": "member"})
    invitation = WorkspaceInvitation.objects.get()
    revoke = reverse("invitation_revoke", args=[invitation.public_id])

    assert EMAIL in signed_in(alice).get(reverse("members")).content.decode()
    assert EMAIL not in signed_in(bob).get(reverse("members")).content.decode()
    assert signed_in(bob).post(revoke).status_code == 403
    assert signed_in(charlie).post(revoke).status_code == 404
    form = {"email": EMAIL, "role": "member"}
    assert signed_in(bob).post(reverse("invite"), form).status_code == 403
    invitation.refresh_from_db()
    assert invitation.outcome == ""
    signed_in(alice).post(revoke)
    invitation.refresh_from_db()
    assert invitation.outcome == "revoked"


def test_addresses_are_forgotten_after_a_while(workspace: Workspace, alice: User) -> None:
    invite(workspace, alice)

    workspace_invitations.tidy(now=timezone.now() + timedelta(days=36))
    assert WorkspaceInvitation.objects.exists()
    workspace_invitations.tidy(now=timezone.now() + timedelta(days=38))
    assert not WorkspaceInvitation.objects.exists()
