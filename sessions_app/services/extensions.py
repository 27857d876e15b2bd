"""Ten more minutes: reserved and minted with the session, so that it only moves our limit."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F

from accounts.models import Workspace
from accounts.services import audit, changes
from accounts.services.audit import Action
from accounts.services.callers import Caller
from sessions_app.models import AvatarSession, SessionEvent


class NotExtendable(Exception):
    """The session has had its extension, has none, or is not live any more."""


def of_wish(workspace: Workspace, *, max_seconds: int, is_sandbox: bool) -> int:
    """Seconds that a member's session may be extended by once; 0 where there is no room."""
    if is_sandbox:
        return 0
    longest = workspace.session_limit_seconds
    seconds: int = min(settings.EXTENSION_SECONDS, longest - max_seconds)
    return seconds if seconds >= settings.SHORTEST_EXTENSION_SECONDS else 0


def extend(session: AvatarSession, *, caller: Caller, now: datetime) -> None:
    """Moves the limit to the end of what was minted, once. Raises NotExtendable."""
    with transaction.atomic():
        rows = AvatarSession.objects.live().filter(
            pk=session.pk, limit_at__gt=now, extend_until__gt=F("limit_at")
        )
        later = {"limit_at": F("extend_until"), "extended_at": now}
        if not rows.update(version=F("version") + 1, **later):
            raise NotExtendable("This conversation cannot be made longer.")
        audit.record(
            Action.SESSION_EXTENDED, caller=caller, workspace=session.workspace, obj=session
        )
        SessionEvent.objects.create(
            avatar_session=session,
            at=now,
            kind=SessionEvent.Kind.NOTICE,
            state=session.state,
            cause="extended",
        )
        changes.announce(session.workspace_id, ("session", session.public_id))
