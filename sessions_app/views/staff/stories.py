"""One session of any workspace, as staff see it: words and prompts for a reason only."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import StaffRequest, staff_required
from accounts.rights import STAFF_RIGHTS, Right
from accounts.services.callers import Caller
from sessions_app.forms import ReasonForm
from sessions_app.models import AvatarSession
from sessions_app.services import avatar_sessions, stories
from sessions_app.views import scopes, transcripts
from sessions_app.views.sessions import any_session
from sessions_app.views.stories import story_of, watched


@require_safe
@staff_required
def session(request: StaffRequest, public_id: UUID) -> HttpResponse:
    found = any_session(public_id)
    values = _values(request, found) | watched(found)
    return render(request, "sessions_app/session_page.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_required
def transcript_read(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Shown in this one answer, or handed out as a file; the workspace sees that, and why."""
    found = any_session(public_id)
    if request.method != "POST":
        return redirect("staff_session", public_id=public_id)
    caller = Caller.of_staff(request)
    return transcripts.told(request, found, caller=caller, values=_values(request, found))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_required
def prompt_read(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """As `transcript_read`, of the context as the session used it."""
    found = any_session(public_id)
    if request.method != "POST":
        return redirect("staff_session", public_id=public_id)
    form = ReasonForm(request.POST, auto_id="prompt_%s")
    values = _values(request, found) | {"prompt_form": form}
    if form.is_valid():
        reason, caller = form.cleaned_data["reason"], Caller.of_staff(request)
        values["prompt"] = stories.read_prompt(found, caller=caller, reason=reason)
    return render(request, "sessions_app/session_page.html", values)


@require_POST
@staff_required
def session_stop(request: StaffRequest, public_id: UUID) -> HttpResponse:
    found = any_session(public_id)
    avatar_sessions.stop_by(found, caller=Caller.of_staff(request), now=timezone.now())
    if request.headers.get("HX-Request"):
        # The page shows the list, and watches it.
        return HttpResponse(status=204)
    messages.info(request, "The conversation is ending.")
    return redirect("staff_session", public_id=public_id)


def _values(request: StaffRequest, found: AvatarSession) -> dict[str, Any]:
    may_stop = request.user.has_perm(STAFF_RIGHTS[Right.STOP_ANY_SESSION])
    return story_of(found, reader=request.user, may_read_audit=True) | {
        "routes": scopes.OF_STAFF,
        "is_everywhere": True,
        "may_read": True,
        "may_stop": found.is_open and may_stop,
        "prompt_form": ReasonForm(auto_id="prompt_%s") if found.context else None,
    }
