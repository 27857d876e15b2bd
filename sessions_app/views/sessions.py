from typing import Final
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.requests import MemberRequest, member_required, stand_in
from accounts.services.callers import Caller
from liveavatar_web.compiled import Compiled
from sessions_app.forms import AgainForm, SessionForm
from sessions_app.models import AvatarSession
from sessions_app.models.avatar_session import AvatarSessionQuerySet
from sessions_app.services import avatar_sessions
from sessions_app.services.acceptance import NotStartable
from sessions_app.services.limits import QuotaReached


def _with_all_of(rows: AvatarSessionQuerySet) -> AvatarSessionQuerySet:
    """With what a session's page tells."""
    return rows.select_related(
        *("workspace", "avatar", "context__source", "provider_key", "requested_by"),
        *("widget", "visit", "predecessor", "successor"),
    )


_VISIBLE: Final = Compiled(
    lambda user, session: _with_all_of(
        AvatarSession.objects.visible_to(User(pk=user)).filter(public_id=session)
    ),
    user=int,
    session=UUID,
)
_ANY: Final = Compiled(
    lambda session: _with_all_of(AvatarSession.objects.filter(public_id=session)), session=UUID
)


def visible_session(request: MemberRequest, public_id: UUID) -> AvatarSession:
    """One that this person may see, else 404; `request.membership` is theirs in its workspace."""
    found = _VISIBLE.first(user=request.user.pk, session=public_id)
    if found is None:
        raise Http404
    stand_in(request, found.workspace)
    return found


def any_session(public_id: UUID) -> AvatarSession:
    """One of the installation's, for staff; else 404."""
    found = _ANY.first(session=public_id)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def session_new(request: MemberRequest) -> HttpResponse:
    chosen = {name: request.GET[name] for name in ("avatar", "context") if name in request.GET}
    form = SessionForm(request.POST or None, membership=request.membership, initial=chosen)
    if request.method == "POST" and form.is_valid():
        try:
            session = avatar_sessions.request(
                caller=Caller.of(request),
                workspace=request.membership.workspace,
                wish=form.wish(),
                idempotency_key=form.cleaned_data["idempotency_key"],
                now=timezone.now(),
            )
        except NotStartable as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        except QuotaReached as error:
            form.add_error(None, str(error))
        else:
            return redirect("session_room", public_id=session.public_id)
    values = {
        "form": form,
        "models": settings.OPENAI_MODELS,
        "has_key": form.keys.exists(),
        "sandbox_seconds": settings.SANDBOX_MAX_SECONDS,
    }
    return render(request, "sessions_app/session_new_page.html", values)


@require_POST
@member_required
def session_stop(request: MemberRequest, public_id: UUID) -> HttpResponse:
    found = visible_session(request, public_id)
    avatar_sessions.stop_by(found, caller=Caller.of(request), now=timezone.now())
    if request.headers.get("HX-Request"):
        # The page shows the list, and watches it.
        return HttpResponse(status=204)
    messages.info(request, "The conversation is ending.")
    return redirect("session", public_id=public_id)


@require_POST
@member_required
def session_again(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """A new session with the same settings, in one click."""
    found = visible_session(request, public_id)
    form = AgainForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    try:
        new = avatar_sessions.again(
            found,
            caller=Caller.of(request),
            idempotency_key=form.cleaned_data["idempotency_key"] or str(uuid4()),
            now=timezone.now(),
        )
    except (NotStartable, QuotaReached) as error:
        messages.error(request, str(error))
        return redirect("session", public_id=public_id)
    return redirect("session_room", public_id=new.public_id)
