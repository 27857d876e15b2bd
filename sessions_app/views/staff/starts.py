"""How long starts take, day by day: where the time goes, and whose it is."""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import StaffRequest, staff_required
from sessions_app.models import StartDay
from sessions_app.services import start_days

_DAYS: Final = 30


@require_safe
@staff_required
def starts(request: StaffRequest) -> HttpResponse:
    days = list(StartDay.objects.all()[:_DAYS])
    values = {
        "legs": start_days.LEGS,
        "days": [(day, [day.legs.get(leg.name) for leg in start_days.LEGS]) for day in days],
        "counted_at": days[0].counted_at if days else None,
    }
    return render(request, "staff/starts_page.html", values)
