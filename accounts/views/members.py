"""Who is in the workspace, and what each role may do there."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import InvitationForm, RoleForm
from accounts.models import Membership
from accounts.reauthentication import recent_password_required
from accounts.requests import MemberRequest, member_required, stand_in
from accounts.rights import RIGHTS, Right, Role
from accounts.services import members, workspaces
from accounts.services.callers import Caller
from accounts.services.members import Overtaken, may_give
from accounts.services.workspace_invitations import MOST_OPEN
from liveavatar_web import watch
from liveavatar_web.pages import page_of


def visible_member(request: MemberRequest, public_id: UUID) -> Membership:
    """Somebody of a workspace one is in too, else 404."""
    visible = Membership.objects.visible_to(request.user).select_related("workspace", "user")
    found = get_object_or_404(visible, public_id=public_id)
    stand_in(request, found.workspace)
    return found


def givable(request: MemberRequest) -> list[Role]:
    return [role for role in Role if may_give(request.membership, role)]


@require_safe
@member_required
def index(request: MemberRequest) -> HttpResponse:
    return members_page(request)


def members_page(request: MemberRequest, form: InvitationForm | None = None) -> HttpResponse:
    own = request.membership
    rows = Membership.objects.filter(workspace=own.workspace).select_related("user")
    page = page_of(rows.order_by("-id"), request)
    roles = givable(request)
    manages = own.may(Right.MANAGE_MEMBERS)
    invitations = own.workspace.invitations.open().select_related("invited_by")
    values = {
        "rows": [(row, may_give(own, Role(row.role))) for row in page.rows],
        "next_url": page.next_url,
        "roles": roles,
        "form": form or InvitationForm(roles=roles),
        "invitations": invitations.order_by("-id")[:MOST_OPEN] if manages else (),
        "manages": manages,
        "signup_closed": settings.SIGNUP == "closed",
        "now": timezone.now(),
        "may_hand_over": own.may(Right.HAND_OVER),
        "table": [(right.value, [right in RIGHTS[role] for role in Role]) for right in Right],
        "all_roles": [role.value for role in Role],
        "watch_url": watch.address(
            "workspace", own.workspace.public_id, viewer=request.user.public_id
        ),
        "version": own.workspace.version,
    }
    return render(request, "accounts/members_page.html", values)


@require_POST
@member_required
def role(request: MemberRequest, public_id: UUID) -> HttpResponse:
    member, form = visible_member(request, public_id), RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose one of the roles.")
        return redirect("members")
    chosen = Role(form.cleaned_data["role"])
    try:
        members.change_role(member, role=chosen, caller=Caller.of(request))
    except Overtaken as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{member.user} is {chosen.value} now.")
    return redirect("members")


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@recent_password_required
def hand_over(request: MemberRequest, public_id: UUID) -> HttpResponse:
    member, caller = visible_member(request, public_id), Caller.of(request)
    if request.method == "POST":
        try:
            members.hand_over(member, caller=caller)
        except Overtaken as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{member.user} owns “{member.workspace.name}” now.")
        return redirect("members")
    workspaces.require(Right.HAND_OVER, caller=caller, workspace=member.workspace)
    return render(request, "accounts/member_hand_over_page.html", {"member": member})
