from django.db import models
from django.db.models import Q

from accounts.models import Workspace
from sessions_app.models.widget import Widget


class DailyUsage(models.Model):
    """What the sessions cost that were asked for on one day (UTC), at a widget or by members.

    Of those that are over, each counted once; see `services/daily_usage.py`.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    widget = models.ForeignKey(Widget, models.CASCADE, null=True, blank=True, related_name="+")
    sessions = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    billed_seconds = models.PositiveBigIntegerField(default=0)
    credits = models.DecimalField(max_digits=14, decimal_places=4, default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "day", "widget"], name="usage_once_a_day_at_a_widget"
            ),
            # To a unique index two widgets that are NULL are two.
            models.UniqueConstraint(
                fields=["workspace", "day"],
                condition=Q(widget__isnull=True),
                name="usage_once_a_day_by_members",
            ),
        ]

    def __str__(self) -> str:
        return f"usage of workspace {self.workspace_id} on {self.day}"
