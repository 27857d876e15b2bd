"""The workspace's own settings."""

from django.conf import settings as configured
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.forms import RetentionForm
from accounts.requests import MemberRequest, member_required
from accounts.rights import Right
from accounts.services import workspaces
from accounts.services.callers import Caller
from accounts.services.workspaces import Retention


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def settings(request: MemberRequest) -> HttpResponse:
    workspace = request.membership.workspace
    shown = RetentionForm.of(Retention.of(workspace))
    form = RetentionForm(request.POST or None, initial=shown)
    if request.method == "POST" and form.is_valid():
        workspaces.set_retention(workspace, kept=form.retention, caller=Caller.of(request))
        messages.success(request, "Saved. What is older goes within the hour.")
        return redirect("workspace_settings")
    may_set = request.membership.may(Right.SET_RETENTION)
    page = {"form": form, "may_set": may_set, "grace_days": configured.WORKSPACE_GRACE_DAYS}
    return render(request, "accounts/workspace_page.html", page)
