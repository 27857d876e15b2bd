"""Takes a workspace away for good, once its owner's time to think is over.

In steps, each safe to repeat: what the cloud holds goes first, by the workers whose work that is,
and the rows go last, when nothing can come back for them. The audit trail stays.
"""

from datetime import datetime
from typing import Final

import structlog
from django.db import transaction
from django.db.models import Q

from accounts.models import ProviderKey, Workspace
from accounts.services import audit, provider_keys
from accounts.services.audit import Action
from accounts.services.callers import Caller
from sessions_app.models import AvatarSession, CloudSession, Context, Meter
from sessions_app.models.avatar_session import AvatarSessionQuerySet
from sessions_app.services import contexts, limits

log = structlog.get_logger(__name__)

_SWEEP: Final = Caller.system("sweep")
_AT_ONCE: Final = 10
# Rows of one transaction, and of one pass of the sweep.
_BATCH: Final = 500
_PASS: Final = 5_000


def sweep(*, now: datetime) -> None:
    for workspace in Workspace.objects.filter(delete_after__lte=now)[:_AT_ONCE]:
        provider_keys.revoke_all(workspace, caller=_SWEEP)
        contexts.delete_all(workspace, caller=_SWEEP, now=now)
        if _is_settled(workspace) and _sessions_are_gone(workspace):
            _delete(workspace, now)


def delete_sessions(sessions: AvatarSessionQuerySet, *, most: int = _PASS) -> int:
    """Deletes finished sessions with all that hangs on them; returns how many those were."""
    deleted = 0
    while deleted < most:
        batch = list(sessions.order_by("id").values_list("pk", flat=True)[:_BATCH])
        if not batch:
            break
        with transaction.atomic():
            CloudSession.objects.filter(avatar_session__in=batch).delete()
            AvatarSession.objects.filter(pk__in=batch).delete()
        deleted += len(batch)
    return deleted


def _is_settled(workspace: Workspace) -> bool:
    """Whether nothing runs for it in the cloud, is stored there, or may come to be."""
    may_run = CloudSession.objects.unsettled().filter(avatar_session__workspace=workspace)
    keys = workspace.provider_keys.exclude(state=ProviderKey.State.REVOKED, due_at__isnull=True)
    scripts = workspace.contexts.exclude(state=Context.State.DELETED, due_at__isnull=True)
    pending = (AvatarSession.objects.open().filter(workspace=workspace), may_run, keys, scripts)
    return not any(rows.exists() for rows in pending)


def _sessions_are_gone(workspace: Workspace) -> bool:
    sessions = AvatarSession.objects.filter(workspace=workspace)
    delete_sessions(sessions)
    return not sessions.exists()


def _delete(workspace: Workspace, now: datetime) -> None:
    with transaction.atomic():
        subjects = Q(subject=limits.of_workspace(workspace))
        for widget in workspace.widgets.all():
            subjects |= Q(subject=limits.of_widget(widget))
            subjects |= Q(subject__startswith=limits.visitors_of(widget))
        Meter.objects.filter(subjects).delete()
        audit.hold(workspace)
        rows = Workspace.objects.select_for_update().filter(pk=workspace.pk, delete_after__lte=now)
        if not rows.exists():
            return
        counts = {
            "widgets": workspace.widgets.all().delete()[1].get("sessions_app.Widget", 0),
            "contexts": workspace.contexts.all().delete()[1].get("sessions_app.Context", 0),
            "provider_keys": workspace.provider_keys.all().delete()[0],
        }
        audit.record(
            Action.WORKSPACE_DELETED,
            caller=_SWEEP,
            workspace=workspace,
            obj=workspace,
            details=counts,
        )
        rows.delete()
    log.info("workspace.deleted", workspace=str(workspace.public_id), **counts)
