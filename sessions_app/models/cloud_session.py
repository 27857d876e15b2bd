from django.db import models
from django.db.models import Q

from accounts.models import DueWork, DueWorkQuerySet
from sessions_app.models.avatar_session import AvatarSession


class CloudSessionQuerySet(DueWorkQuerySet["CloudSession"]):
    def unsettled(self) -> "CloudSessionQuerySet":
        """Those that may be running in the cloud, now or when a late start takes effect."""
        return self.exclude(state=CloudSession.State.OVER)


class CloudSession(DueWork):
    """One session id that the cloud gave us. Every id is remembered, and stopped if in doubt.

    An `AvatarSession` has one, or up to three where an answer to a start was lost: those before
    the last are doubtful, and stopped again until the cloud shows them ended or `doubt_until`,
    the last moment at which their start can still take effect, has passed.
    """

    class State(models.TextChoices):
        MINTED = "minted", "minted"
        RUNNING = "running", "running"
        DOUBTFUL = "doubtful", "doubtful"
        OVER = "over", "over"

    avatar_session = models.ForeignKey(AvatarSession, models.PROTECT, related_name="cloud_sessions")
    remote_id = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.MINTED)
    minted_at = models.DateTimeField()
    doubt_until = models.DateTimeField()
    over_at = models.DateTimeField(null=True, blank=True)
    billed_seconds = models.PositiveIntegerField(default=0)
    credits = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)

    objects = CloudSessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="doubtful") | Q(due_at__isnull=False),
                name="cloud_session_doubtful_is_due",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="cloud_session_due"
            ),
        ]

    def __str__(self) -> str:
        return f"cloud session {self.remote_id} ({self.state})"
