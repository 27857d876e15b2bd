from uuid import UUID, uuid4

from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.requests import MemberRequest, member_required, stand_in
from liveavatar_web import watch
from liveavatar_web.middleware import allow_microphone
from sessions_app.models import AvatarSession
from sessions_app.services import room_hosts

COST_NOTE = "LiveAvatar bills 1 credit a minute; OpenAI bills its own usage separately."


@require_safe
@member_required
def session_room(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """The page to talk in, for the person who asked for the session and nobody else."""
    own = AvatarSession.objects.visible_to(request.user).filter(requested_by=request.user)
    session = get_object_or_404(
        own.select_related("avatar", "context", "workspace", "requested_by"), public_id=public_id
    )
    stand_in(request, session.workspace)
    values = {"session": session, "room_config": _config(session, get_token(request))}
    response = allow_microphone(render(request, "sessions_app/room_page.html", values))
    response.headers["Cache-Control"] = "no-store"
    return response


def _config(session: AvatarSession, csrf_token: str) -> dict[str, object]:
    public_id = str(session.public_id)
    viewer = session.requested_by.public_id if session.requested_by else ""
    return {
        "sessionId": public_id,
        "apiBase": reverse("api_session", args=[public_id]),
        "csrfToken": csrf_token,
        "watchUrl": watch.address("session", public_id, viewer=viewer),
        "version": session.version,
        "state": session.state,
        "roomHost": room_hosts.last(),
        "avatarName": session.avatar.name,
        "previewUrl": session.avatar.preview_url,
        "contextName": session.context.name if session.context else "",
        "maxSeconds": session.max_seconds,
        "isSandbox": session.is_sandbox,
        "costNote": COST_NOTE,
        "newSessionUrl": reverse("session_new"),
        "againUrl": reverse("session_again", args=[public_id]),
        "detailUrl": reverse("session", args=[public_id]),
        "roomUrl": reverse("session_room", args=[public_id]),
        "successorUrl": _successor_url(session),
        "againKey": str(uuid4()),
    }


def _successor_url(session: AvatarSession) -> str:
    """Where the conversation goes on: an address that is out of date leads to it."""
    following = AvatarSession.objects.open().filter(predecessor=session)
    if session.is_open or (successor := following.first()) is None:
        return ""
    return reverse("session_room", args=[successor.public_id])
