"""Chains each audit event to the one before it, by a code that takes a key to make.

The code of an event is HMAC-SHA256 over the code of the event before it and over every field of its
own. `docs/audit.md` says what that proves, and how to check it without us.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any, Final
from uuid import UUID

from accounts.models import AuditChain, AuditEvent
from accounts.models.audit_chain import INSTALLATION
from accounts.services import audit_keys

# What a code is made over, in this order; all that is stored of an event but its code, and the
# database's own id, which the order of the numbers stands for.
FIELDS: Final = (
    *("number", "key_name", "public_id", "at", "action", "refused"),
    *("actor_id", "actor_label", "object_type", "object_id", "object_label"),
    *("workspace_id", "workspace_label", "request_id", "details", "personal_digest"),
)
# Another order or spelling would get another mark.
FORMAT: Final = "event 1"
_encode: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def append(event: AuditEvent) -> None:
    """Writes a new event at the end of its chain; call it inside a transaction.

    The head of the chain stays locked until the commit. It comes after sessions and meters, and
    before the workspace (`sessions_app/services/moves.py`).
    """
    head = hold(event.workspace_id or INSTALLATION)
    event.number, event.key_name = head.number + 1, audit_keys.newest()
    message = canonical(values_of(event))
    key = audit_keys.for_purpose(audit_keys.EVENT)[event.key_name]
    event.mac = mac(key, bytes(head.mac), message)
    event.save(force_insert=True)
    AuditChain.objects.filter(pk=head.pk).update(number=event.number, mac=event.mac)


def hold(workspace_id: UUID) -> AuditChain:
    """Locks the head of a chain, which is begun where there is none."""
    rows = AuditChain.objects.select_for_update().filter(pk=workspace_id)
    if head := rows.first():
        return head
    # Of two who begin a chain, the second waits here for the first one's commit.
    AuditChain.objects.bulk_create([AuditChain(pk=workspace_id)], ignore_conflicts=True)
    return rows.get()


def canonical(values: Sequence[Any]) -> bytes:
    """The bytes of an event: a JSON array of a mark and the values of FIELDS.

    They are spelt as PostgreSQL spells JSON, so that it hands them out ready made (`audit_rows`).
    Raises ValueError or TypeError for values that no event of ours has.
    """
    *before, details, digest = values
    return _encode([FORMAT, *before, _ordered(details), digest]).encode()


def _ordered(details: Mapping[str, Any]) -> dict[str, Any]:
    """In PostgreSQL's own order of keys: the shorter ones first."""
    return dict(sorted(details.items(), key=lambda item: (len(item[0].encode()), item[0].encode())))


def mac(key: bytes, previous: bytes, message: bytes) -> bytes:
    return hmac.digest(key, previous + message, "sha256")


def digest(told: Sequence[str]) -> str:
    """What an event keeps of the personal data behind it: of salt, address, agent and e-mail."""
    return hashlib.sha256(_encode(told).encode()).hexdigest()


def values_of(event: AuditEvent) -> list[Any]:
    """The values of FIELDS as `audit_rows` reads them out of either database."""
    at = event.at.astimezone(UTC).replace(tzinfo=None)
    return [
        event.number,
        event.key_name,
        str(event.public_id),
        at.isoformat(" ", "microseconds"),
        event.action,
        event.refused,
        _text(event.actor_id),
        event.actor_label,
        event.object_type,
        _text(event.object_id),
        event.object_label,
        _text(event.workspace_id),
        event.workspace_label,
        event.request_id,
        event.details,
        event.personal_digest,
    ]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
