from typing import Final

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.forms import AuditFilterForm
from accounts.models import AuditEvent, User, Workspace
from accounts.models.audit_event import AuditEventQuerySet
from accounts.requests import membership_of
from accounts.rights import Right
from accounts.services import audit_status, trail
from accounts.services.audit_status import Status
from accounts.services.callers import Caller
from liveavatar_web import exports
from liveavatar_web.exports import Format
from liveavatar_web.look_back import Place, Stretch

PAGE_SIZE: Final = 50


@require_safe
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """The trail, newest first; `before` is the place after which to go on."""
    rows, workspace = _scope(request)
    form = AuditFilterForm(request.GET)
    page: Stretch[AuditEvent] = Stretch([], None)
    if form.is_valid():
        place = Place.parse(request.GET.get("before", ""))
        page = form.wanted().past(rows).stretch(place, size=PAGE_SIZE)
    context = {
        "events": trail.told(page.rows),
        "form": form,
        "status": _status(workspace),
        "looked_back_to": page.looked_back_to,
        "next_cursor": _next(request, page.next),
        "query": form.wanted().query if form.is_valid() else "",
    }
    return render(request, "accounts/audit_page.html", context)


@require_safe
@login_required
def export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """All that the page would show, as a file; what makes no sense leads back to the page."""
    rows, workspace = _scope(request)
    if kind not in list(Format):
        raise Http404
    form = AuditFilterForm(request.GET)
    if not form.is_valid():
        return redirect(f"{reverse('audit')}?{request.GET.urlencode()}")
    caller = Caller.of(request)
    records = trail.export(form.wanted(), rows=rows, workspace=workspace, caller=caller, kind=kind)
    return exports.answer(records, columns=trail.COLUMNS, kind=Format(kind), name="audit")


def _scope(request: HttpRequest) -> tuple[AuditEventQuerySet, Workspace | None]:
    """What whoever asks may read: staff the installation's, others the workspace they work in."""
    assert isinstance(request.user, User)
    if request.user.is_staff:
        return AuditEvent.objects.all(), None
    membership = membership_of(request)
    if membership is None or not membership.may(Right.READ_AUDIT):
        raise PermissionDenied("Your role in this workspace does not let you read the audit trail.")
    # Not `visible_to`: one workspace is what an index has in order.
    rows = AuditEvent.objects.filter(workspace_id=membership.workspace.public_id)
    return rows, membership.workspace


def _status(workspace: Workspace | None) -> Status:
    """Of the chains that they see: all, or their workspace's."""
    if workspace is None:
        return audit_status.of_installation(now=timezone.now())
    return audit_status.of(workspace)


def _next(request: HttpRequest, place: Place | None) -> str | None:
    if place is None:
        return None
    query = request.GET.copy()
    query["before"] = str(place)
    return f"?{query.urlencode()}"
