"""What is to be moved, by kind: since when it is due, how often it was tried, who does it next."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.requests import StaffRequest, staff_required
from liveavatar_web.look_back import Place
from sessions_app.services import figures
from sessions_app.services import queue as rows_due


@require_safe
@staff_required
def queue(request: StaffRequest) -> HttpResponse:
    """One kind at a time; where none is asked for, that of the row that is due for longest."""
    now = timezone.now()
    work = figures.work(now=now)
    longest = max(work, key=lambda each: each.oldest_seconds)
    kind = request.GET.get("kind", longest.kind)
    if kind not in figures.KINDS:
        raise Http404
    page = rows_due.page(kind, after=Place.parse(request.GET.get("before", "")), now=now)
    query = urlencode({"kind": kind, "before": str(page.next)}) if page.next else ""
    values = {
        "work": work,
        "kind": kind,
        "entries": page.entries,
        "next_url": f"?{query}" if query else None,
    }
    return render(request, "staff/queue_page.html", values)
