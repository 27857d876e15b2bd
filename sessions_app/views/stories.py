"""A session's own page: all that is known of it."""

from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.requests import MemberRequest, member_required
from accounts.rights import Right
from liveavatar_web import watch
from sessions_app.forms import TranscriptForm
from sessions_app.models import AvatarSession
from sessions_app.services import stories
from sessions_app.views import scopes, start_picture
from sessions_app.views.sessions import visible_session


@require_safe
@member_required
def session(request: MemberRequest, public_id: UUID) -> HttpResponse:
    found = visible_session(request, public_id)
    values = story_values(request, found) | watched(found, viewer=request.user.public_id)
    if values["is_mine"]:
        values["transcript"] = found.events.lines()
    return render(request, "sessions_app/session_page.html", values)


def watched(found: AvatarSession, *, viewer: object = "") -> dict[str, Any]:
    """What the page needs to keep itself fresh; `viewer` is a member, as in `watch.address`."""
    address = watch.address("session", found.public_id, viewer=viewer)
    return {"watch_url": address, "version": found.version}


def story_values(request: MemberRequest, found: AvatarSession) -> dict[str, Any]:
    """All but what was said, which others than the asker read for a reason only."""
    may = request.membership.may
    mine = found.requested_by_id == request.user.pk
    return story_of(found, reader=request.user, may_read_audit=may(Right.READ_AUDIT)) | {
        "routes": scopes.OF_MEMBERS,
        "prompt": stories.prompt_of(found),
        "is_mine": mine,
        "may_read": mine or may(Right.READ_TRANSCRIPTS),
        "may_delete": mine or may(Right.DELETE_TRANSCRIPTS),
        "may_stop": found.is_open and (mine or may(Right.STOP_ANY_SESSION)),
        "may_start": may(Right.START_SESSIONS),
    }


def story_of(found: AvatarSession, *, reader: User, may_read_audit: bool) -> dict[str, Any]:
    """What is the same for whoever reads it, of a member's pages or of staff's."""
    return {
        "session": found,
        "context": found.context.lasting if found.context else None,
        "successor": getattr(found, "successor", None),
        "start": start_picture.of(found),
        "story": stories.of(found, reader=reader, may_read_audit=may_read_audit),
        "prices_as_of": settings.OPENAI_PRICES_AS_OF,
        "has_lines": found.events.lines().exists(),
        "reason_form": TranscriptForm(),
        "idempotency_key": str(uuid4()),
    }
