"""What is done for the audit trail from hour to hour: verify what is new, seal it, purge; alarm."""

from datetime import datetime

import structlog
from django.db import transaction

from accounts.models import AuditMark
from accounts.services import audit, audit_retention, audit_seals, audit_verification
from accounts.services.audit import Action
from accounts.services.callers import Caller

log = structlog.get_logger(__name__)


def keep(*, now: datetime) -> None:
    """One round. A chain that did not verify is told of in each, until all of it verifies again.

    Or until staff have said that they know (`audit_alarms`).
    """
    audit_verification.verify_recent(now=now)
    for mark in AuditMark.objects.ringing():
        log.error("audit.not_as_written", workspace=str(mark.pk), found=mark.failure)
    audit_seals.seal(now=now)
    audit_retention.purge(now=now)


def declare_restored(*, caller: Caller, now: datetime) -> int:
    """A backup was restored: what was sealed beyond it is gone, and is not looked for any more.

    Returns how many chains there are. It is audited, and told by every verification from now on.
    """
    # Before the event, which takes the number of one that is lost.
    chains = audit_seals.seal(now=now, is_restore=True)
    with transaction.atomic():
        audit.record(Action.AUDIT_RESTORED, caller=caller, details={"chains": chains})
    return chains
