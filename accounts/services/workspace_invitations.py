"""Asks people into a workspace: a row, a letter with a signed link, and what comes of it.

The link says which invitation it is and carries a token of which the row keeps the digest. It works
once, for a week, for one address, and only while whoever sent it could still give that role.
"""

import hashlib
import hmac
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Claim, Membership, User, Workspace, WorkspaceInvitation
from accounts.models.due_work import backoff
from accounts.rights import Right, Role
from accounts.services import audit, changes, workspaces
from accounts.services.audit import Action
from accounts.services.callers import Caller
from accounts.services.members import TooMuch, may_give
from liveavatar_web import bell

log = structlog.get_logger(__name__)

Outcome = WorkspaceInvitation.Outcome

VALID: Final = timedelta(days=7)
KEPT: Final = timedelta(days=30)
MOST_OPEN: Final = 50
AGAIN_AFTER: Final = timedelta(minutes=1)
_BATCH: Final = 100

_signer = signing.Signer(salt="workspace invitation")


class NotInvitable(Exception):
    """This address cannot be invited now; the text says why."""


class NotValid(Exception):
    """The link opens nothing (any more); the text says why, to whoever holds it."""


class SomebodyElses(Exception):
    """The invitation is for another address than those of this account."""


def invite(
    workspace: Workspace, *, email: str, role: Role, caller: Caller, now: datetime
) -> WorkspaceInvitation:
    """Asks an address in, and has the letter sent. Raises NotAllowed, TooMuch or NotInvitable."""
    email = email.strip().lower()
    giver = workspaces.require(Right.MANAGE_MEMBERS, caller=caller, workspace=workspace)
    if not may_give(giver, role):
        audit.refusal(
            Action.PERMISSION_REFUSED,
            caller=caller,
            workspace=workspace,
            obj=workspace,
            details={"right": Right.MANAGE_MEMBERS.value},
        )
        raise TooMuch("Your own role does not reach that far.")
    if workspace.memberships.filter(user__email=email).exists():
        raise NotInvitable("They are in this workspace already.")
    if workspace.invitations.open().count() >= MOST_OPEN:
        raise NotInvitable(f"{MOST_OPEN} invitations are open. Revoke some of them first.")
    try:
        with transaction.atomic():
            invitation = WorkspaceInvitation.objects.create(
                workspace=workspace,
                email=email,
                role=role,
                invited_by_id=giver.user_id,
                created_at=now,
                expires_at=now + VALID,
                due_at=now,
            )
            # The address is personal data, which the event keeps apart; who invited stands in it.
            _record(Action.INVITATION_SENT, invitation, replace(caller, email=email))
            _ring(invitation.pk)
    except IntegrityError:
        raise NotInvitable("They are invited already. Send the letter again instead.") from None
    return invitation


def send_again(invitation: WorkspaceInvitation, *, caller: Caller, now: datetime) -> None:
    """A new letter, good for another week; the old link dies. Raises NotAllowed, NotInvitable."""
    workspaces.require(Right.MANAGE_MEMBERS, caller=caller, workspace=invitation.workspace)
    if invitation.mailed_at and invitation.mailed_at > now - AGAIN_AFTER:
        raise NotInvitable("A letter has just left. Wait a minute before you send another.")
    with transaction.atomic():
        rows = WorkspaceInvitation.objects.open().filter(pk=invitation.pk)
        if not rows.update(due_at=now, expires_at=now + VALID, attempts=0, last_error=""):
            raise NotInvitable("This invitation is over. Invite them anew.")
        _record(Action.INVITATION_SENT_AGAIN, invitation, caller)
        _ring(invitation.pk)


def revoke(invitation: WorkspaceInvitation, *, caller: Caller, now: datetime) -> None:
    """The link opens nothing any more. Raises NotAllowed."""
    workspaces.require(Right.MANAGE_MEMBERS, caller=caller, workspace=invitation.workspace)
    with transaction.atomic():
        if _close(invitation, Outcome.REVOKED, now):
            _record(Action.INVITATION_REVOKED, invitation, caller)


def find(link: str, *, now: datetime) -> WorkspaceInvitation:
    """The open invitation that a link is for. Raises NotValid."""
    try:
        public_id, token = _signer.unsign(link).split(":")
        found = WorkspaceInvitation.objects.select_related("workspace", "invited_by").get(
            public_id=UUID(public_id)
        )
    except (signing.BadSignature, ValueError, WorkspaceInvitation.DoesNotExist):
        raise NotValid("It was altered on its way, or it is long gone.") from None
    if found.outcome:
        raise NotValid(_OVER[Outcome(found.outcome)])
    if not hmac.compare_digest(found.token_digest, _digest(token)):
        raise NotValid("A newer letter was sent. Use the link in that one.")
    if found.has_run_out(now):
        raise NotValid("It has run out. Ask for a new one.")
    giver = found.workspace.memberships.filter(user=found.invited_by, user__is_active=True).first()
    if not may_give(giver, Role(found.role)) or found.workspace.is_closed:
        raise NotValid("It does not count any more. Ask somebody of the workspace for another.")
    return found


