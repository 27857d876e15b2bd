from django.db import models
from django.utils import timezone

from accounts.models import DueWork, DueWorkQuerySet


class CloudAccount(DueWork):
    """The one LiveAvatar account of this installation: its credits, and when we last asked.

    `due_at` is when the credits are read next, `catalogue_due_at` when the avatars are.
    """

    due_at = models.DateTimeField(default=timezone.now, editable=False)
    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    credits_left = models.DecimalField(max_digits=14, decimal_places=4, null=True, editable=False)
    # All that our sessions were ever seen to cost. How much it grew while the cloud was asked for
    # what is left, the cloud's answer may not know yet.
    credits_spent = models.DecimalField(max_digits=14, decimal_places=4, default=0, editable=False)
    catalogue_synced_at = models.DateTimeField(null=True, editable=False)
    catalogue_due_at = models.DateTimeField(null=True, editable=False)

    objects = DueWorkQuerySet["CloudAccount"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="cloud_account_only_one"),
        ]

    def __str__(self) -> str:
        return "LiveAvatar account"
