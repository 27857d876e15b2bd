"""The workspace one works in: which it is, its settings, and further ones."""

from django.conf import settings as configured
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import RetentionForm, WorkspaceNameForm
from accounts.requests import MemberRequest, member_required, work_in
from accounts.rights import Right
from accounts.services import workspaces
from accounts.services.callers import Caller
from accounts.services.workspaces import Retention


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def settings(request: MemberRequest) -> HttpResponse:
    workspace, form = request.membership.workspace, RetentionForm(request.POST or None)
    if form.is_valid():
        workspaces.set_retention(workspace, kept=form.retention, caller=Caller.of(request))
        messages.success(request, "Saved. What is older goes within the hour.")
        return redirect("workspace_settings")
    return _page(request, form=form if form.is_bound else None)


@require_POST
@member_required
def rename(request: MemberRequest) -> HttpResponse:
    workspace, form = request.membership.workspace, WorkspaceNameForm(request.POST)
    if not form.is_valid():
        return _page(request, name_form=form)
    workspaces.rename(workspace, name=form.cleaned_data["name"], caller=Caller.of(request))
    messages.success(request, "Renamed.")
    return redirect("workspace_settings")


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def new(request: MemberRequest) -> HttpResponse:
    form = WorkspaceNameForm(request.POST or None)
    if form.is_valid():
        made = workspaces.create(caller=Caller.of(request), name=form.cleaned_data["name"])
        work_in(request, made)
        messages.success(request, f"“{made.name}” is made, and you work in it now.")
        return redirect("dashboard")
    return render(request, "accounts/workspace_new_page.html", {"form": form})


@require_POST
@member_required
def switch(request: MemberRequest) -> HttpResponse:
    """Works in the workspace that the form names from now on, and stays on the page if it may."""
    work_in(request, request.membership.workspace)
    return redirect(_next(request))


def _next(request: HttpRequest) -> str:
    path = request.POST.get("next", "")
    return path if url_has_allowed_host_and_scheme(path, allowed_hosts=None) else "dashboard"


def _page(
    request: MemberRequest,
    *,
    form: RetentionForm | None = None,
    name_form: WorkspaceNameForm | None = None,
) -> HttpResponse:
    membership = request.membership
    shown = RetentionForm.of(Retention.of(membership.workspace))
    values = {
        "form": form or RetentionForm(initial=shown),
        "name_form": name_form or WorkspaceNameForm(initial={"name": membership.workspace.name}),
        "may_set": membership.may(Right.SET_RETENTION),
        "may_require": membership.may(Right.REQUIRE_SECOND_STEP),
        "may_rename": membership.may(Right.RENAME_WORKSPACE),
        "grace_days": configured.WORKSPACE_GRACE_DAYS,
    }
    return render(request, "accounts/workspace_page.html", values)
