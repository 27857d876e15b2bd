from uuid import UUID

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import MemberRequest, member_required
from accounts.rights import Right
from accounts.services import workspaces
from accounts.services.callers import Caller
from liveavatar_web import watch
from liveavatar_web.pages import page_of
from sessions_app.models import AvatarSession, Widget
from sessions_app.services import tallies
from sessions_app.services import widgets as service
from sessions_app.services.widgets import NotUsable
from sessions_app.views import embed
from sessions_app.widget_forms import WidgetForm

USAGE_DAYS = 30


def _widget(request: MemberRequest, public_id: UUID) -> Widget:
    visible = Widget.objects.visible_to(request.user).select_related(
        "workspace", "avatar", "context", "provider_key"
    )
    found = get_object_or_404(visible, public_id=public_id)
    # What one may do here is decided in the widget's workspace, wherever else one works.
    memberships = found.workspace.memberships.select_related("workspace", "user")
    request.membership = memberships.get(user=request.user)
    return found


@require_safe
@member_required
def widgets(request: MemberRequest) -> HttpResponse:
    workspace = request.membership.workspace
    visible = Widget.objects.visible_to(request.user).filter(workspace=workspace)
    page = page_of(visible.select_related("avatar").order_by("-id"), request)
    values = {
        "widgets": page.rows,
        "next_url": page.next_url,
        "watch_url": watch.address("workspace", workspace.public_id),
        "version": workspace.version,
    }
    return render(request, "sessions_app/widgets_page.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@csp_update({"frame-src": [SELF]})
@member_required
def widget_new(request: MemberRequest) -> HttpResponse:
    membership = request.membership
    workspaces.require(
        Right.MANAGE_WIDGETS, caller=Caller.of(request), workspace=membership.workspace
    )
    widget = Widget(workspace=membership.workspace, created_by=request.user)
    form = WidgetForm(request.POST or None, membership=membership, instance=widget)
    if request.method == "POST" and form.is_valid():
        try:
            service.create(caller=Caller.of(request), widget=form.instance, now=timezone.now())
        except NotUsable as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, f"“{widget.name}” is ready. Paste its line into your site.")
            return redirect("widget", public_id=widget.public_id)
    return _form_page(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # it takes views with arguments too
@member_required
def widget_edit(request: MemberRequest, public_id: UUID) -> HttpResponse:
    widget = _widget(request, public_id)
    workspaces.require(Right.MANAGE_WIDGETS, caller=Caller.of(request), workspace=widget.workspace)
    name = widget.name
    form = WidgetForm(request.POST or None, membership=request.membership, instance=widget)
    if request.method == "POST" and form.is_valid():
        try:
            service.change(caller=Caller.of(request), widget=form.instance, now=timezone.now())
        except NotUsable as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, f"“{widget.name}” is saved. Sites show it within a minute.")
            return redirect("widget", public_id=public_id)
    widget.name = name
    return _form_page(request, form, widget)


def _form_page(request: MemberRequest, form: WidgetForm, widget: Widget | None) -> HttpResponse:
    values = {
        "form": form,
        "edited": widget,
        "models": settings.OPENAI_MODELS,
        "has_key": form.keys.exists(),
    }
    return render(request, "sessions_app/widget_form_page.html", values)


@require_POST
@member_required
def widget_preview(request: MemberRequest) -> HttpResponse:
    """The form's widget as it would stand in a page, saved or not."""
    blank = Widget(workspace=request.membership.workspace, created_by=request.user)
    widget = WidgetForm(request.POST, membership=request.membership, instance=blank).sketch()
    if widget is None:
        return HttpResponse("There is no avatar to show yet.", content_type="text/plain")
    return embed.preview(request, widget)


@require_safe
@member_required
def widget(request: MemberRequest, public_id: UUID) -> HttpResponse:
    found, now = _widget(request, public_id), timezone.now()
    usage = tallies.usage(found, days=USAGE_DAYS, now=now)
    loader = f"{settings.SITE_URL}{reverse('embed_loader', args=[public_id])}"
    values = {
        "widget": found,
        "loader_url": loader,
        "frame_url": loader.removesuffix(".js"),
        "used": tallies.used(found, now=now),
        "usage": [day for day in usage if day.started or day.refusals],
        "busiest": max(day.started for day in usage),
        "open_sessions": AvatarSession.objects.open().filter(widget=found).count(),
        "may_manage": request.membership.may(Right.MANAGE_WIDGETS),
        "watch_url": watch.address("workspace", found.workspace.public_id),
        "version": found.workspace.version,
    }
    return render(request, "sessions_app/widget_page.html", values)


@require_POST
@member_required
def widget_switch(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """On or off, as the button said."""
    found = _widget(request, public_id)
    switch = service.switch_on if request.POST.get("on") else service.switch_off
    switch(found, caller=Caller.of(request), now=timezone.now())
    words = "lets visitors in" if request.POST.get("on") else "is off, and lets nobody in"
    messages.success(request, f"“{found.name}” {words}.")
    return redirect("widget", public_id=public_id)


@require_POST
@member_required
def widget_release(request: MemberRequest, public_id: UUID) -> HttpResponse:
    found = _widget(request, public_id)
    service.release(found, caller=Caller.of(request), now=timezone.now())
    messages.success(request, f"“{found.name}” lets visitors in again.")
    return redirect("widget", public_id=public_id)


@require_POST
@member_required
def widget_duplicate(request: MemberRequest, public_id: UUID) -> HttpResponse:
    found = _widget(request, public_id)
    try:
        copy = service.duplicate(found, caller=Caller.of(request), now=timezone.now())
    except NotUsable as error:
        messages.error(request, str(error))
        return redirect("widget", public_id=public_id)
    messages.success(request, f"“{copy.name}” is made, and switched off until you have looked.")
    return redirect("widget_edit", public_id=copy.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def widget_delete(request: MemberRequest, public_id: UUID) -> HttpResponse:
    found = _widget(request, public_id)
    if request.method == "POST":
        service.delete(found, caller=Caller.of(request), now=timezone.now())
        messages.success(request, f"“{found.name}” is deleted. Its snippet does nothing any more.")
        return redirect("widgets")
    running = AvatarSession.objects.open().filter(widget=found).count()
    values = {"widget": found, "open_sessions": running}
    return render(request, "sessions_app/widget_delete_page.html", values)
