"""The audit trail: of the workspace where one works, or of all of them for staff."""

from dataclasses import dataclass
from typing import Final, Self

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.audit_forms import AuditFilterForm, EverywhereAuditForm
from accounts.models import AuditEvent, Workspace
from accounts.models.audit_event import AuditEventQuerySet
from accounts.requests import MemberRequest, StaffRequest, member_required, staff_required
from accounts.rights import Right
from accounts.services import audit_status, trail
from accounts.services.audit_status import Status
from accounts.services.callers import Caller
from liveavatar_web import exports
from liveavatar_web.compiled import CompiledAmong
from liveavatar_web.exports import Format
from liveavatar_web.look_back import Place, Stretch

_EVENTS: Final = CompiledAmong(lambda keys: AuditEvent.objects.filter(pk__in=keys), int)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What one pair of pages reads; `workspace` is None where that is the installation's."""

    rows: AuditEventQuerySet
    form: AuditFilterForm
    workspace: Workspace | None
    caller: Caller
    routes: dict[str, str]

    @classmethod
    def of_member(cls, request: MemberRequest) -> Self:
        membership = request.membership
        if not membership.may(Right.READ_AUDIT):
            raise PermissionDenied(
                "Your role in this workspace does not let you read the audit trail."
            )
        return cls(
            # Not `visible_to`: one workspace is what an index has in order.
            rows=AuditEvent.objects.filter(workspace_id=membership.workspace.public_id),
            form=AuditFilterForm(request.GET),
            workspace=membership.workspace,
            caller=Caller.of(request),
            routes={"audit": "audit", "export": "audit_export"},
        )

    @classmethod
    def of_staff(cls, request: StaffRequest) -> Self:
        return cls(
            rows=AuditEvent.objects.all(),
            form=EverywhereAuditForm(request.GET),
            workspace=None,
            caller=Caller.of_staff(request),
            routes={"audit": "staff_audit", "export": "staff_audit_export"},
        )

    @property
    def is_everywhere(self) -> bool:
        return self.workspace is None

    def status(self) -> Status:
        """Of the chains that are read: all, or the workspace's."""
        if self.workspace is None:
            return audit_status.of_installation(now=timezone.now())
        return audit_status.of(self.workspace)


@require_safe
@member_required
def index(request: MemberRequest) -> HttpResponse:
    return _page(request, Scope.of_member(request))


@require_safe
@staff_required
def staff_index(request: StaffRequest) -> HttpResponse:
    return _page(request, Scope.of_staff(request))


@require_safe
@member_required
def export(request: MemberRequest, kind: str) -> HttpResponseBase:
    return _file(request, Scope.of_member(request), kind)


@require_safe
@staff_required
def staff_export(request: StaffRequest, kind: str) -> HttpResponseBase:
    return _file(request, Scope.of_staff(request), kind)


def _page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The trail, newest first; `before` is the place after which to go on."""
    form = scope.form
    page: Stretch[AuditEvent] = Stretch([], None)
    if form.is_valid():
        place = Place.parse(request.GET.get("before", ""))
        past = form.wanted().past(scope.rows, of_one=not scope.is_everywhere)
        page = past.stretch(place, read=_EVENTS.rows)
    context = {
        "scope": scope,
        "events": trail.told(page.rows),
        "form": form,
        "status": scope.status(),
        "looked_back_to": page.looked_back_to,
        "next_cursor": _next(request, page.next),
        "query": form.wanted().query if form.is_valid() else "",
    }
    return render(request, "accounts/audit_page.html", context)


def _file(request: HttpRequest, scope: Scope, kind: str) -> HttpResponseBase:
    """All that the page would show, as a file; what makes no sense leads back to the page."""
    if kind not in list(Format):
        raise Http404
    if not scope.form.is_valid():
        return redirect(f"{reverse(scope.routes['audit'])}?{request.GET.urlencode()}")
    wanted = scope.form.wanted()
    records = trail.export(
        wanted,
        rows=scope.rows,
        of_one=not scope.is_everywhere,
        workspace=scope.workspace or scope.form.found,
        caller=scope.caller,
        kind=kind,
    )
    return exports.answer(
        records,
        columns=trail.COLUMNS,
        kind=Format(kind),
        name="audit",
        about=trail.about(wanted, workspace=scope.workspace),
    )


def _next(request: HttpRequest, place: Place | None) -> str | None:
    if place is None:
        return None
    query = request.GET.copy()
    query["before"] = str(place)
    return f"?{query.urlencode()}"
