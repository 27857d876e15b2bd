"""Compares our rows with the cloud's own lists, in both directions, at a steady low rate.

Nothing is decided from a list alone: what differs is made due, and the worker whose work it is
looks at that one thing under a claim. So a list that is old, or cut short, does no harm.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.utils import timezone

from accounts.models.due_work import backoff
from accounts.services import key_checks
from liveavatar import errors
from liveavatar_web import bell, cloud
from sessions_app.models import Reconciliation
from sessions_app.services import context_checks, session_checks

log = structlog.get_logger(__name__)

Kind = Reconciliation.Kind

# Each looks at one list and returns how many entries that had.
_CHECKS: Final[dict[str, Callable[[], int]]] = {
    Kind.SESSIONS: session_checks.check,
    Kind.SECRETS: key_checks.check,
    Kind.CONTEXTS: context_checks.check,
}
# Sessions cost money by the minute; the other lists only have to be right before the next start.
_SELDOM: Final = 10


def sweep(*, now: datetime) -> None:
    rows = Reconciliation.objects.all()
    for kind in set(Kind.values) - set(rows.values_list("kind", flat=True)):
        rows.get_or_create(kind=kind, defaults={"due_at": now})
    for kind in rows.due(now).order_by("due_at").values_list("kind", flat=True):
        bell.ring("sessions_app.reconcile", queue="sync", kind=kind)


def reconcile(kind: str) -> None:
    """Looks at one of the cloud's lists if that is due; safe to call again."""
    now = timezone.now()
    rows = Reconciliation.objects.all()
    claim = rows.claim(pk=kind, now=now, seconds=settings.CLAIM_SECONDS)
    if claim is None:
        return
    try:
        there = _CHECKS[kind]()
    except (errors.LiveAvatarError, cloud.NotConfigured) as error:
        log.warning("reconciliation.failed", kind=kind, error=str(error))
        attempts = rows.values_list("attempts", flat=True).get(pk=kind)
        rows.record(
            claim,
            due_at=timezone.now() + max(_every(kind), backoff(attempts)),
            last_error=type(error).__name__,
            last_error_message=str(error),
        )
        return
    rows.record(
        claim,
        due_at=now + _every(kind),
        checked_at=now,
        there=there,
        attempts=0,
        last_error="",
        last_error_message="",
    )


def _every(kind: str) -> timedelta:
    seconds = settings.RECONCILE_SECONDS
    return timedelta(seconds=seconds if kind == Kind.SESSIONS else seconds * _SELDOM)
