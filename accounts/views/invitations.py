"""Invitations into a workspace: sent by its managers, answered by whoever holds the link."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import InvitationForm
from accounts.models import User, WorkspaceInvitation
from accounts.requests import JOINING, MemberRequest, member_required, stand_in, work_in
from accounts.rights import Role
from accounts.services import workspace_invitations as service
from accounts.services.callers import Caller
from accounts.services.workspace_invitations import NotInvitable, NotValid, SomebodyElses
from accounts.views.members import givable, members_page


@require_POST
@member_required
def invite(request: MemberRequest) -> HttpResponse:
    form = InvitationForm(request.POST, roles=givable(request) or list(Role))
    if form.is_valid():
        try:
            service.invite(
                request.membership.workspace,
                email=form.cleaned_data["email"],
                role=Role(form.cleaned_data["role"]),
                caller=Caller.of(request),
                now=timezone.now(),
            )
        except NotInvitable as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, f"A letter is on its way to {form.cleaned_data['email']}.")
            return redirect("members")
    return members_page(request, form)


@require_POST
@member_required
def again(request: MemberRequest, public_id: UUID) -> HttpResponse:
    found = _visible(request, public_id)
    try:
        service.send_again(found, caller=Caller.of(request), now=timezone.now())
    except NotInvitable as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"A new letter is on its way to {found.email}.")
    return redirect("members")


@require_POST
@member_required
def revoke(request: MemberRequest, public_id: UUID) -> HttpResponse:
    found = _visible(request, public_id)
    service.revoke(found, caller=Caller.of(request), now=timezone.now())
    messages.success(request, "Revoked: the link opens nothing any more.")
    return redirect("members")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invitation(request: HttpRequest, link: str) -> HttpResponse:
    """What one is invited to, for whoever holds the link; nothing happens before a click."""
    now, user = timezone.now(), request.user
    try:
        found = service.find(link, now=now)
        if request.method == "POST" and "decline" in request.POST:
            service.decline(found, caller=Caller.of(request), now=now)
            return render(request, "accounts/invitation_declined_page.html", {"invitation": found})
        if request.method == "POST" and isinstance(user, User):
            return _accept(request, found)
    except NotValid as error:
        over = {"why": str(error)}
        return render(request, "accounts/invitation_over_page.html", over, status=410)
    if not isinstance(user, User):
        request.session[JOINING] = link
    has_account = User.objects.filter(email=found.email).exists()
    values = {
        "invitation": found,
        "link": link,
        "is_mine": isinstance(user, User) and service.is_for(found, user),
        "has_account": has_account,
        "may_sign_up": not has_account and settings.SIGNUP != "closed",
    }
    return render(request, "accounts/invitation_page.html", values)


def _accept(request: HttpRequest, found: WorkspaceInvitation) -> HttpResponse:
    try:
        service.accept(found, caller=Caller.of(request), now=timezone.now())
    except SomebodyElses:
        return redirect(request.path)
    work_in(request, found.workspace)
    messages.success(request, f"Welcome to “{found.workspace.name}”.")
    return redirect("dashboard")


def _visible(request: MemberRequest, public_id: UUID) -> WorkspaceInvitation:
    visible = WorkspaceInvitation.objects.visible_to(request.user).select_related("workspace")
    found = get_object_or_404(visible, public_id=public_id)
    stand_in(request, found.workspace)
    return found
