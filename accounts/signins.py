"""What the libraries tell us about people signing in and out goes to the audit trail."""

from typing import Any

from allauth.account import signals
from allauth.account.models import EmailAddress
from allauth.mfa import signals as second_step
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialLogin
from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.dispatch import Signal, receiver
from django.http import HttpRequest

from accounts.models import User
from accounts.services import audit, workspaces
from accounts.services.audit import Action
from accounts.services.callers import Caller

_HAPPENED: dict[Signal, Action] = {
    signals.password_changed: Action.USER_PASSWORD_CHANGED,
    signals.password_set: Action.USER_PASSWORD_SET,
    signals.password_reset: Action.USER_PASSWORD_RESET,
    signals.email_added: Action.USER_EMAIL_ADDED,
    signals.email_changed: Action.USER_EMAIL_CHANGED,
    signals.email_removed: Action.USER_EMAIL_REMOVED,
}


@receiver(list(_HAPPENED))
def _happened(signal: Signal, request: HttpRequest, user: User, **_: Any) -> None:
    _record(_HAPPENED[signal], request, user)


@receiver(signals.user_logged_in)
def _signed_in(
    request: HttpRequest, user: User, sociallogin: SocialLogin | None = None, **_: Any
) -> None:
    method: dict[str, audit.Detail] = {"method": "single sign-on"} if sociallogin else {}
    with transaction.atomic():
        caller = _record(Action.USER_SIGNED_IN, request, user, **method)
        if workspaces.of(user) is not None:
            User.objects.filter(pk=user.pk, is_settled=False).update(is_settled=True)
        elif not user.is_settled:
            # Made by an admin or on the command line, they have had none so far.
            workspaces.create_personal(user, caller)


@receiver(user_logged_out)
def _signed_out(request: HttpRequest | None, user: User | None, **_: Any) -> None:
    # Django sends this for a session without a user too, and for clients without a request.
    if request is not None and user is not None:
        _record(Action.USER_SIGNED_OUT, request, user)


@receiver(signals.email_confirmed)
def _email_confirmed(request: HttpRequest, email_address: EmailAddress, **_: Any) -> None:
    _record(Action.USER_EMAIL_CONFIRMED, request, email_address.user)


@receiver(signals.authentication_step_completed)
def _reauthenticated(
    request: HttpRequest, user: User, method: str, reauthenticated: bool = False, **_: Any
) -> None:
    if reauthenticated:
        _record(Action.USER_REAUTHENTICATED, request, user, method=method)


@receiver(second_step.authenticator_used)
def _second_step_used(
    request: HttpRequest, user: User, authenticator: Authenticator, passwordless: bool, **_: Any
) -> None:
    action = Action.USER_SECOND_STEP_USED
    _record(action, request, user, type=authenticator.type, passwordless=passwordless)


@receiver(second_step.authentication_failed)
def _second_step_failed(
    request: HttpRequest, user: User, authenticator: Authenticator | None = None, **_: Any
) -> None:
    membership = workspaces.of(user)
    audit.refusal(
        Action.USER_SECOND_STEP_FAILED,
        caller=Caller.of(request, user=user),
        workspace=membership.workspace if membership else None,
        obj=user,
        details={"type": authenticator.type if authenticator else ""},
    )


def _record(action: Action, request: HttpRequest, user: User, **details: audit.Detail) -> Caller:
    caller = Caller.of(request, user=user)
    membership = workspaces.of(user)
    with transaction.atomic():
        audit.record(
            action,
            caller=caller,
            workspace=membership.workspace if membership else None,
            obj=user,
            details=details,
        )
    return caller
