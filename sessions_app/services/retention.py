"""Deletes what a workspace keeps no longer: lines, finished sessions, addresses of visitors."""

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction
from django.db.models import Q

from accounts.models import AuditPersonalData, Workspace
from accounts.services import audit
from accounts.services.audit import Action
from accounts.services.callers import Caller
from sessions_app.models import AvatarSession, CloudSession, Visit
from sessions_app.services import removals, transcripts

log = structlog.get_logger(__name__)

_TIDY: Final = Caller.system("tidy")
_BATCH: Final = 5_000
# Sessions of one workspace and one run; the next hour goes on.
_MOST_SESSIONS: Final = 100_000


def purge(*, now: datetime) -> None:
    """One run over every workspace that set a limit; each run that found something is audited."""
    kept_for_ever = Q(transcript_days=None, session_days=None, address_days=None)
    for workspace in Workspace.objects.exclude(kept_for_ever):
        purged = {
            "lines": _lines(workspace, now),
            "sessions": _sessions(workspace, now),
            "addresses": _addresses(workspace, now),
        }
        if any(purged.values()):
            log.info("retention.purged", workspace=str(workspace.public_id), **purged)
            with transaction.atomic():
                audit.record(
                    Action.WORKSPACE_PURGED,
                    caller=_TIDY,
                    workspace=workspace,
                    obj=workspace,
                    details=purged,
                )


def _lines(workspace: Workspace, now: datetime) -> int:
    if workspace.transcript_days is None:
        return 0
    return transcripts.purge(workspace, before=now - timedelta(days=workspace.transcript_days))


def _sessions(workspace: Workspace, now: datetime) -> int:
    """A session that is over and whose every id in the cloud is settled leaves nothing to do."""
    if workspace.session_days is None:
        return 0
    before = now - timedelta(days=workspace.session_days)
    old = AvatarSession.objects.filter(workspace=workspace, ended_at__lt=before)
    settled = old.exclude(cloud_sessions__in=CloudSession.objects.unsettled())
    return removals.delete_sessions(settled, most=_MOST_SESSIONS)


def _addresses(workspace: Workspace, now: datetime) -> int:
    if workspace.address_days is None:
        return 0
    before = now - timedelta(days=workspace.address_days)
    visits = Visit.objects.filter(avatar_session__workspace=workspace).exclude(visitor="")
    visits.filter(avatar_session__ended_at__lt=before).update(visitor="")
    old = AuditPersonalData.objects.of_visitors(workspace).filter(at__lt=before)
    erased = 0
    while batch := list(old.order_by("at").values_list("pk", flat=True)[:_BATCH]):
        erased += AuditPersonalData.objects.filter(pk__in=batch).delete()[0]
    return erased
