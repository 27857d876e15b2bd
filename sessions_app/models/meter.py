from django.db import models


class Meter(models.Model):
    """What somebody holds and has used: of slots (no period), of a day's or a month's allowance.

    Reserved by conditional update before anything is billed, settled when the session is over;
    see `services/reservations.py`. `subject` says whose meter it is: a workspace's, a widget's or
    a visitor's.
    """

    subject = models.CharField(max_length=160)
    period = models.CharField(max_length=10, blank=True)
    held_slots = models.PositiveIntegerField(default=0)
    held_seconds = models.PositiveBigIntegerField(default=0)
    used_seconds = models.PositiveBigIntegerField(default=0)
    starts = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "period"], name="meter_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.period}".strip()
