from django.db import models
from django.utils import timezone

from accounts.models import DueWork, DueWorkQuerySet


class Reconciliation(DueWork):
    """One list of the cloud's that is compared with our rows again and again, and how that went."""

    class Kind(models.TextChoices):
        SESSIONS = "sessions", "sessions that run there"
        SECRETS = "secrets", "secrets stored there"
        CONTEXTS = "contexts", "contexts stored there"

    due_at = models.DateTimeField(default=timezone.now, editable=False)
    kind = models.CharField(max_length=16, choices=Kind.choices, primary_key=True)
    checked_at = models.DateTimeField(null=True, editable=False)
    # How many the cloud listed, whoever made them.
    there = models.PositiveIntegerField(null=True, editable=False)

    objects = DueWorkQuerySet["Reconciliation"].as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(due_at__isnull=False),
                name="reconciliation_due",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class CloudStranger(models.Model):
    """A session that runs on our cloud account and was not minted here: somebody else has the key.

    It is shown to staff, and never stopped by us: it may be another installation's conversation.
    """

    remote_id = models.CharField(max_length=64, unique=True)
    source = models.CharField(max_length=32, blank=True)
    is_sandbox = models.BooleanField(default=False)
    begun_at = models.DateTimeField(null=True, blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-last_seen_at", "-id"]

    def __str__(self) -> str:
        return f"stranger {self.remote_id}"
