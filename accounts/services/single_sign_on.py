"""Accounts at the OpenID Connect provider: whose they are here, and how they stop being that."""

from typing import Final

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from accounts.models import User
from accounts.services import audit, workspaces
from accounts.services.audit import Action
from accounts.services.callers import Caller

PROVIDER_ID: Final = "sso"


class Refused(Exception):
    """Whom the provider vouches for does not come in: `reason` for the trail, words for them."""

    def __init__(self, reason: str, words: str) -> None:
        super().__init__(words)
        self.reason = reason


def owner_of(email: str) -> User | None:
    """The account of an address that the provider calls verified. Raises Refused.

    An address that somebody typed here and never confirmed may be another's: who waits for its
    owner to come by the provider must not end up in one account with them. Accounts without any
    address of allauth's were made by staff, who chose theirs.
    """
    confirmed = EmailAddress.objects.filter(email__iexact=email, verified=True)
    if address := confirmed.select_related("user").first():
        return address.user  # type: ignore[no-any-return]
    user = User.objects.filter(email=email.lower()).first()
    if user and EmailAddress.objects.filter(user=user).exists():
        raise Refused(
            "address not confirmed here",
            "There is an account with your e-mail address, and the address was never confirmed. "
            "Reset its password: that proves the address is yours. Sign in with the new password "
            "and confirm the address, then this way in works too.",
        )
    return user


def require_active(user: User) -> None:
    """Raises Refused."""
    if not user.is_active:
        raise Refused(
            "switched off",
            "This account is switched off. Ask the person who runs this site to switch it on.",
        )


def connect(account: SocialAccount, user: User, *, caller: Caller) -> None:
    """From now on the account at the provider opens this one, whatever its address becomes."""
    membership = workspaces.of(user)
    workspace = membership.workspace if membership else None
    with transaction.atomic():
        audit.hold(workspace)
        account.user = user
        account.save()
        if not EmailAddress.objects.filter(user=user).exists():
            # Made by staff; the provider has verified what nobody had to confirm here so far.
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        action = Action.USER_SINGLE_SIGN_ON_CONNECTED
        audit.record(action, caller=caller, workspace=workspace, obj=user)


def disconnect(account: SocialAccount, *, caller: Caller) -> None:
    """Forgets whose account at the provider this was; a password can be set by e-mail."""
    with transaction.atomic():
        _, of_each = SocialAccount.objects.filter(pk=account.pk).delete()
        if not of_each:
            return
        membership = workspaces.of(account.user)
        audit.record(
            Action.USER_SINGLE_SIGN_ON_DISCONNECTED,
            caller=caller,
            workspace=membership.workspace if membership else None,
            obj=account.user,
        )
