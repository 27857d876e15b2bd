"""The pages on which a widget is made and changed, with the real one beside the form."""

from uuid import UUID

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import MemberRequest, member_required
from accounts.rights import Right
from accounts.services import workspaces
from accounts.services.callers import Caller
from sessions_app.models import Widget
from sessions_app.services import widgets as service
from sessions_app.services.widgets import NotUsable
from sessions_app.views import embed, widget_snippets
from sessions_app.views.widgets import visible_widget
from sessions_app.widget_forms import WidgetForm


@require_http_methods(["GET", "HEAD", "POST"])
@csp_update({"frame-src": [SELF]})
@member_required
def widget_new(request: MemberRequest) -> HttpResponse:
    membership, caller = request.membership, Caller.of(request)
    workspaces.require(Right.MANAGE_WIDGETS, caller=caller, workspace=membership.workspace)
    widget = Widget(workspace=membership.workspace, created_by=request.user)
    form = WidgetForm(request.POST or None, membership=membership, instance=widget)
    if request.method == "POST" and form.is_valid():
        try:
            service.create(caller=caller, widget=widget, now=timezone.now())
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
    widget, caller = visible_widget(request, public_id), Caller.of(request)
    workspaces.require(Right.MANAGE_WIDGETS, caller=caller, workspace=widget.workspace)
    # The form writes into its instance, also what is then refused.
    saved = visible_widget(request, public_id) if request.method == "POST" else widget
    form = WidgetForm(request.POST or None, membership=request.membership, instance=widget)
    if request.method == "POST" and form.is_valid():
        try:
            service.change(caller=caller, widget=widget, now=timezone.now())
        except NotUsable as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, f"“{widget.name}” is saved. Sites show it within a minute.")
            return redirect("widget", public_id=public_id)
    return _form_page(request, form, saved)


@require_POST
@member_required
def widget_preview(request: MemberRequest) -> HttpResponse:
    """The form's widget as it would stand in a page, saved or not."""
    blank = Widget(workspace=request.membership.workspace, created_by=request.user)
    widget = WidgetForm(request.POST, membership=request.membership, instance=blank).sketch()
    if widget is None:
        return HttpResponse(status=204)  # the frame stays as it is
    widget.starts_open = "preview_open" in request.POST
    return embed.preview(request, widget)


def _form_page(request: MemberRequest, form: WidgetForm, widget: Widget | None) -> HttpResponse:
    workspace = form.workspace
    values = {
        "form": form,
        "widget": widget,
        "snippets": widget_snippets.of(widget) if widget else [],
        "models": settings.OPENAI_MODELS,
        "has_key": form.keys.exists(),
        "most_visitors": workspace.concurrency_limit,
        "most_minutes": workspace.monthly_limit_seconds // 60,
    }
    return render(request, "sessions_app/widget_form_page.html", values)
