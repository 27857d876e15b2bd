"""How allauth behaves here: who may sign up, what a new account comes with, what is audited."""

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, WorkspaceInvitation
from accounts.requests import JOINING, work_in
from accounts.services import audit, invitations, workspace_invitations, workspaces
from accounts.services.audit import Action
from accounts.services.callers import Caller
from accounts.services.single_sign_on import Refused
from liveavatar_web.throttles import client_ip

# Where the invitation waits while the sign-up form is filled in.
_SESSION_KEY = "invitation"

_CLOSED = Refused(
    "sign-up closed",
    "You have no account here, and new ones are made by invitation. If you were invited, open the "
    "link in your e-mail first. Otherwise ask the person who runs this site.",
)
_FOR_ANOTHER = Refused(
    "invited at another address",
    "The invitation is for another e-mail address than the one you signed in with. Ask for an "
    "invitation to this one.",
)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        if settings.SIGNUP != "closed" and (joining := joining_of(request)):
            # The letter came to this very address, so there is nothing left to confirm.
            self.stash_verified_email(request, joining.email)
            return True
        if settings.SIGNUP == "open":
            return True
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
        if request.resolver_match.url_name != "account_signup":
            return email
        if settings.SIGNUP != "closed" and (joining := joining_of(request)):
            if email.lower() != joining.email:
                raise forms.ValidationError("The invitation is for another e-mail address.")
            return email
        if settings.SIGNUP != "open":
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
        joining = joining_of(request) if settings.SIGNUP != "closed" else None
        with transaction.atomic():
            user = super().save_user(request, user, form)
            self.settle(request, user, joining)
        return user

    def settle(self, request: HttpRequest, user: User, joining: WorkspaceInvitation | None) -> None:
        """What a new account comes with; call it inside the transaction that makes it."""
        caller = Caller.of(request, user=user)
        audit.record(
            Action.USER_SIGNED_UP,
            caller=caller,
            obj=user,
            details={"signup": settings.SIGNUP},
        )
        if joining is None:
            workspaces.create_personal(user, caller)
        else:
            _join(request, joining, caller)

    def require_signup(self, request: HttpRequest, email: str) -> None:
        """Whether whoever owns this address may sign up without the form. Raises Refused."""
        if settings.SIGNUP != "closed" and (joining := joining_of(request)):
            if email != joining.email:
                raise _FOR_ANOTHER
        elif settings.SIGNUP != "open":
            try:
                invited = invitations.address(_invitation(request))
            except invitations.NotInvited as error:
                raise _CLOSED from error
            if email != invited:
                raise _FOR_ANOTHER

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


def joining_of(request: HttpRequest) -> WorkspaceInvitation | None:
    """The workspace's invitation that waits in this browser for an account, while it is good.

    Looked for once a request, since it is asked for again when the account is there already.
    """
    if not hasattr(request, "joining"):
        request.joining = _find_joining(request)  # type: ignore[attr-defined]
    return cast(WorkspaceInvitation | None, request.joining)  # type: ignore[attr-defined]


def _find_joining(request: HttpRequest) -> WorkspaceInvitation | None:
    try:
        found = workspace_invitations.find(request.session.get(JOINING, ""), now=timezone.now())
    except workspace_invitations.NotValid:
        return None
    return None if User.objects.filter(email=found.email).exists() else found


def _join(request: HttpRequest, joining: WorkspaceInvitation, caller: Caller) -> None:
    """Who comes by a workspace's invitation works there, and gets no workspace of their own."""
    try:
        workspace_invitations.accept(joining, caller=caller, now=timezone.now())
    except workspace_invitations.NotValid as error:
        path = reverse("invitation", args=[request.session[JOINING]])
        raise ImmediateHttpResponse(redirect(path)) from error
    del request.session[JOINING]
    work_in(request, joining.workspace)


def _invitation(request: HttpRequest) -> str:
    return str(request.session.get(_SESSION_KEY, ""))


def _audit_failure(request: HttpRequest, credentials: dict[str, Any], *, reason: str) -> None:
    email = str(credentials.get("email", "")).lower()
    user = User.objects.filter(email=email).first()
    # Of nobody's too: whether the address is known is not told by how long the answer takes.
    membership = workspaces.of(user or User(pk=0))
    audit.refusal(
        Action.USER_SIGN_IN_FAILED,
        caller=Caller.of(request, email=email),
        workspace=membership.workspace if membership else None,
        obj=user,
        details={"reason": reason},
    )
