from dataclasses import dataclass
from functools import partial
from typing import Final

from django.conf import settings
from django.db.models import Case, Exists, When
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import Membership, ProviderKey, User, Workspace
from accounts.requests import MemberRequest, member_required
from accounts.rights import Right, Role
from accounts.services import audit_status
from liveavatar_web import watch
from liveavatar_web.compiled import Compiled
from sessions_app.lifecycle import State
from sessions_app.models import Avatar, AvatarSession, Context
from sessions_app.models.avatar_session import AvatarSessionQuerySet
from sessions_app.services import budgets, catalogue, limits
from sessions_app.views import usage_chart


def _shown(role: Role, workspace: int, user: int) -> AvatarSessionQuerySet:
    membership = Membership(role=role.value, workspace_id=workspace, user_id=user)
    return AvatarSession.objects.shown_in(membership).lines()


def _recent(role: Role, *, workspace: int, user: int) -> AvatarSessionQuerySet:
    return _shown(role, workspace, user)[:8]


def _running(role: Role, *, workspace: int, user: int) -> AvatarSessionQuerySet:
    own_first = Case(When(requested_by=user, then=0), default=1)
    rows = _shown(role, workspace, user).listed_open()
    return rows.order_by(own_first, "-requested_at", "-id")[:20]


_RECENT: Final = {role: Compiled(partial(_recent, role), workspace=int, user=int) for role in Role}
_RUNNING: Final = {
    role: Compiled(partial(_running, role), workspace=int, user=int) for role in Role
}
# What a first conversation needs: a key, a context, an avatar.
_WHAT_THERE_IS: Final[Compiled[tuple[bool, bool, bool]]] = Compiled(
    lambda workspace: Workspace.objects.filter(pk=workspace).values_list(
        Exists(ProviderKey.objects.usable().filter(workspace=workspace)),
        Exists(Context.objects.usable().filter(workspace=workspace)),
        Exists(Avatar.objects.usable()),
    ),
    workspace=int,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way to a first conversation."""

    title: str
    hint: str
    url: str
    done: bool


@require_safe
@member_required
def dashboard(request: MemberRequest) -> HttpResponse:
    """What is missing, what is running, and what there was."""
    membership, now = request.membership, timezone.now()
    workspace = membership.workspace
    role, whose = Role(membership.role), {"workspace": workspace.pk, "user": membership.user_id}
    recent, running = _RECENT[role].rows(**whose), _RUNNING[role].rows(**whose)
    steps = _steps(membership, talked=any(session.started_at for session in recent))
    month = budgets.month(workspace, period=limits.periods(now)[1])
    page = {
        "checklist": steps,
        "next_step": next((step for step in steps if not step.done), None),
        "own_session": next((each for each in running if _is_held(each, request.user)), None),
        "live_sessions": running,
        "recent_sessions": recent,
        "credits_left": catalogue.account().credits_left,
        "chart": usage_chart.of(workspace, now=now),
        "usage": {
            "used_minutes": month.meter.used_seconds // 60,
            "limit_minutes": workspace.monthly_limit_seconds // 60,
            "used_percent": month.percent,
            "is_to_warn": month.mark > 0,
            "places_taken": limits.places_taken(workspace),
            "live_limit": workspace.concurrency_limit,
        },
        "audit": audit_status.of_installation(now=now) if request.user.is_staff else None,
        "may_start": membership.may(Right.START_SESSIONS),
        "cloud_name": "simulator" if settings.LIVEAVATAR_API_KEY.startswith("sim-") else "cloud",
        "watch_url": watch.address("workspace", workspace.public_id, viewer=request.user.public_id),
        "version": workspace.version,
    }
    return render(request, "sessions_app/dashboard.html", page)


def _is_held(session: AvatarSession, user: User) -> bool:
    """Whether this person's page is where it runs, or should be."""
    return session.requested_by_id == user.pk and session.state != State.STOPPING


def _steps(membership: Membership, *, talked: bool) -> list[Step]:
    ((has_key, has_context, has_avatar),) = _WHAT_THERE_IS.rows(workspace=membership.workspace_id)
    return [
        Step(
            "Add an OpenAI key",
            "It is sealed here and stored with LiveAvatar as a secret.",
            reverse("provider_key_new"),
            has_key,
        ),
        Step(
            "Write a context",
            "Tell the avatar who it is and how it talks.",
            reverse("context_new"),
            has_context,
        ),
        Step(
            "Look at the avatars",
            "The catalogue comes from LiveAvatar by itself.",
            reverse("avatars"),
            has_avatar,
        ),
        Step("Talk", "Start your first conversation.", reverse("session_new"), talked),
    ]
