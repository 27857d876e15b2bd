"""Notes how far each chain was verified, and what was wrong; for people, and for the next time."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
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
    wrong = defaultdict(list)
    for finding in findings:
        # What is wrong with the seals themselves concerns everybody.
        wrong[finding.chain or str(INSTALLATION)].append(finding.text)
    whole = verified.keys() - wrong.keys()
    _verify(verified, whole, heals=_OF_FAILURE if is_complete else (), now=now)
    _verify(verified, verified.keys() - whole, now=now)
    for key, texts in wrong.items():
        _fail(key, texts, is_complete=is_complete, is_all=len(findings) < MOST, now=now)


def _verify(
    verified: Mapping[str, int], keys: Set[str], *, now: datetime, heals: Iterable[str] = ()
) -> None:
    AuditMark.objects.bulk_create(
        [AuditMark(pk=key, verified_number=verified[key], verified_at=now) for key in sorted(keys)],
        update_conflicts=True,
        unique_fields=["workspace_id"],
        update_fields=["verified_number", "verified_at", *heals],
        batch_size=_BATCH,
    )


def _fail(key: str, texts: list[str], *, is_complete: bool, is_all: bool, now: datetime) -> None:
    """What an earlier verification found stands beside, unless all was looked at once more."""
    with transaction.atomic():
        AuditMark.objects.get_or_create(pk=key)
        mark = AuditMark.objects.select_for_update().get(pk=key)
        before = [] if is_complete else mark.failure.splitlines()
        found = [] if is_complete else mark.found
        mark.failed_at = mark.failed_at or now
        mark.failure = "\n".join([*dict.fromkeys([*texts, *before])][:_SHOWN])
        mark.found = sorted({*found, *(_digest(text) for text in texts)})
        # Of what was cut off nobody can have known.
        if not (is_all and set(mark.found) <= set(mark.known)):
            mark.known_at = None
        mark.save(update_fields=["failed_at", "failure", "found", "known_at"])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
