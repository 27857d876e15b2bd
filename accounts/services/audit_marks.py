"""Notes how far each chain was verified, and what was wrong; for people, and for the next time."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.models import AuditMark
from accounts.models.audit_chain import INSTALLATION
from accounts.services.audit_findings import MOST, Finding

_SHOWN: Final = 5
_BATCH: Final = 1_000
_OF_FAILURE: Final = (
    *("failed_at", "failure", "found"),
    *("known", "known_at", "known_by", "known_reason"),
)


def note(
    verified: Mapping[str, int], findings: Iterable[Finding], *, is_complete: bool, now: datetime
) -> None:
    """A failure is taken back only where all of a chain was verified, and is whole.

    One that staff have acknowledged stays so while nothing else is found.
    """
    findings = list(findings)
    healed = _OF_FAILURE if is_complete else ()
    AuditMark.objects.bulk_create(
        [
            AuditMark(pk=key, verified_number=number, verified_at=now)
            for key, number in sorted(verified.items())
        ],
        update_conflicts=True,
        unique_fields=["workspace_id"],
        update_fields=["verified_number", "verified_at", *healed],
        batch_size=_BATCH,
    )
    wrong = defaultdict(list)
    for finding in findings:
        # What is wrong with the seals themselves concerns everybody.
        wrong[finding.chain or str(INSTALLATION)].append(finding.text)
    for key, texts in wrong.items():
        _fail(key, texts, is_all=len(findings) < MOST, now=now)


def _fail(key: str, texts: list[str], *, is_all: bool, now: datetime) -> None:
    with transaction.atomic():
        AuditMark.objects.get_or_create(pk=key)
        mark = AuditMark.objects.select_for_update().get(pk=key)
        mark.failed_at = mark.failed_at or now
        mark.failure = "\n".join(texts[:_SHOWN])
        mark.found = sorted({_digest(text) for text in texts})
        # Of what was cut off nobody can have known.
        if not (is_all and set(mark.found) <= set(mark.known)):
            mark.known_at = None
        mark.save(update_fields=["failed_at", "failure", "found", "known_at"])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
