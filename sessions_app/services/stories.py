"""A session's full story, for whoever may see it: what the row itself does not say."""

from dataclasses import dataclass
from typing import Final

from accounts.models import AuditEvent, AuditPersonalData, User
from accounts.services import trail
from accounts.services.audit import Action
from sessions_app.models import AvatarSession, ContextVersion
from sessions_app.services import openai_costs, timeline
from sessions_app.services.openai_costs import Estimate

_EVENTS: Final = 100


@dataclass(frozen=True, slots=True)
class Story:
    """`prompt` is the context as it was used; `trail` is None for whoever may not read that.

    So is `asked_from`, and where the address was erased.
    """

    timeline: list[timeline.Entry]
    prompt: ContextVersion | None
    estimate: Estimate | None
    trail: list[AuditEvent] | None
    asked_from: AuditPersonalData | None


def of(session: AvatarSession, *, reader: User, may_read_audit: bool) -> Story:
    events = asked_from = None
    if may_read_audit:
        visible = AuditEvent.objects.visible_to(reader).filter(object_id=session.public_id)
        events = trail.told(visible[:_EVENTS])
        asked = visible.filter(action=Action.SESSION_REQUESTED.value).values("public_id")
        asked_from = AuditPersonalData.objects.filter(event_id__in=asked).first()
    return Story(
        timeline=timeline.of(session),
        prompt=_prompt(session),
        estimate=openai_costs.of(session),
        trail=events,
        asked_from=asked_from,
    )


def _prompt(session: AvatarSession) -> ContextVersion | None:
    """What an edit since then, or a deletion, has not changed."""
    context = session.context.lasting if session.context else None
    if context is None:
        return None
    return context.versions.filter(number=session.context_number or 0).first()
