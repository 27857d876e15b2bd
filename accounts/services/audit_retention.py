"""Purges events that a workspace keeps no longer: whole sealed beginnings of its chain.

What goes was sealed before the limit, and is verified once more before it goes; a chain that is not
as it was written is evidence, and stays. A signed checkpoint tells where the rest begins.
"""

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction

from accounts.models import AuditCheckpoint, AuditEvent, AuditMark, AuditPersonalData, Workspace
from accounts.services import audit, audit_checkpoints, audit_links, audit_rows, audit_seals
from accounts.services.audit import Action
from accounts.services.audit_rows import Part
from accounts.services.audit_verdicts import BEGINNING, Link
from accounts.services.callers import Caller

log = structlog.get_logger(__name__)

_TIDY: Final = Caller.system("tidy")
_BATCH: Final = 5_000
# Of one workspace in one run; the next hour goes on.
_MOST: Final = 500_000


def purge(*, now: datetime) -> int:
    """One run over every workspace that set a limit; returns how many events went."""
    limits = {
        str(public_id): now - timedelta(days=days or 0)
        for public_id, days in Workspace.objects.exclude(audit_days=None).values_list(
            "public_id", "audit_days"
        )
    }
    for public_id in AuditMark.objects.failing().values_list("workspace_id", flat=True):
        limits.pop(str(public_id), None)
    sealed = audit_seals.newest_before(limits) if limits else {}
    workspaces = Workspace.objects.filter(public_id__in=sealed)
    return sum(_purge(each, sealed[str(each.public_id)], now) for each in workspaces)


def _purge(workspace: Workspace, until: Link, now: datetime) -> int:
    begun = last = _beginning(workspace)
    if not _is_worth_it(workspace, last, until):
        return 0
    end = min(until.number, begun.number + _MOST)
    while last.number < end:
        batch = _verified(workspace, last, min(last.number + _BATCH, end))
        if batch is None or (batch[-1].number == until.number and batch[-1] != until):
            log.error("audit.not_purged", workspace=str(workspace.public_id), after=last.number)
            break
        if not _delete(workspace, last, batch, now):
            break
        last = batch[-1]
    return last.number - begun.number


def _beginning(workspace: Workspace) -> Link:
    """Where the chain begins; from the very first event where the checkpoint is forged."""
    checkpoint = AuditCheckpoint.objects.filter(pk=workspace.public_id).first()
    if checkpoint is None or not audit_checkpoints.is_genuine(checkpoint):
        return BEGINNING
    return Link(checkpoint.number, bytes(checkpoint.mac))


def _is_worth_it(workspace: Workspace, last: Link, until: Link) -> bool:
    """Else each purge would leave an event for the next one to purge, and so on for ever."""
    old = AuditEvent.objects.filter(
        workspace_id=workspace.public_id, number__gt=last.number, number__lte=until.number
    )
    return old.exclude(action=Action.AUDIT_PURGED.value).exists()


def _verified(workspace: Workspace, last: Link, end: int) -> list[Link] | None:
    """The events up to `end`, if there is nothing wrong with any of them."""
    part = Part.chain(workspace.public_id, since=last.number + 1, until=end)
    rows = list(audit_rows.read(part))
    followed = audit_links.follow(rows, tick=lambda _: None)
    runs = followed.runs[str(workspace.public_id)]
    is_whole = [(run.first, run.last) for run in runs] == [(last.number + 1, end)]
    if not is_whole or followed.findings or audit_links.try_opening(runs[0], last.mac):
        return None
    return [Link(row.number, row.mac) for row in rows]


def _delete(workspace: Workspace, last: Link, batch: list[Link], now: datetime) -> bool:
    """False where somebody else has purged meanwhile."""
    assert workspace.audit_days is not None
    until = batch[-1]
    with transaction.atomic():
        audit.hold(workspace)
        if _beginning(workspace) != last:
            return False
        events = AuditEvent.objects.filter(
            workspace_id=workspace.public_id, number__lte=until.number
        )
        AuditPersonalData.objects.filter(event_id__in=events.values("public_id")).delete()
        purged = events.purge()
        audit_checkpoints.write(workspace.public_id, until, days=workspace.audit_days, now=now)
        audit.record(
            Action.AUDIT_PURGED,
            caller=_TIDY,
            workspace=workspace,
            obj=workspace,
            details={"events": purged, "until": until.number, "days": workspace.audit_days},
        )
    return True
