from django.db import models


class Meter(models.Model):
    """What a workspace holds and has used: of its slots (no period), of a month's seconds.

    Reserved by conditional update before anything is billed, settled when the session is over;
    see `services/reservations.py`. `subject` names whose meter it is, so that widgets and visitors
    can have theirs.
    """

    subject = models.CharField(max_length=80)
    period = models.CharField(max_length=10, blank=True)
    held_slots = models.PositiveIntegerField(default=0)
    held_seconds = models.PositiveBigIntegerField(default=0)
    used_seconds = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "period"], name="meter_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.period}".strip()
