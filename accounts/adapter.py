"""How allauth behaves here: who may sign up, what a new account comes with, what is audited."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from accounts.models import User
from accounts.services import audit, invitations, workspaces
from accounts.services.audit import Action
from accounts.services.callers import Caller
from liveavatar_web.throttles import client_ip

# Where the invitation waits while the sign-up form is filled in.
_SESSION_KEY = "invitation"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        if settings.SIGNUP != "invited":
            return bool(settings.SIGNUP == "open")
        if invitation := request.GET.get(invitations.PARAMETER):
            request.session[_SESSION_KEY] = invitation
        try:
            email = invitations.accept(_invitation(request))
        except invitations.NotInvited:
            return False
        # The link came to this very address, so there is nothing left to confirm.
        self.stash_verified_email(request, email)
        return True

    def clean_email(self, email: str) -> str:
        """Called for the sign-up form, again once the account is there, and for other forms."""
        request = self.request
        if settings.SIGNUP == "invited" and request.resolver_match.url_name == "account_signup":
            try:
                invited = invitations.address(_invitation(request))
            except invitations.NotInvited as error:
                raise forms.ValidationError(str(error)) from error
            if email.lower() != invited:
                raise forms.ValidationError("The invitation is for another e-mail address.")
        return email

    def save_user(
        self, request: HttpRequest, user: User, form: forms.Form, commit: bool = True
    ) -> User:
        """The account, its personal workspace and the audit event: all of them or none."""
        if not commit:
            return super().save_user(request, user, form, commit=False)  # type: ignore[no-any-return]
        with transaction.atomic():
            user = super().save_user(request, user, form)
            caller = Caller.of(request, user=user)
            audit.record(
                Action.USER_SIGNED_UP,
                caller=caller,
                obj=user,
                details={"signup": settings.SIGNUP},
            )
            workspaces.create_personal(user, caller)
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        super().authentication_failed(request, **credentials)
        _audit_failure(request, credentials, reason="wrong e-mail or password")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except forms.ValidationError:
            _audit_failure(request, credentials, reason="too many attempts")
            raise

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_ip(request)


def _invitation(request: HttpRequest) -> str:
    return str(request.session.get(_SESSION_KEY, ""))


def _audit_failure(request: HttpRequest, credentials: dict[str, Any], *, reason: str) -> None:
    email = str(credentials.get("email", "")).lower()
    user = User.objects.filter(email=email).first()
    membership = workspaces.of(user) if user else None
    audit.refusal(
        Action.USER_SIGN_IN_FAILED,
        caller=Caller.of(request, email=email),
        workspace=membership.workspace if membership else None,
        obj=user,
        details={"reason": reason},
    )