def is_for(invitation: WorkspaceInvitation, user: User) -> bool:
    """Whether one of the account's addresses is the invited one.

    Its first address need not be confirmed: who holds the link has read mail sent there.
    """
    if user.email == invitation.email:
        return True
    own = EmailAddress.objects.filter(user=user, email__iexact=invitation.email, verified=True)
    return bool(own.exists())


def accept(invitation: WorkspaceInvitation, *, caller: Caller, now: datetime) -> Membership:
    """Lets the caller in. Raises SomebodyElses, or NotValid where it was taken meanwhile."""
    assert caller.user is not None
    if not is_for(invitation, caller.user):
        raise SomebodyElses
    with transaction.atomic():
        if not _close(invitation, Outcome.ACCEPTED, now):
            raise NotValid("It was used or revoked a moment ago.")
        audit.hold(invitation.workspace)
        membership, _ = Membership.objects.get_or_create(
            workspace=invitation.workspace, user=caller.user, defaults={"role": invitation.role}
        )
        User.objects.filter(pk=caller.user.pk).update(is_settled=True)
        _record(Action.INVITATION_ACCEPTED, invitation, caller)
        changes.announce(invitation.workspace_id)
    return membership


def decline(invitation: WorkspaceInvitation, *, caller: Caller, now: datetime) -> None:
    """Whoever holds the link may decline, with an account or without."""
    with transaction.atomic():
        if _close(invitation, Outcome.DECLINED, now):
            _record(Action.INVITATION_DECLINED, invitation, caller)
            changes.announce(invitation.workspace_id)


def deliver(*, pk: int, now: datetime) -> None:
    """Sends a letter that is due; where the mail server does not take it, later again."""
    rows = WorkspaceInvitation.objects.open().filter(expires_at__gt=now)
    claim = rows.claim(pk=pk, now=now, seconds=settings.CLAIM_SECONDS)
    if claim is None:
        return
    invitation = WorkspaceInvitation.objects.select_related("workspace", "invited_by").get(pk=pk)
    token = secrets.token_urlsafe(24)
    kept = WorkspaceInvitation.objects.record(claim, keep=True, token_digest=_digest(token))
    if kept:
        _send(invitation, token, claim, now)


def sweep(*, now: datetime) -> None:
    """Rings for letters whose bell was lost, or that the mail server did not take."""
    due = WorkspaceInvitation.objects.open().due(now)
    for pk in due.filter(expires_at__gt=now).values_list("pk", flat=True)[:_BATCH]:
        _ring(pk)


def tidy(*, now: datetime) -> None:
    """Forgets addresses that were invited a good while ago, whatever came of it."""
    WorkspaceInvitation.objects.filter(expires_at__lte=now - KEPT).delete()


def _send(invitation: WorkspaceInvitation, token: str, claim: Claim, now: datetime) -> None:
    try:
        send_mail(*_letter(invitation, token), from_email=None, recipient_list=[invitation.email])
    except OSError as error:
        log.warning("invitation.not_sent", invitation=str(invitation.public_id), error=str(error))
        WorkspaceInvitation.objects.record(
            claim, due_at=now + backoff(invitation.attempts), last_error=type(error).__name__
        )
        return
    with transaction.atomic():
        WorkspaceInvitation.objects.record(claim, due_at=None, mailed_at=now, last_error="")
        changes.announce(invitation.workspace_id)


def _letter(invitation: WorkspaceInvitation, token: str) -> tuple[str, str]:
    name = " ".join(invitation.workspace.name.split())
    sender = invitation.invited_by.name or invitation.invited_by.email
    link = _signer.sign(f"{invitation.public_id}:{token}")
    account = (
        "You need an account with this address; new ones are not made here."
        if settings.SIGNUP == "closed"
        else "If you have no account yet, you make one there with this address."
    )
    return f"You are invited to “{name}”", (
        f"{sender} invites you to work in “{name}” on LiveAvatar Web, as {invitation.role}.\n\n"
        f"Accept or decline:\n{settings.SITE_URL}{reverse('invitation', args=[link])}\n\n"
        f"{account} The link is good for seven days. If you did not expect this, "
        "ignore it: nothing happens without you.\n"
    )


_OVER: Final = {
    Outcome.ACCEPTED: "It has been used. Sign in to work there.",
    Outcome.DECLINED: "It was declined. Ask for a new one if you have changed your mind.",
    Outcome.REVOKED: "It was taken back. Ask somebody of the workspace.",
}


def _close(invitation: WorkspaceInvitation, outcome: Outcome, now: datetime) -> bool:
    rows = WorkspaceInvitation.objects.open().filter(pk=invitation.pk)
    if outcome == Outcome.ACCEPTED:
        rows = rows.filter(expires_at__gt=now)
    return bool(rows.update(outcome=outcome, closed_at=now, due_at=None, token_digest=""))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _ring(pk: int) -> None:
    bell.ring("accounts.send_invitation", queue="sync", invitation_id=pk)


def _record(action: Action, invitation: WorkspaceInvitation, caller: Caller) -> None:
    audit.record(
        action,
        caller=caller,
        workspace=invitation.workspace,
        obj=invitation,
        details={"role": invitation.role},
    )
