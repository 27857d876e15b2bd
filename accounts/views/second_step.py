"""Leads whoever lacks the second step that a workspace asks for."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import CHOSEN, MemberRequest, member_required, memberships_of
from accounts.services import workspaces
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
