"""Rows that are work: claimed by one worker at a time, finished by the sweep if a bell was lost."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

# For so long a call that was given up on may still take effect in the cloud.
DOUBT: Final = timedelta(minutes=5)
# What concerns workers alone: no page shows it, so it makes no new version of its row.
UNSEEN: Final = frozenset({"due_at", "attempts", "doubt_until", "claim_token", "claimed_until"})

Row = TypeVar("Row", bound="DueWork")


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on one row until `until`; outcomes are recorded against `token`."""

    pk: int | str
    token: uuid.UUID
    until: datetime


class DueWorkQuerySet(models.QuerySet[Row]):
    def due(self, now: datetime) -> "DueWorkQuerySet[Row]":
        """Rows to be worked on now, and held by nobody."""
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
        return self.filter(free, due_at__lte=now)

    def claim(self, *, pk: int | str, now: datetime, seconds: int, **changes: Any) -> Claim | None:
        """Takes the row for `seconds`, or returns None where somebody holds it or it is not due.

        One conditional update, so that of many who ask one gets it. Filter by state first;
        `changes` are written with the claim.
        """
        claim = Claim(pk=pk, token=uuid.uuid4(), until=now + timedelta(seconds=seconds))
        taken = self.due(now).filter(pk=pk)
        held = {"claim_token": claim.token, "claimed_until": claim.until}
        return claim if taken.update(attempts=F("attempts") + 1, **held, **seen(changes)) else None

    def record(self, claim: Claim, *, keep: bool = False, **changes: Any) -> bool:
        """Writes an outcome if the claim still holds, and gives the claim back unless `keep`.

        False means that somebody else has taken the row over since, and nothing was written.
        """
        if not keep:
            changes = {"claim_token": None, "claimed_until": None, **changes}
        held = self.filter(pk=claim.pk, claim_token=claim.token)
        return bool(held.update(**seen(changes)))


class DueWork(models.Model):
    """`due_at` says when a worker moves this row next; empty means that none will.

    `version` goes up with whatever a page may show, which is how the page knows that it is old.
    """

    due_at = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveIntegerField(default=0, editable=False)
    claim_token = models.UUIDField(null=True, blank=True, editable=False)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.CharField(max_length=64, blank=True, editable=False)
    last_error_message = models.TextField(blank=True, editable=False)
    version = models.PositiveBigIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


def seen(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes, with a new version where a page may show any of them."""
    return {"version": F("version") + 1, **changes} if changes.keys() - UNSEEN else dict(changes)


def backoff(attempts: int) -> timedelta:
    """How long to wait after that many attempts: 2 s doubling, 5 minutes at the most."""
    return timedelta(seconds=min(300, 2 ** min(attempts, 9)))


def soon(attempts: int) -> timedelta:
    """As `backoff`, but to the next sweep at the most: somebody waits, or something is billed."""
    return min(backoff(attempts), timedelta(seconds=settings.SWEEP_SECONDS))


def next_look(doubt_until: datetime | None, now: datetime) -> datetime | None:
    """When to look again for what a call that was given up on may have left in the cloud.

    At each sweep and a last time when the doubt is over; None where there is none.
    """
    if doubt_until is None or now >= doubt_until:
        return None
    return min(doubt_until, now + timedelta(seconds=settings.SWEEP_SECONDS))
