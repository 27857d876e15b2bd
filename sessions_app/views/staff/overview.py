"""How the installation is: the four numbers of `docs/operations.md`, and what they are made of."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import StaffRequest, staff_required
from liveavatar_web.pages import page_of
from sessions_app.models import CloudStranger
from sessions_app.services import figures

_STRANGERS = 5


@require_safe
@staff_required
def overview(request: StaffRequest) -> HttpResponse:
    now = timezone.now()
    read = figures.read(now=now)
    strangers = CloudStranger.objects.filter(gone_at__isnull=True)
    page = {
        "figures": read,
        "open_sessions": [(state.label, count) for state, count in read.by_stage() if count],
        "cloud_faults": figures.cloud_faults(),
        "strangers": strangers[:_STRANGERS],
    }
    return render(request, "staff/overview_page.html", page)


@require_safe
@staff_required
def strangers(request: StaffRequest) -> HttpResponse:
    """Sessions on the cloud account that were not started here, those of the past included."""
    page = page_of(CloudStranger.objects.order_by("-id"), request)
    values = {"strangers": page.rows, "next_url": page.next_url}
    return render(request, "staff/strangers_page.html", values)
