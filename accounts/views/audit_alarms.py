"""What verification of the audit trail found, for staff, who say that they know of it."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.forms import AcknowledgementForm
from accounts.models import AuditMark
from accounts.requests import StaffRequest, staff_required
from accounts.services import audit_alarms
from accounts.services.callers import Caller

_SHOWN = 50


@require_safe
@staff_required
def index(request: StaffRequest) -> HttpResponse:
    return _page(request)


@require_POST
@staff_required
def acknowledge(request: StaffRequest, public_id: UUID) -> HttpResponse:
    mark = get_object_or_404(AuditMark.objects.failing(), pk=public_id)
    form = AcknowledgementForm(request.POST, auto_id=f"{public_id}_%s")
    if not form.is_valid():
        return _page(request, refused=(mark, form))
    try:
        audit_alarms.acknowledge(
            mark, **form.cleaned_data, caller=Caller.of_staff(request), now=timezone.now()
        )
    except audit_alarms.NotYours as error:
        raise PermissionDenied("You may not acknowledge what was found.") from error
    except audit_alarms.Changed as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The alarm rings no more for what was found there.")
    return redirect("staff_audit_alarms")


def _page(
    request: StaffRequest, refused: tuple[AuditMark, AcknowledgementForm] | None = None
) -> HttpResponse:
    marks = AuditMark.objects.failing().select_related("known_by")
    ringing_first = marks.order_by(F("known_at").asc(nulls_first=True), "failed_at", "pk")
    alarms = audit_alarms.told(ringing_first[:_SHOWN])
    forms = {
        alarm.mark.pk: AcknowledgementForm(
            initial={"seen": alarm.seen}, auto_id=f"{alarm.mark.pk}_%s"
        )
        for alarm in alarms
    }
    if refused is not None:
        forms[refused[0].pk] = refused[1]
    values = {
        "alarms": [(alarm, forms[alarm.mark.pk]) for alarm in alarms],
        "may_acknowledge": request.user.has_perm(audit_alarms.PERMISSION),
    }
    return render(request, "staff/audit_alarms_page.html", values)
