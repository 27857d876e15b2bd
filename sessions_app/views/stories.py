"""A session's own page: all that is known of it."""

from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import MemberRequest, member_required
from accounts.rights import Right
from liveavatar_web import watch
from sessions_app.forms import ReasonForm
from sessions_app.models import AvatarSession
from sessions_app.services import stories
from sessions_app.views import start_picture
from sessions_app.views.sessions import visible_session


@require_safe
@member_required
def session(request: MemberRequest, public_id: UUID) -> HttpResponse:
    found = visible_session(request, public_id)
    values = story_values(request, found) | {
        "watch_url": watch.address("session", found.public_id),
        "version": found.version,
    }
    if values["is_mine"]:
        values["transcript"] = found.events.lines()
    return render(request, "sessions_app/session_page.html", values)


def story_values(request: MemberRequest, found: AvatarSession) -> dict[str, Any]:
    """All but what was said, which others than the asker read for a reason only."""
    may = request.membership.may
    mine = found.requested_by_id == request.user.pk
    return {
        "session": found,
        "context": found.context.lasting if found.context else None,
        "successor": getattr(found, "successor", None),
        "start": start_picture.of(found),
        "story": stories.of(found, reader=request.user, may_read_audit=may(Right.READ_AUDIT)),
        "prices_as_of": settings.OPENAI_PRICES_AS_OF,
        "is_mine": mine,
        "may_read": mine or may(Right.READ_TRANSCRIPTS),
        "has_lines": found.events.lines().exists(),
        "reason_form": ReasonForm(),
        "may_delete": mine or may(Right.DELETE_TRANSCRIPTS),
        "may_stop": found.is_open and (mine or may(Right.STOP_ANY_SESSION)),
        "idempotency_key": str(uuid4()),
    }
