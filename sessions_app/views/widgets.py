from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import ProviderKey
from accounts.requests import MemberRequest, member_required, stand_in
from accounts.rights import Right
from accounts.services import workspaces
from accounts.services.callers import Caller
from liveavatar_web import watch
from liveavatar_web.pages import page_of
from sessions_app.models import AvatarSession, Context, Widget
from sessions_app.services import limits
from sessions_app.services import widgets as service
from sessions_app.services.widgets import NotUsable
from sessions_app.views import widget_snippets, widget_usage


def visible_widget(request: MemberRequest, public_id: UUID) -> Widget:
    visible = Widget.objects.visible_to(request.user).select_related(
        "workspace", "avatar", "context", "provider_key", "created_by"
    )
    found = get_object_or_404(visible, public_id=public_id)
    stand_in(request, found.workspace)
    return found


@require_safe
@member_required
def widgets(request: MemberRequest) -> HttpResponse:
    workspace = request.membership.workspace
    visible = Widget.objects.visible_to(request.user).filter(workspace=workspace)
    page = page_of(visible.select_related("avatar").order_by("-id"), request)
    minutes = widget_usage.minutes_today(page.rows, now=timezone.now())
    values = {
        "rows": [(row, minutes.get(limits.of_widget(row), 0)) for row in page.rows],
        "next_url": page.next_url,
        "watch_url": watch.address("workspace", workspace.public_id, viewer=request.user.public_id),
        "version": workspace.version,
    }
    return render(request, "sessions_app/widgets_page.html", values)


@require_safe
@member_required
def widget(request: MemberRequest, public_id: UUID) -> HttpResponse:
    found = visible_widget(request, public_id)
    values = {
        "widget": found,
        "usage": widget_usage.of(found, now=timezone.now()),
        "troubles": _troubles(found),
        "open_sessions": _running(found),
        "snippets": widget_snippets.of(found),
        "site_url": settings.SITE_URL,
        "watch_url": watch.address(
            "workspace", found.workspace.public_id, viewer=request.user.public_id
        ),
        "version": found.workspace.version,
    }
    return render(request, "sessions_app/widget_page.html", values)


@require_POST
@member_required
def widget_on(request: MemberRequest, public_id: UUID) -> HttpResponse:
    found = visible_widget(request, public_id)
    service.switch_on(found, caller=Caller.of(request), now=timezone.now())
    messages.success(request, f"“{found.name}” is on. Sites show it within a minute.")
    return redirect("widget", public_id=public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def widget_off(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Asks first where somebody talks now; the question's own form says `sure`."""
    found, caller = visible_widget(request, public_id), Caller.of(request)
    if request.method == "POST":
        workspaces.require(Right.MANAGE_WIDGETS, caller=caller, workspace=found.workspace)
    running = _running(found)
    if request.method == "POST" and ("sure" in request.POST or not running):
        service.switch_off(found, caller=caller, now=timezone.now())
        messages.success(request, f"“{found.name}” is off and lets nobody in.")
        return redirect("widget", public_id=public_id)
    values = {"widget": found, "open_sessions": running}
    return render(request, "sessions_app/widget_off_page.html", values)


@require_POST
@member_required
def widget_release(request: MemberRequest, public_id: UUID) -> HttpResponse:
    found = visible_widget(request, public_id)
    service.release(found, caller=Caller.of(request), now=timezone.now())
    messages.success(request, f"“{found.name}” is released from its pause.")
    return redirect("widget", public_id=public_id)


@require_POST
@member_required
def widget_duplicate(request: MemberRequest, public_id: UUID) -> HttpResponse:
    found = visible_widget(request, public_id)
    try:
        copy = service.duplicate(found, caller=Caller.of(request), now=timezone.now())
    except NotUsable as error:
        messages.error(request, str(error))
        return redirect("widget", public_id=public_id)
    messages.success(request, f"“{copy.name}” is made. It is off until you switch it on.")
    return redirect("widget_edit", public_id=copy.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def widget_delete(request: MemberRequest, public_id: UUID) -> HttpResponse:
    found = visible_widget(request, public_id)
    if request.method == "POST":
        service.delete(found, caller=Caller.of(request), now=timezone.now())
        messages.success(request, f"“{found.name}” is deleted. Its snippet does nothing any more.")
        return redirect("widgets")
    values = {"widget": found, "open_sessions": _running(found)}
    return render(request, "sessions_app/widget_delete_page.html", values)


def _running(widget: Widget) -> int:
    return AvatarSession.objects.listed_open().filter(widget=widget).count()


def _troubles(widget: Widget) -> list[str]:
    """Why strangers who come in could not begin; the widget itself does not know."""
    found = []
    if not ProviderKey.objects.usable().filter(pk=widget.provider_key_id).exists():
        found.append(f"Its key “{widget.provider_key.name}” is not ready.")
    context = widget.context
    if context and not Context.objects.usable().filter(pk=context.pk).exists():
        found.append(f"Its context “{context.name}” is not with LiveAvatar.")
    if not widget.avatar.is_usable:
        found.append(f"LiveAvatar does not let {widget.avatar.name} talk now.")
    return found
