"""People who go: what ends with them is told first."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.requests import CHOSEN, MemberRequest, member_required
from accounts.rights import Right
from accounts.services import members, workspaces
from accounts.services.callers import Caller
from accounts.services.members import LastOwner, Overtaken
from accounts.views.members import visible_member
from sessions_app.models import AvatarSession


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def member_remove(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Removes a member; oneself, by leaving."""
    member, caller = visible_member(request, public_id), Caller.of(request)
    leaves = member.user == request.user
    if request.method == "POST":
        try:
            (members.leave if leaves else members.remove)(member, caller=caller)
        except (LastOwner, Overtaken) as error:
            messages.error(request, str(error))
            return redirect("members")
        if leaves:
            request.session.pop(CHOSEN, None)
        gone = "You have left" if leaves else f"{member.user} is no longer in"
        messages.success(request, f"{gone} “{member.workspace.name}”.")
        return redirect("dashboard" if leaves else "members")
    if not leaves:
        workspaces.require(Right.MANAGE_MEMBERS, caller=caller, workspace=member.workspace)
    running = AvatarSession.objects.open().filter(workspace=member.workspace)
    values = {
        "member": member,
        "leaves": leaves,
        "open_sessions": running.filter(requested_by=member.user).count(),
    }
    return render(request, "sessions_app/member_remove_page.html", values)
