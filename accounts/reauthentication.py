"""Asks for the password again before something dangerous, unless it was given a moment ago."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, cast

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.requests import SignedInRequest
from accounts.services.single_sign_on import PROVIDER_ID

P = ParamSpec("P")
Request = TypeVar("Request", bound=SignedInRequest)

# What counts as having been asked: a password, a code of the second step, a passkey, the
# provider of single sign-on.
_METHODS: Final = {"password", "mfa", "socialaccount"}


def recent_password_required(
    view: Callable[Concatenate[Request, P], HttpResponseBase],
) -> Callable[Concatenate[Request, P], HttpResponseBase]:
    """Sends people whose password was given too long ago to give it again, and then back.

    Not allauth's decorator: that one keeps the fields of a refused POST in the session, in clear,
    and one of our fields is a key. Here the form is filled in once more instead. And unlike there,
    having just signed in or up is as good as having been asked again.
    """

    @wraps(view)
    def wrapped(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if _is_recent(request):
            return view(request, *args, **kwargs)
        if not get_adapter(request).get_reauthentication_methods(request.user):
            # Without a password or a second step, they came by the provider, and do so again.
            query = urlencode({"next": request.path, "auth_params": "prompt=login"})
            return redirect(f"{reverse('openid_connect_login', args=[PROVIDER_ID])}?{query}")
        if request.method == "POST":
            messages.info(request, "Nothing was kept. Confirm your password, then send it again.")
        query = urlencode({"next": request.path})
        return redirect(f"{reverse('account_reauthenticate')}?{query}")

    return cast(Callable[Concatenate[Request, P], HttpResponseBase], wrapped)


def _is_recent(request: SignedInRequest) -> bool:
    seconds = settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    if request.user.date_joined > timezone.now() - timedelta(seconds=seconds):
        # They chose their password within that time, whichever way they came in.
        return True
    given = [
        record["at"]
        for record in get_authentication_records(request, request.user)
        if record["method"] in _METHODS
    ]
    return bool(given) and time.time() - max(given) < seconds
