"""The chains of the audit trail: where each stands, where it begins, what was last seen of it."""

import uuid
from typing import Final

from django.conf import settings
from django.db import models

# The chain of what belongs to no workspace.
INSTALLATION: Final = uuid.UUID(int=0)
# What the first event of a chain follows.
GENESIS: Final = bytes(32)


class AuditChain(models.Model):
    """The head of one workspace's chain: the number and the code of its newest event.

    Whoever writes an event holds this row until the commit, so that numbers follow each other
    without a gap and stand in the order of the commits.
    """

    workspace_id = models.UUIDField(primary_key=True)
    number = models.PositiveBigIntegerField(default=0)
    mac = models.BinaryField(max_length=32, default=GENESIS)

    def __str__(self) -> str:
        return f"chain of {self.workspace_id}, {self.number} events"


class AuditCheckpoint(models.Model):
    """Where a chain begins since retention purged what came before; signed.

    The code is that of the last purged event, which the next one follows.
    """

    workspace_id = models.UUIDField(primary_key=True)
    number = models.PositiveBigIntegerField()
    mac = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    days = models.PositiveIntegerField()
    key_name = models.CharField(max_length=32)
    signature = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"checkpoint of {self.workspace_id} after event {self.number}"


class AuditMarkQuerySet(models.QuerySet["AuditMark"]):
    def failing(self) -> "AuditMarkQuerySet":
        """Chains that are not as they were written, the longest known first."""
        return self.exclude(failed_at=None).order_by("failed_at", "pk")

    def ringing(self) -> "AuditMarkQuerySet":
        """Those of which nobody has said yet that they know what was found."""
        return self.failing().filter(known_at=None)


class AuditMark(models.Model):
    """What was last seen of a chain: up to where it was sealed and verified, and what was wrong.

    It tells people, and verification where to go on. Nothing is believed because it stands here.
    """

    workspace_id = models.UUIDField(primary_key=True)
    sealed_number = models.PositiveBigIntegerField(default=0)
    sealed_at = models.DateTimeField(null=True)
    verified_number = models.PositiveBigIntegerField(default=0)
    verified_at = models.DateTimeField(null=True)
    # When verification first failed, and on what; until all of the chain verifies.
    failed_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)
    # Digests of all that the last failure found, of which `failure` tells the first.
    found = models.JSONField(default=list, blank=True)
    # Those that staff have acknowledged; `known_at` is empty once something else was found.
    known = models.JSONField(default=list, blank=True)
    known_at = models.DateTimeField(null=True)
    known_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    known_reason = models.CharField(max_length=300, blank=True)

    objects = AuditMarkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"marks of {self.workspace_id}"
