"""Where a purged chain begins: the last purged event's code, signed."""

import json
from datetime import UTC, datetime
from uuid import UUID

from accounts.models import AuditCheckpoint
from accounts.services import audit_keys
from accounts.services.audit_verdicts import Link


def write(workspace_id: UUID, link: Link, *, days: int, now: datetime) -> None:
    """Lets the chain begin after this event; within the transaction that purges up to it."""
    checkpoint = AuditCheckpoint(
        workspace_id=workspace_id,
        number=link.number,
        mac=link.mac,
        at=now,
        days=days,
        key_name=audit_keys.newest(),
    )
    checkpoint.signature = audit_keys.mac(
        audit_keys.CHECKPOINT, checkpoint.key_name, _message(checkpoint)
    )
    AuditCheckpoint.objects.bulk_create(
        [checkpoint],
        update_conflicts=True,
        unique_fields=["workspace_id"],
        update_fields=["number", "mac", "at", "days", "key_name", "signature"],
    )


def is_genuine(checkpoint: AuditCheckpoint) -> bool:
    return audit_keys.is_genuine(
        audit_keys.CHECKPOINT,
        checkpoint.key_name,
        _message(checkpoint),
        bytes(checkpoint.signature),
    )


def _message(checkpoint: AuditCheckpoint) -> bytes:
    told = [
        str(checkpoint.workspace_id),
        checkpoint.number,
        bytes(checkpoint.mac).hex(),
        checkpoint.at.astimezone(UTC).isoformat(timespec="microseconds"),
        checkpoint.days,
        checkpoint.key_name,
    ]
    return json.dumps(["checkpoint 1", *told], separators=(",", ":")).encode()
