"""Deleting a workspace, and taking that back."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import DeletionForm
from accounts.reauthentication import recent_password_required
from accounts.requests import MemberRequest, member_required
from accounts.rights import Right
from accounts.services import closures
from accounts.services.callers import Caller


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@recent_password_required
def workspace_delete(request: MemberRequest) -> HttpResponse:
    workspace = request.membership.workspace
    if not request.membership.may(Right.DELETE_WORKSPACE):
        raise PermissionDenied("Only the owner of a workspace may delete it.")
    form = DeletionForm(request.POST or None, name=workspace.name)
    if form.is_valid():
        closures.ask_deletion(workspace, caller=Caller.of(request), now=timezone.now())
        messages.success(request, "The workspace is closed, and will be deleted.")
        return redirect("workspace_settings")
    page = {"form": form, "grace_days": settings.WORKSPACE_GRACE_DAYS}
    return render(request, "accounts/workspace_delete_page.html", page)


@require_POST
@member_required
def workspace_keep(request: MemberRequest) -> HttpResponse:
    workspace = request.membership.workspace
    if closures.keep(workspace, caller=Caller.of(request), now=timezone.now()):
        messages.success(request, "The workspace is kept.")
    else:
        messages.error(request, "There is nothing to take back: its deletion has begun.")
    return redirect("workspace_settings")
