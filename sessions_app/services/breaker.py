"""The circuit breaker: pauses a widget that is asked for far above its norm, and tells its owners.

The limits hold without it. It is there so that somebody looks, and so that an attack on one widget
stops using up what real visitors could have.
"""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from accounts.rights import RIGHTS, Right
from accounts.services import audit, changes
from accounts.services.audit import Action
from accounts.services.callers import Caller
from liveavatar_web import bell, letters
from sessions_app.models import Widget
from sessions_app.services import challenges

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
    for pk in _untold(now).values_list("pk", flat=True):
        bell.ring("sessions_app.tell_of_pause", queue="sync", widget_id=pk)


def tell(*, pk: int, now: datetime) -> None:
    """Writes to the widget's owners that it is paused; safe to call again, they hear it once."""
    later = now + letters.AGAIN
    if not _untold(now).filter(pk=pk).update(pause_mail_at=later):
        return
    widget = Widget.objects.select_related("workspace").get(pk=pk)
    address = f"{settings.SITE_URL}{reverse('widget', args=[widget.public_id])}"
    told = letters.send(
        f"Your widget “{widget.name}” is paused",
        f"There were {widget.pause_reason}, so it lets nobody in for now.\n"
        "Conversations that run go on to their end, and your limits hold.\n\n"
        f"Look at it, and let visitors in again with one click:\n{address}\n",
        to=_managers(widget),
        about=f"pause of {widget.public_id}",
    )
    if told:
        # Unless it was released and paused once more.
        Widget.objects.filter(pk=pk, pause_mail_at=later).update(pause_mail_at=None)


def _pause(widget: Widget, reason: str, now: datetime) -> None:
    with transaction.atomic():
        rows = Widget.objects.admitting().filter(pk=widget.pk)
        if not rows.update(paused_at=now, pause_reason=reason, pause_mail_at=now):
            return
        audit.record(
            Action.WIDGET_PAUSED,
            caller=_SWEEP,
            workspace=widget.workspace,
            obj=widget,
            details={"reason": reason},
        )
        changes.announce(widget.workspace_id)


def _untold(now: datetime) -> QuerySet[Widget]:
    return Widget.objects.filter(pause_mail_at__lte=now, deleted_at__isnull=True)


def _managers(widget: Widget) -> list[str]:
    roles = [role.value for role, rights in RIGHTS.items() if Right.MANAGE_WIDGETS in rights]
    members = widget.workspace.memberships.filter(role__in=roles, user__is_active=True)
    return list(members.values_list("user__email", flat=True))
