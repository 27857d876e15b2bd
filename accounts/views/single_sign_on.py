"""To the OpenID Connect provider and back, and the accounts there that open one's own."""

from collections.abc import Callable
from typing import Any, cast

import structlog
from allauth.core import ratelimit
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from accounts.models import User
from accounts.services import single_sign_on
from accounts.services.callers import Caller

log = structlog.get_logger()


def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Asks with GET, and leads to the provider with POST."""
    if request.method == "POST" and (refusal := ratelimit.consume_or_429(request, action="login")):
        return cast(HttpResponse, refusal)
    return _at_provider(openid_connect.login, request, provider_id)


def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _at_provider(openid_connect.callback, request, provider_id)


def cancelled(request: HttpRequest) -> HttpResponse:
    return render(request, "socialaccount/login_cancelled.html")


@require_safe
@login_required
def index(request: HttpRequest) -> HttpResponse:
    own = SocialAccount.objects.filter(user=cast(User, request.user)).order_by("id")
    return render(request, "accounts/single_sign_on_page.html", {"accounts": own})


@require_POST
@login_required
def disconnect(request: HttpRequest, pk: int) -> HttpResponse:
    own = SocialAccount.objects.filter(user=cast(User, request.user))
    single_sign_on.disconnect(get_object_or_404(own, pk=pk), caller=Caller.of(request))
    messages.success(request, "Disconnected.")
    return redirect("single_sign_on")


def _at_provider(view: Callable[..., Any], request: HttpRequest, provider_id: str) -> HttpResponse:
    """allauth's view, which expects the provider to be there and to answer as it should."""
    try:
        return cast(HttpResponse, view(request, provider_id))
    except (RequestException, KeyError) as error:
        # Not the text: it may hold what the provider answered.
        log.warning("single_sign_on.provider_failed", error=type(error).__name__)
        try:
            provider = get_adapter().get_provider(request, provider_id)
        except SocialApp.DoesNotExist:
            raise Http404 from None
        return cast(HttpResponse, render_authentication_error(request, provider))
