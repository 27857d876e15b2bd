"""Every workspace: what it may use, what it has used, and whether it may go on."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import SearchForm, SuspensionForm
from accounts.models import Workspace
from accounts.requests import StaffRequest, staff_required
from accounts.services import closures
from accounts.services.callers import Caller
from liveavatar_web.pages import page_of
from sessions_app.models import AvatarSession
from sessions_app.services import budgets, limits


@require_safe
@staff_required
def workspaces(request: StaffRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    found = Workspace.objects.annotate(members=Count("memberships"))
    if form.is_valid() and (text := form.cleaned_data["text"]):
        found = found.named(text)
    page = page_of(found.order_by("-id"), request)
    values = {"form": form, "workspaces": page.rows, "next_url": page.next_url}
    return render(request, "staff/workspaces_page.html", values)


@require_safe
@staff_required
def workspace(request: StaffRequest, public_id: UUID) -> HttpResponse:
    found = get_object_or_404(Workspace, public_id=public_id)
    memberships = found.memberships.select_related("user").order_by("id")
    values = {
        "shown": found,
        "month": budgets.month(found, period=limits.periods(timezone.now())[1]),
        "running": AvatarSession.objects.listed_open().filter(workspace=found).count(),
        "memberships": memberships[:100],
        "may_change": request.user.has_perm("accounts.change_workspace"),
    }
    return render(request, "staff/workspace_page.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def workspace_suspend(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Asks why, and says how many conversations that ends."""
    found = get_object_or_404(Workspace, public_id=public_id)
    form = SuspensionForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            closures.suspend(
                found, caller=Caller.of_staff(request), reason=reason, now=timezone.now()
            )
        except closures.NotStaff as error:
            raise PermissionDenied("You may not suspend workspaces.") from error
        messages.success(request, f"“{found.name}” is suspended.")
        return redirect("staff_workspace", public_id)
    running = AvatarSession.objects.listed_open().filter(workspace=found).count()
    values = {"shown": found, "form": form, "running": running}
    return render(request, "staff/workspace_suspend_page.html", values)


@require_POST
@staff_required
def workspace_lift(request: StaffRequest, public_id: UUID) -> HttpResponse:
    found = get_object_or_404(Workspace, public_id=public_id)
    try:
        closures.lift(found, caller=Caller.of_staff(request))
    except closures.NotStaff as error:
        raise PermissionDenied("You may not let workspaces go on.") from error
    messages.success(request, f"“{found.name}” may go on.")
    return redirect("staff_workspace", public_id)
