from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import MemberRequest, member_required, stand_in
from accounts.services.callers import Caller
from liveavatar_web import watch
from liveavatar_web.pages import page_of
from sessions_app.forms import ContextForm
from sessions_app.lifecycle import OPEN
from sessions_app.models import AvatarSession, Context
from sessions_app.services import contexts as service


def _context(request: MemberRequest, public_id: UUID) -> Context:
    visible = Context.objects.visible_to(request.user).select_related("workspace")
    found = get_object_or_404(visible, public_id=public_id)
    stand_in(request, found.workspace)
    return found


@require_safe
@member_required
def contexts(request: MemberRequest) -> HttpResponse:
    workspace = request.membership.workspace
    visible = Context.objects.visible_to(request.user).filter(workspace=workspace)
    page = page_of(visible.order_by("-id"), request)
    values = {
        "contexts": page.rows,
        "next_url": page.next_url,
        "watch_url": watch.address("workspace", workspace.public_id, viewer=request.user.public_id),
        "version": workspace.version,
    }
    return render(request, "sessions_app/contexts_page.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def context_new(request: MemberRequest) -> HttpResponse:
    form = ContextForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        context = service.create(
            caller=Caller.of(request),
            workspace=request.membership.workspace,
            script=form.script(),
            now=timezone.now(),
        )
        messages.success(request, f"“{context.name}” is saved, and on its way to LiveAvatar.")
        return redirect("contexts")
    return render(request, "sessions_app/context_form_page.html", {"form": form, "context": None})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def context_edit(request: MemberRequest, public_id: UUID) -> HttpResponse:
    context = _context(request, public_id)
    initial = {
        "name": context.name,
        "prompt": context.prompt,
        "opening_text": context.opening_text,
    }
    form = ContextForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        script = form.script()
        try:
            service.edit(context, caller=Caller.of(request), script=script, now=timezone.now())
        except service.Deleted as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"“{context.name}” is saved as version {context.number}.")
            return redirect("contexts")
    values = {
        "form": form,
        "context": context,
        "versions": context.versions.select_related("created_by")[:50],
        "watch_url": watch.address("context", context.public_id, viewer=request.user.public_id),
        "version": context.version,
    }
    return render(request, "sessions_app/context_form_page.html", values)


@require_safe
@member_required
def context_version(request: MemberRequest, public_id: UUID, number: int) -> HttpResponse:
    context = _context(request, public_id)
    version = get_object_or_404(context.versions.select_related("created_by"), number=number)
    values = {"context": context, "version": version}
    return render(request, "sessions_app/context_version_page.html", values)


@require_POST
@member_required
def context_restore(request: MemberRequest, public_id: UUID, number: int) -> HttpResponse:
    context = _context(request, public_id)
    get_object_or_404(context.versions, number=number)
    try:
        service.restore(context, caller=Caller.of(request), number=number, now=timezone.now())
    except service.Deleted as error:
        raise Http404 from error
    messages.success(request, f"Version {number} is back, as version {context.number}.")
    return redirect("context_edit", public_id=public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def context_delete(request: MemberRequest, public_id: UUID) -> HttpResponse:
    context = _context(request, public_id)
    if request.method == "POST":
        service.delete(context, caller=Caller.of(request), now=timezone.now())
        messages.success(request, f"“{context.name}” is deleted.")
        return redirect("contexts")
    used = AvatarSession.objects.filter(context=context)
    values = {
        "context": context,
        "open_sessions": used.filter(state__in=OPEN).count(),
        "used_count": used.count(),
    }
    return render(request, "sessions_app/context_delete_page.html", values)
