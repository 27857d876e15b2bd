"""What was said, as a file, and its deletion."""

import json
from collections.abc import Iterator
from datetime import UTC
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import MemberRequest, member_required
from accounts.services.callers import Caller
from sessions_app.models import AvatarSession, SessionEvent
from sessions_app.services import transcripts
from sessions_app.views.sessions import visible_session

_TYPES = {"txt": "text/plain; charset=utf-8", "json": "application/json"}


@require_safe
@member_required
def transcript_file(request: MemberRequest, public_id: UUID, kind: str) -> StreamingHttpResponse:
    session = visible_session(request, public_id)
    if kind not in _TYPES or not transcripts.may_read(session, request.user):
        raise Http404
    lines = transcripts.download(session, caller=Caller.of(request), kind=kind)
    written = _as_text(session, lines.iterator()) if kind == "txt" else _as_json(lines.iterator())
    name = f"transcript-{str(public_id)[:8]}.{kind}"
    return StreamingHttpResponse(
        written,
        content_type=_TYPES[kind],
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


@require_POST
@member_required
def transcript_delete(request: MemberRequest, public_id: UUID) -> HttpResponse:
    session = visible_session(request, public_id)
    transcripts.delete(session, caller=Caller.of(request))
    messages.success(request, "The transcript is deleted.")
    return redirect("session", public_id=public_id)


def _as_text(session: AvatarSession, lines: Iterator[SessionEvent]) -> Iterator[str]:
    for line in lines:
        who = session.asked_by if _is_user(line) else session.avatar.name
        yield f"{_utc(line)}  {who}: {line.text}\n"


def _as_json(lines: Iterator[SessionEvent]) -> Iterator[str]:
    yield "["
    for number, line in enumerate(lines):
        said = {"at": _utc(line), "role": "user" if _is_user(line) else "avatar", "text": line.text}
        yield f"{',' if number else ''}\n  {json.dumps(said, ensure_ascii=False)}"
    yield "\n]\n"


def _is_user(line: SessionEvent) -> bool:
    return line.kind == SessionEvent.Kind.USER_LINE


def _utc(line: SessionEvent) -> str:
    return f"{line.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
