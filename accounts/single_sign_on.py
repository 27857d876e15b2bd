"""How allauth signs people in through the installation's OpenID Connect provider.

The provider's word on an e-mail address counts only where it says that the address is verified.
"""

from typing import Any, NoReturn

from allauth.account.adapter import get_adapter as account_adapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import render

from accounts.adapter import joining_of
from accounts.models import User
from accounts.services import audit, single_sign_on
from accounts.services.audit import Action
from accounts.services.callers import Caller
from accounts.services.single_sign_on import PROVIDER_ID, Refused

_KIND = "openid_connect"


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def list_apps(
        self,
        request: HttpRequest,  # noqa: ARG002 (the signature is allauth's)
        provider: str | None = None,
        client_id: str | None = None,
    ) -> list[SocialApp]:
        """The one provider of the settings, or none: never one of the database."""
        if (
            not settings.OIDC_SERVER_URL
            or provider not in {None, _KIND, PROVIDER_ID}
            or client_id not in {None, settings.OIDC_CLIENT_ID}
        ):
            return []
        return [
            SocialApp(
                provider=_KIND,
                provider_id=PROVIDER_ID,
                name=settings.OIDC_NAME,
                client_id=settings.OIDC_CLIENT_ID,
                secret=settings.OIDC_CLIENT_SECRET,
                settings={"server_url": settings.OIDC_SERVER_URL, "oauth_pkce_enabled": True},
            )
        ]

    def populate_user(
        self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]
    ) -> User:
        """Called with the provider's answer, before anything is looked up or kept of it."""
        claims = sociallogin.account.extra_data
        of_token, of_person = claims.get("id_token") or {}, claims.get("userinfo") or {}
        if of_token and of_person and of_token.get("sub") != of_person.get("sub"):
            raise PermissionDenied("the provider's two answers are about two people")
        claim = (of_person or of_token).get("email_verified")
        for address in sociallogin.email_addresses:
            # Some say it as a text, and "false" is a true text.
            address.verified = claim is True or claim == "true"
        # Who they are at the provider is kept by its id; the rest is not needed again.
        sociallogin.account.extra_data = {}
        user: User = super().populate_user(request, sociallogin, data)
        user.name = str(data.get("name") or "")[: User._meta.get_field("name").max_length]
        return user

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[User, str] | None:
        if not (email := verified_email(sociallogin)):
            return None
        try:
            owner = single_sign_on.owner_of(email)
        except Refused as error:
            _refuse(self.request, error, sociallogin)
        return (owner, email) if owner else None

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        if sociallogin.state.get("process") != AuthProcess.LOGIN:
            raise PermissionDenied("accounts are connected by their verified address alone")
        if not sociallogin.is_existing:
            if not verified_email(sociallogin):
                _refuse(request, _UNVERIFIED, sociallogin)
            return
        user = sociallogin.user
        try:
            single_sign_on.require_active(user)
        except Refused as error:
            _refuse(request, error, sociallogin, user=user)
        if sociallogin.account.pk is None:
            caller = Caller.of(request, user=user)
            single_sign_on.connect(sociallogin.account, user, caller=caller)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        try:
            account_adapter(request).require_signup(request, verified_email(sociallogin))
        except Refused as error:
            _refuse(request, error, sociallogin)
        return True

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: None = None) -> User:
        """The account, its workspace and the audit event: all of them or none."""
        with transaction.atomic():
            user: User = super().save_user(request, sociallogin, form)
            joining = joining_of(request) if settings.SIGNUP != "closed" else None
            account_adapter(request).settle(request, user, joining)
        return user


def verified_email(sociallogin: SocialLogin) -> str:
    """In small letters; empty where the provider vouches for none."""
    return next((each.email.lower() for each in sociallogin.email_addresses if each.verified), "")


_UNVERIFIED = Refused(
    "address not verified by the provider",
    "The sign-in service does not say that your e-mail address is verified, so it cannot be told "
    "which account is yours. Verify the address there and try again, or sign in with your "
    "password.",
)


def _refuse(
    request: HttpRequest, refused: Refused, sociallogin: SocialLogin, user: User | None = None
) -> NoReturn:
    email = next((each.email for each in sociallogin.email_addresses), "")
    audit.refusal(
        Action.USER_SINGLE_SIGN_ON_REFUSED,
        caller=Caller.of(request, email=email),
        obj=user,
        details={"reason": refused.reason},
    )
    page = render(request, "socialaccount/refused.html", {"words": str(refused)}, status=403)
    raise ImmediateHttpResponse(page)
