"""How the audit trail stands, for who reads it: up to where it was verified, and when sealed."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Max, Q

from accounts.models import AuditMark, Workspace


@dataclass(frozen=True, slots=True)
class Status:
    """Of one workspace's chain with numbers of events; of all chains together without.

    `failing` is how many chains are not as they were written, and `failure` what was found. Of all
    chains together those are left out which staff have said they know of: they are `known`.
    """

    verified_at: datetime | None = None
    verified_number: int = 0
    sealed_at: datetime | None = None
    sealed_number: int = 0
    failing: int = 0
    failure: str = ""
    known: int = 0
    known_at: datetime | None = None
    sealed_seconds: float | None = None

    @property
    def is_late(self) -> bool:
        """Whether a seal, or two, did not come about."""
        return (self.sealed_seconds or 0) > 3 * settings.AUDIT_SEAL_SECONDS


def of(workspace: Workspace) -> Status:
    mark = AuditMark.objects.filter(pk=workspace.public_id).first() or AuditMark()
    return Status(
        verified_at=mark.verified_at,
        verified_number=mark.verified_number,
        sealed_at=mark.sealed_at,
        sealed_number=mark.sealed_number,
        failing=int(mark.failed_at is not None),
        failure=mark.failure,
        known_at=mark.known_at,
    )


def of_installation(*, now: datetime) -> Status:
    found = AuditMark.objects.aggregate(
        verified_at=Max("verified_at"),
        sealed_at=Max("sealed_at"),
        failing=Count("pk", filter=Q(failed_at__isnull=False, known_at__isnull=True)),
        known=Count("pk", filter=Q(failed_at__isnull=False, known_at__isnull=False)),
    )
    sealed_at, failure = found["sealed_at"], ""
    if found["failing"]:
        failure = AuditMark.objects.ringing().values_list("failure", flat=True).first() or ""
    seconds = (now - sealed_at).total_seconds() if sealed_at else None
    return Status(**found, failure=failure, sealed_seconds=seconds)
