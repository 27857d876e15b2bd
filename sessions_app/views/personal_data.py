"""What is held about oneself: to take along, and to have erased."""

import json
from collections.abc import Iterator

from django.contrib import messages
from django.contrib.auth import logout
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import ErasureForm
from accounts.reauthentication import recent_password_required
from accounts.requests import MemberRequest, member_required
from accounts.services.callers import Caller
from sessions_app.services import personal_data
from sessions_app.services.personal_data import OwnsSharedWorkspaces, Record


@require_safe
@member_required
def your_data(request: MemberRequest) -> HttpResponse:
    return render(request, "sessions_app/your_data_page.html")


@require_POST
@member_required
@recent_password_required
def your_data_file(request: MemberRequest) -> HttpResponseBase:
    return as_file(personal_data.export(request.user, caller=Caller.of(request)), "your-data")


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@recent_password_required
def your_data_erase(request: MemberRequest) -> HttpResponse:
    """Says what goes, and asks for the address that is about to be forgotten."""
    form = ErasureForm(request.POST or None, email=request.user.email)
    if form.is_valid():
        try:
            personal_data.erase(request.user, caller=Caller.of(request), now=timezone.now())
        except OwnsSharedWorkspaces as error:
            form.add_error(None, f"Others work in what you own. {error}.")
        else:
            logout(request)
            messages.success(request, "Your account is erased.")
            return redirect("account_login")
    return render(request, "sessions_app/your_data_erase_page.html", {"form": form})


def as_file(records: Iterator[Record], name: str) -> StreamingHttpResponse:
    """One record a line, written while they are read."""
    return StreamingHttpResponse(
        _lines(records),
        content_type="application/jsonl",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.jsonl"',
            "Cache-Control": "no-store",
        },
    )


def _lines(records: Iterator[Record]) -> Iterator[str]:
    for record in records:
        yield json.dumps(record, cls=DjangoJSONEncoder, ensure_ascii=False) + "\n"
