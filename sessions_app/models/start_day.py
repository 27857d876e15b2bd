from django.db import models


class StartDay(models.Model):
    """How the starts of one day (UTC) went, counted anew every few minutes until it is over.

    `legs` has for each of `start_days.LEGS` how many of `sampled` starts it was measured for, and
    its `p50` and `p95` in milliseconds.
    """

    day = models.DateField(unique=True)
    started = models.PositiveIntegerField()
    sampled = models.PositiveIntegerField()
    legs = models.JSONField()
    counted_at = models.DateTimeField()

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"starts of {self.day}"
