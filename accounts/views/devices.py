"""Where one is signed in, and signing out there."""

from typing import cast

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.services import devices
from accounts.services.callers import Caller


@require_safe
@login_required
def index(request: HttpRequest) -> HttpResponse:
    found = UserSession.objects.purge_and_list(cast(User, request.user))
    newest = sorted(found, key=lambda device: device.last_seen_at, reverse=True)
    named = [(device, devices.called(device.user_agent)) for device in newest]
    return render(request, "accounts/devices_page.html", {"devices": named})


@require_POST
@login_required
def sign_out(request: HttpRequest, pk: int) -> HttpResponse:
    user = cast(User, request.user)
    own = UserSession.objects.filter(user=user, pk=pk)
    ended = devices.sign_out(own, caller=Caller.of(request))
    messages.info(request, "Signed out there." if ended else "It was signed out already.")
    return redirect("devices")


@require_POST
@login_required
def sign_out_others(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    own = UserSession.objects.filter(user=user)
    others = own.exclude(session_key=request.session.session_key)
    ended = devices.sign_out(others, caller=Caller.of(request))
    messages.success(request, f"Signed out on {ended} other device{'s' if ended != 1 else ''}.")
    return redirect("devices")
