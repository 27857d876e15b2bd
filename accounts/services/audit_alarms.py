"""What verification of the audit trail found, and the word of staff that they know of it.

An alarm that cannot be answered is soon heard by nobody. An acknowledgement is for what was found
by then: whatever else is found rings again.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import AuditMark, Workspace
from accounts.models.audit_chain import INSTALLATION
from accounts.services import audit
from accounts.services.audit import Action
from accounts.services.callers import Caller

PERMISSION = "accounts.change_auditmark"


class NotYours(Exception):
    """Only staff who may change the marks of the trail acknowledge what was found."""


class Changed(Exception):
    """Something else was found since, or it is in order again."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A chain that is not as it was written; `seen` says which findings were shown of it."""

    mark: AuditMark
    name: str
    seen: str


def told(marks: Iterable[AuditMark]) -> list[Alarm]:
    marks = list(marks)
    ids = [mark.pk for mark in marks]
    names = dict(Workspace.objects.filter(public_id__in=ids).values_list("public_id", "name"))
    names[INSTALLATION] = "The installation"
    return [
        Alarm(
            mark, names.get(mark.pk, f"A workspace that is gone ({str(mark.pk)[:8]})"), _seen(mark)
        )
        for mark in marks
    ]


def _seen(mark: AuditMark) -> str:
    """Another text once something else is found."""
    return hashlib.sha256(json.dumps([mark.found, mark.failure]).encode()).hexdigest()


def acknowledge(mark: AuditMark, *, seen: str, reason: str, caller: Caller, now: datetime) -> None:
    """The alarm stops for what was shown. Raises NotYours, or Changed where that is not all.

    A refusal is written down.
    """
    user = caller.user
    if user is None or not (caller.as_staff and user.is_staff and user.has_perm(PERMISSION)):
        audit.refusal(Action.AUDIT_ACKNOWLEDGED, caller=caller, details={"chain": str(mark.pk)})
        raise NotYours
    with transaction.atomic():
        audit.hold(None)
        fresh = AuditMark.objects.ringing().select_for_update().filter(pk=mark.pk).first()
        if fresh is None or _seen(fresh) != seen:
            raise Changed("What is found there has changed. Look at it again.")
        fresh.known = sorted({*fresh.known, *fresh.found})
        fresh.known_at, fresh.known_by, fresh.known_reason = now, user, reason
        fresh.save(update_fields=["known", "known_at", "known_by", "known_reason"])
        audit.record(
            Action.AUDIT_ACKNOWLEDGED,
            caller=caller,
            details={"chain": str(mark.pk), "findings": len(fresh.found), "reason": reason},
        )
