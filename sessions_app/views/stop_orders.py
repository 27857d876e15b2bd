"""Ending many sessions at once: how many, then the order, then how far it has come."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.reauthentication import recent_password_required
from accounts.requests import MemberRequest, member_required, stand_in
from accounts.rights import Right
from accounts.services import workspaces
from accounts.services.callers import Caller
from liveavatar_web import watch
from sessions_app.models import StopOrder
from sessions_app.selection_forms import SelectionForm
from sessions_app.services import stop_orders
from sessions_app.services.selections import Selection
from sessions_app.services.stop_orders import NothingToStop
from sessions_app.views.session_lists import chips_of, form_of

# More are not counted one by one before somebody has decided.
_COUNTED = 1_000


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def sessions_stop(request: MemberRequest) -> HttpResponseBase:
    """Those that the address asks for; for all of the workspace's the password is asked first."""
    workspaces.require(
        Right.STOP_ANY_SESSION,
        caller=Caller.of(request),
        workspace=request.membership.workspace,
    )
    form = form_of(request, request.membership)
    if not form.is_valid():
        return render(request, "sessions_app/sessions_stop_page.html", {"form": form})
    selection = form.selection().without("state")
    ask = _ask if selection.query else recent_password_required(_ask)
    return ask(request, form, selection)


@require_safe
@member_required
def stop_order(request: MemberRequest, public_id: UUID) -> HttpResponse:
    visible = StopOrder.objects.visible_to(request.user).select_related("workspace", "asked_by")
    order = get_object_or_404(visible, public_id=public_id)
    stand_in(request, order.workspace)
    values = {
        "order": order,
        "watch_url": watch.address("stop_order", order.public_id),
        "version": order.version,
    }
    return render(request, "sessions_app/stop_order_page.html", values)


def _ask(request: MemberRequest, form: SelectionForm, selection: Selection) -> HttpResponse:
    workspace = request.membership.workspace
    if request.method == "POST":
        try:
            order = stop_orders.give(
                selection, workspace=workspace, caller=Caller.of(request), now=timezone.now()
            )
        except NothingToStop:
            messages.info(request, "None of them runs any more.")
            return redirect(f"{reverse('sessions')}?{selection.query}")
        return redirect("stop_order", order.public_id)
    values = {
        "form": form,
        "selection": selection,
        "chips": chips_of(form, selection),
        "count": stop_orders.targets(selection, workspace=workspace)[: _COUNTED + 1].count(),
        "counted": _COUNTED,
    }
    return render(request, "sessions_app/sessions_stop_page.html", values)
