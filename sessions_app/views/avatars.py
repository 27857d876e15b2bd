from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import MemberRequest, member_required
from accounts.services.callers import Caller
from liveavatar_web import watch
from sessions_app.forms import AvatarSearchForm
from sessions_app.models import Avatar
from sessions_app.services import catalogue

CARDS = 24


@require_safe
@member_required
def avatars(request: MemberRequest) -> HttpResponse:
    form = AvatarSearchForm(request.GET)
    found = Avatar.objects.listed().order_by("-is_own", "name", "id")
    if form.is_valid():
        if name := form.cleaned_data["q"]:
            found = found.filter(name__icontains=name)
        if kind := form.cleaned_data["kind"]:
            found = found.filter(is_own=kind == "own")
    page = Paginator(found, CARDS).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query["page"] = str(page.number + 1)
    account = catalogue.account()
    values = {
        "form": form,
        "avatars": list(page.object_list),
        "next_url": f"?{query.urlencode()}" if page.has_next() else None,
        "synced_at": account.catalogue_synced_at,
        "sync_error": account.last_error_message,
        "syncing": account.catalogue_due_at is None or account.catalogue_due_at <= timezone.now(),
        "watch_url": watch.address("cloud", account.pk),
        "version": account.version,
    }
    return render(request, "sessions_app/avatars_page.html", values)


@require_safe
@member_required
def avatar(request: MemberRequest, public_id: UUID) -> HttpResponse:
    found = get_object_or_404(Avatar, public_id=public_id)
    return render(request, "sessions_app/avatar_page.html", {"avatar": found})


@require_POST
@member_required
def avatars_sync(request: MemberRequest) -> HttpResponse:
    catalogue.request_sync(caller=Caller.of(request), now=timezone.now())
    messages.info(request, "LiveAvatar is being asked for its avatars.")
    return redirect("avatars")
