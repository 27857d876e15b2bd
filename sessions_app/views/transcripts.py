"""What was said: read for a reason, handed out as a file, deleted."""

import json
from datetime import UTC
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import MemberRequest, member_required
from accounts.services.callers import Caller
from sessions_app.forms import TranscriptForm
from sessions_app.models import AvatarSession, SessionEvent
from sessions_app.models.session_event import SessionEventQuerySet
from sessions_app.services import transcripts
from sessions_app.views.sessions import visible_session
from sessions_app.views.stories import story_values

_TYPES = {TranscriptForm.TEXT: "text/plain; charset=utf-8", TranscriptForm.JSON: "application/json"}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required
def transcript_read(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Shown in this one answer, or handed out as a file; a link leads to the question."""
    session = visible_session(request, public_id)
    if request.method != "POST":
        return redirect("session", public_id=public_id)
    return told(request, session, caller=Caller.of(request), values=story_values(request, session))


def told(
    request: HttpRequest, session: AvatarSession, *, caller: Caller, values: dict[str, Any]
) -> HttpResponse:
    """The session's page, made of `values`, with what was said in it; or that as a file."""
    form = TranscriptForm(request.POST)
    values["reason_form"] = form
    if form.is_valid():
        reason, kind = form.cleaned_data["reason"], form.cleaned_data["form"]
        if kind != TranscriptForm.PAGE:
            lines = transcripts.download(session, caller=caller, kind=kind, reason=reason)
            return _file(session, lines, kind)
        values["transcript"] = transcripts.read(session, caller=caller, reason=reason)
    return render(request, "sessions_app/session_page.html", values)


@require_safe
@never_cache
@member_required
def transcript_file(request: MemberRequest, public_id: UUID, kind: str) -> HttpResponse:
    """One's own; to others it is handed out for a reason, by `transcript_read`."""
    session = visible_session(request, public_id)
    if kind not in _TYPES or session.requested_by_id != request.user.pk:
        raise Http404
    lines = transcripts.download(session, caller=Caller.of(request), kind=kind)
    return _file(session, lines, kind)


@require_POST
@member_required
def transcript_delete(request: MemberRequest, public_id: UUID) -> HttpResponse:
    session = visible_session(request, public_id)
    transcripts.delete(session, caller=Caller.of(request))
    messages.success(request, "The transcript is deleted.")
    return redirect("session", public_id=public_id)


def _file(session: AvatarSession, lines: SessionEventQuerySet, kind: str) -> HttpResponse:
    """Whole, since a session has room for so many lines and no more."""
    written = _as_text(session, lines) if kind == TranscriptForm.TEXT else _as_json(lines)
    name = f"transcript-{str(session.public_id)[:8]}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(written, content_type=_TYPES[kind], headers=headers)


def _as_text(session: AvatarSession, lines: SessionEventQuerySet) -> str:
    return "".join(
        f"{_utc(line)}  {session.asked_by if _is_user(line) else session.avatar.name}: "
        f"{' '.join(line.text.splitlines())}\n"
        for line in lines
    )


def _as_json(lines: SessionEventQuerySet) -> str:
    said = [
        {"at": _utc(line), "role": "user" if _is_user(line) else "avatar", "text": line.text}
        for line in lines
    ]
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def _is_user(line: SessionEvent) -> bool:
    return line.kind == SessionEvent.Kind.USER_LINE


def _utc(line: SessionEvent) -> str:
    return f"{line.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
