import uuid
from datetime import datetime, time, timedelta
from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.forms import AuditFilterForm
from accounts.models import AuditEvent, User
from accounts.models.audit_event import AuditEventQuerySet
from accounts.requests import membership_of
from accounts.rights import Right
from accounts.services import trail

PAGE_SIZE: Final = 50


@require_GET
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """The trail, newest first; `before` is the id of the event after which to go on."""
    assert isinstance(request.user, User)
    membership = membership_of(request)
    if not (request.user.is_staff or (membership and membership.may(Right.READ_AUDIT))):
        raise PermissionDenied("Your role in this workspace does not let you read the audit trail.")
    form = AuditFilterForm(request.GET)
    form.is_valid()
    visible = AuditEvent.objects.visible_to(request.user)
    if membership and not request.user.is_staff:
        visible = visible.filter(workspace_id=membership.workspace.public_id)
    found = _filtered(visible, form.cleaned_data)
    found = _after(found, request.GET.get("before", ""))
    events = list(found[: PAGE_SIZE + 1])
    page = events[:PAGE_SIZE]
    context = {
        "events": trail.told(page),
        "form": form,
        "next_cursor": _next(request, page[-1]) if len(events) > PAGE_SIZE else None,
    }
    return render(request, "accounts/audit_page.html", context)


def _filtered(events: AuditEventQuerySet, wanted: dict[str, Any]) -> AuditEventQuerySet:
    if wanted.get("action"):
        events = events.filter(action=wanted["action"])
    if wanted.get("refused"):
        events = events.filter(refused=True)
    if since := wanted.get("since"):
        events = events.filter(at__gte=_midnight(since))
    if until := wanted.get("until"):
        events = events.filter(at__lt=_midnight(until) + timedelta(days=1))
    if who := wanted.get("actor"):
        people = User.objects.filter(Q(name__icontains=who) | Q(email__iexact=who))
        events = events.filter(_named("actor", who) | Q(actor_id__in=people.values("public_id")))
    if what := wanted.get("object"):
        events = events.filter(_named("object", what) | Q(object_type=what))
    return events


def _named(part: str, text: str) -> Q:
    """By the whole id where the text is one, else by a piece of the label."""
    try:
        return Q(**{f"{part}_id": uuid.UUID(text)})
    except ValueError:
        return Q(**{f"{part}_label__icontains": text})


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _after(events: AuditEventQuerySet, cursor: str) -> AuditEventQuerySet:
    try:
        last = AuditEvent.objects.filter(public_id=uuid.UUID(cursor)).values("id")
    except ValueError:
        return events
    return events.filter(id__lt=last)


def _next(request: HttpRequest, last: AuditEvent) -> str:
    query = request.GET.copy()
    query["before"] = str(last.public_id)
    return f"?{query.urlencode()}"
