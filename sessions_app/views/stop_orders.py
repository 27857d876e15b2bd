"""Ending many sessions at once: how many, then the order, then how far it has come."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.reauthentication import recent_password_required
from accounts.requests import (
    MemberRequest,
    SignedInRequest,
    StaffRequest,
    member_required,
    staff_required,
    stand_in,
)
from accounts.rights import Right
from accounts.services import workspaces
from liveavatar_web import watch
from sessions_app.models import StopOrder
from sessions_app.services import stop_orders
from sessions_app.services.selections import Selection
from sessions_app.services.stop_orders import NothingToStop
from sessions_app.views import scopes
from sessions_app.views.scopes import Scope
from sessions_app.views.session_lists import chips_of

# More are not counted one by one before somebody has decided.
_COUNTED = 1_000


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def sessions_stop(request: MemberRequest) -> HttpResponseBase:
    return _stop(request, Scope.of_member(request))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def staff_sessions_stop(request: StaffRequest) -> HttpResponseBase:
    return _stop(request, Scope.of_staff(request))


@require_safe
@member_required
def stop_order(request: MemberRequest, public_id: UUID) -> HttpResponse:
    visible = StopOrder.objects.visible_to(request.user).select_related("workspace", "asked_by")
    order = get_object_or_404(visible, public_id=public_id)
    assert order.workspace is not None, "those of the installation are visible to no member"
    stand_in(request, order.workspace)
    return _progress(request, order, routes=scopes.OF_MEMBERS)


@require_safe
@staff_required
def staff_stop_order(request: StaffRequest, public_id: UUID) -> HttpResponse:
    given = StopOrder.objects.filter(by_staff=True).select_related("asked_by")
    order = get_object_or_404(given, public_id=public_id)
    return _progress(request, order, routes=scopes.OF_STAFF)


def _stop(request: SignedInRequest, scope: Scope) -> HttpResponseBase:
    """Those that the address asks for; for all of the scope's the password is asked first."""
    workspaces.permit(Right.STOP_ANY_SESSION, caller=scope.caller, workspace=scope.workspace)
    if not scope.form.is_valid():
        values = {"scope": scope, "form": scope.form}
        return render(request, "sessions_app/sessions_stop_page.html", values)
    selection = scope.form.selection().without("state")
    ask = _ask if selection.query else recent_password_required(_ask)
    return ask(request, scope, selection)


def _ask(request: SignedInRequest, scope: Scope, selection: Selection) -> HttpResponse:
    if request.method == "POST":
        try:
            order = stop_orders.give(
                selection, workspace=scope.concerned, caller=scope.caller, now=timezone.now()
            )
        except NothingToStop:
            messages.info(request, "None of them runs any more.")
            return redirect(f"{reverse(scope.routes['sessions'])}?{selection.query}")
        return redirect(scope.routes["stop_order"], order.public_id)
    found = stop_orders.targets(selection, workspace=scope.concerned)
    values = {
        "scope": scope,
        "form": scope.form,
        "selection": selection,
        "chips": chips_of(scope.form, selection),
        "count": found[: _COUNTED + 1].count(),
        "counted": _COUNTED,
    }
    return render(request, "sessions_app/sessions_stop_page.html", values)


def _progress(request: SignedInRequest, order: StopOrder, *, routes: object) -> HttpResponse:
    values = {
        "order": order,
        "routes": routes,
        "watch_url": watch.address("stop_order", order.public_id, viewer=request.user.public_id),
        "version": order.version,
    }
    return render(request, "sessions_app/stop_order_page.html", values)
