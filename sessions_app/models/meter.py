from datetime import datetime

from django.db import models
from django.db.models import F, Q


class MeterQuerySet(models.QuerySet["Meter"]):
    def untold(self, now: datetime) -> "MeterQuerySet":
        """Those whose owners have a warning to come, which nobody is writing."""
        nobody = Q(mail_at__isnull=True) | Q(mail_at__lte=now)
        return self.filter(nobody, mailed_percent__lt=F("warned_percent"))


class Meter(models.Model):
    """What somebody holds and has used: of slots (no period), of a day's or a month's allowance.

    Reserved by conditional update before anything is billed, settled when the session is over;
    see `services/reservations.py`. `subject` says whose meter it is: the installation's, a
    workspace's, a widget's or a visitor's.
    """

    subject = models.CharField(max_length=160)
    period = models.CharField(max_length=10, blank=True)
    held_slots = models.PositiveIntegerField(default=0)
    held_seconds = models.PositiveBigIntegerField(default=0)
    used_seconds = models.PositiveBigIntegerField(default=0)
    held_credits = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    used_credits = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    starts = models.PositiveIntegerField(default=0)
    # How much of the month was used up when a warning fell due, and when one was sent; and the
    # month's limits that these were about.
    warned_seconds = models.PositiveBigIntegerField(default=0)
    warned_credits = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    warned_percent = models.PositiveSmallIntegerField(default=0)
    mailed_percent = models.PositiveSmallIntegerField(default=0)
    # Somebody is writing it, until then; a letter that the mail server refused waits as long.
    mail_at = models.DateTimeField(null=True)

    objects = MeterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "period"], name="meter_once"),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(mailed_percent__lt=F("warned_percent")),
                name="meter_untold",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.period}".strip()
