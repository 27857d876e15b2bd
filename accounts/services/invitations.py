"""Invitations: a signed link, for one e-mail address, for a week."""

from dataclasses import replace
from typing import Final

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User
from accounts.services import audit
from accounts.services.audit import Action
from accounts.services.callers import Caller

VALID_SECONDS: Final = 7 * 24 * 3600
PARAMETER: Final = "invitation"

_signer = signing.TimestampSigner(salt="invitation")


class AlreadyMember(Exception):
    """Somebody with this e-mail address has an account."""


class NotInvited(Exception):
    """The invitation is missing, altered, too old, or used already."""


def invite(*, email: str, caller: Caller) -> str:
    """Returns the link at which this address, and no other, may sign up.

    Raises AlreadyMember. A link works once, because an account can be made once for an address.
    """
    email = email.strip().lower()
    if User.objects.filter(email=email).exists():
        raise AlreadyMember(f"{email} has an account already.")
    with transaction.atomic():
        # The address is personal data, which the event keeps apart; who invited stands in it.
        audit.record(Action.USER_INVITED, caller=replace(caller, email=email))
    query = urlencode({PARAMETER: _signer.sign(email)})
    return f"{settings.SITE_URL}{reverse('account_signup')}?{query}"


def address(invitation: str) -> str:
    """The e-mail address that an invitation is for, used or not. Raises NotInvited."""
    try:
        return _signer.unsign(invitation, max_age=VALID_SECONDS)
    except signing.SignatureExpired as error:
        raise NotInvited("This invitation has run out. Ask for a new one.") from error
    except signing.BadSignature as error:
        raise NotInvited("Signing up here needs an invitation.") from error


def accept(invitation: str) -> str:
    """The e-mail address that may sign up with this invitation now. Raises NotInvited."""
    email = address(invitation)
    if User.objects.filter(email=email).exists():
        raise NotInvited("This invitation has been used. Sign in instead.")
    return email
