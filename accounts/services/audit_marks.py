"""Notes how far each chain was verified, and what was wrong; for people, and for the next time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from accounts.models import AuditMark
from accounts.models.audit_chain import INSTALLATION
from accounts.services.audit_findings import Finding

_SHOWN: Final = 5
_BATCH: Final = 1_000


def note(
    verified: Mapping[str, int], findings: Iterable[Finding], *, is_complete: bool, now: datetime
) -> None:
    """A failure is taken back only where all of a chain was verified, and is whole."""
    healed = ["failed_at", "failure"] if is_complete else []
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
        AuditMark.objects.get_or_create(pk=key)
        failure = "\n".join(texts[:_SHOWN])
        rows = AuditMark.objects.filter(pk=key)
        if not rows.filter(failed_at=None).update(failed_at=now, failure=failure):
            rows.update(failure=failure)
