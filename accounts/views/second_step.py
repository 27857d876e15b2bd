"""Leads whoever lacks the second step that a workspace asks for; writes down who changes theirs."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.recovery_codes.views import generate_recovery_codes
from allauth.mfa.totp.views import activate_totp, deactivate_totp
from allauth.mfa.webauthn.views import add_webauthn, remove_webauthn
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.requests import CHOSEN, MemberRequest, member_required, memberships_of
from accounts.services import second_steps, workspaces
from accounts.services.callers import Caller
from accounts.services.workspaces import NoSecondStep


@require_safe
@login_required
def missing(request: HttpRequest) -> HttpResponse:
    """Which workspace asks, how to set it up, and where one may work meanwhile."""
    asks = [each for each in memberships_of(request) if not each.is_open]
    wanted = request.GET.get(CHOSEN, "")
    asking = next((each for each in asks if str(each.workspace.public_id) == wanted), None)
    asking = asking or (asks[0] if asks else None)
    if asking is None:
        return redirect("dashboard")
    usable = [each for each in memberships_of(request) if each.is_open]
    values = {"asking": asking.workspace, "usable": usable}
    return render(request, "accounts/second_step_page.html", values)


@require_POST
@member_required
def require(request: MemberRequest) -> HttpResponse:
    """Has the workspace ask for it, or no longer."""
    required = request.POST.get("required") == "yes"
    try:
        workspaces.require_second_step(
            request.membership.workspace, required=required, caller=Caller.of(request)
        )
    except NoSecondStep as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Saved.")
    return redirect("workspace_settings")


def _written_down(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """One of allauth's views, whose change and the event of it are kept together or not at all."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST" or not isinstance(request.user, User):
            return view(request, *args, **kwargs)
        key = request.session.session_key or ""
        with second_steps.changing(request.user, caller=Caller.of(request), session_key=key):
            return view(request, *args, **kwargs)

    return wrapped


app_activate = _written_down(activate_totp)
app_deactivate = _written_down(deactivate_totp)
recovery_codes_generate = _written_down(generate_recovery_codes)
passkey_add = _written_down(add_webauthn)
passkey_remove = _written_down(remove_webauthn)
