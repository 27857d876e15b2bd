"""The circuit breaker: pauses a widget that is asked for far above its norm, and tells its owners.

The limits hold without it. It is there so that somebody looks, and so that an attack on one widget
stops using up what real visitors could have.
"""

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from accounts.rights import RIGHTS, Right
from accounts.services import audit, changes
from accounts.services.audit import Action
from accounts.services.callers import Caller
from liveavatar_web import bell
from sessions_app.models import Widget
from sessions_app.services import challenges

log = structlog.get_logger(__name__)

# What trips it: this many times the norm of an hour, and never below this many requests.
TIMES_NORM: Final = 10
AT_LEAST: Final = 1_000
_SWEEP: Final = Caller.system("sweep")


def sweep(*, now: datetime) -> None:
    """Looks at every widget that was asked for lately, and rings for pauses nobody was told of."""
    lately = now - timedelta(hours=2)
    busy = Widget.objects.admitting().filter(tallies__hour__gte=lately)
    # One that a person has just released is left alone until the attack they saw has faded.
    for widget in busy.exclude(released_at__gt=lately).select_related("workspace").distinct():
        asked, norm = challenges.recent_and_norm(widget, now=now)
        if asked >= max(AT_LEAST, TIMES_NORM * norm):
            _pause(widget, f"{asked:.0f} requests within an hour, where {norm:.0f} are usual", now)
    for pk in _untold().values_list("pk", flat=True):
        bell.ring("sessions_app.tell_of_pause", queue="sync", widget_id=pk)


def tell(*, pk: int, now: datetime) -> None:
    """Writes to the widget's owners that it is paused; safe to call again, they hear it once."""
    if not _untold().filter(pk=pk).update(pause_told_at=now):
        return
    widget = Widget.objects.select_related("workspace").get(pk=pk)
    address = f"{settings.SITE_URL}{reverse('widget', args=[widget.public_id])}"
    try:
        send_mail(
            f"Your widget “{widget.name}” is paused",
            f"There were {widget.pause_reason}, so it lets nobody in for now.\n"
            "Conversations that run go on to their end, and your limits hold.\n\n"
            f"Look at it, and let visitors in again with one click:\n{address}\n",
            from_email=None,
            recipient_list=_managers(widget),
        )
    except OSError as error:
        log.warning("widget.pause_not_told", widget=str(widget.public_id), error=str(error))
        Widget.objects.filter(pk=pk, pause_told_at=now).update(pause_told_at=None)


def _pause(widget: Widget, reason: str, now: datetime) -> None:
    with transaction.atomic():
        rows = Widget.objects.admitting().filter(pk=widget.pk)
        if not rows.update(paused_at=now, pause_reason=reason, pause_told_at=None):
            return
        audit.record(
            Action.WIDGET_PAUSED,
            caller=_SWEEP,
            workspace=widget.workspace,
            obj=widget,
            details={"reason": reason},
        )
        changes.announce(widget.workspace_id)


def _untold() -> QuerySet[Widget]:
    return Widget.objects.filter(
        paused_at__isnull=False, pause_told_at__isnull=True, deleted_at__isnull=True
    )


def _managers(widget: Widget) -> list[str]:
    roles = [role.value for role, rights in RIGHTS.items() if Right.MANAGE_WIDGETS in rights]
    members = widget.workspace.memberships.filter(role__in=roles, user__is_active=True)
    return list(members.values_list("user__email", flat=True))
