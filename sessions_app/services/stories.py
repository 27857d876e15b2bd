"""A session's full story, for whoever may see it: what the row itself does not say."""

from dataclasses import dataclass
from typing import Final

from django.db import transaction

from accounts.models import AuditEvent, AuditPersonalData, User
from accounts.rights import Right
from accounts.services import audit, trail, workspaces
from accounts.services.audit import Action
from accounts.services.callers import Caller
from sessions_app.models import AvatarSession, ContextVersion
from sessions_app.services import openai_costs, timeline
from sessions_app.services.openai_costs import Estimate

_EVENTS: Final = 100


@dataclass(frozen=True, slots=True)
class Story:
    """`trail` is None for whoever may not read that; so is `asked_from`, or where it was erased."""

    timeline: list[timeline.Entry]
    estimate: Estimate | None
    trail: list[AuditEvent] | None
    asked_from: AuditPersonalData | None


def of(session: AvatarSession, *, reader: User, may_read_audit: bool) -> Story:
    events = asked_from = None
    if may_read_audit:
        visible = AuditEvent.objects.visible_to(reader).filter(object_id=session.public_id)
        events = trail.told(visible[:_EVENTS])
        oldest = events if len(events) < _EVENTS else trail.told(visible.order_by("at", "id")[:1])
        asked_from = _asked_from(oldest)
    return Story(
        timeline=timeline.of(session),
        estimate=openai_costs.of(session),
        trail=events,
        asked_from=asked_from,
    )


def _asked_from(events: list[AuditEvent]) -> AuditPersonalData | None:
    """Of the oldest event, by which it was asked for, unless the trail does not go back so far."""
    asked = events[-1] if events else None
    if asked is None or asked.action != Action.SESSION_REQUESTED.value:
        return None
    return asked.personal


def prompt_of(session: AvatarSession) -> ContextVersion | None:
    """The context as it was used, which an edit since then, or a deletion, has not changed."""
    context = session.context.lasting if session.context else None
    if context is None:
        return None
    return context.versions.filter(number=session.context_number or 0).first()


def read_prompt(session: AvatarSession, *, caller: Caller, reason: str) -> ContextVersion | None:
    """As `prompt_of`, for staff: audited, with the reason, where the workspace sees it.

    Raises NotAllowed.
    """
    workspaces.permit(Right.READ_PROMPTS, caller=caller, workspace=session.workspace)
    prompt = prompt_of(session)
    if prompt is not None:
        with transaction.atomic():
            audit.record(
                Action.PROMPT_READ,
                caller=caller,
                workspace=session.workspace,
                obj=session,
                details={
                    "reason": reason,
                    "context": str(prompt.context.public_id),
                    "number": prompt.number,
                },
            )
    return prompt
