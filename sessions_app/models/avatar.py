import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone


class AvatarQuerySet(models.QuerySet["Avatar"]):
    def listed(self) -> "AvatarQuerySet":
        """Those that the cloud still lists."""
        return self.filter(gone_at__isnull=True)

    def usable(self) -> "AvatarQuerySet":
        return self.listed().filter(status=Avatar.ACTIVE, is_expired=False)


class Avatar(models.Model):
    """One entry of the cloud's catalogue, as last seen. The catalogue is the installation's."""

    ACTIVE = "ACTIVE"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    remote_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    is_own = models.BooleanField(default=False, help_text="Made by this account, not public stock.")
    type = models.CharField(max_length=16, blank=True)
    status = models.CharField(max_length=32)
    is_expired = models.BooleanField(default=False)
    is_sandbox = models.BooleanField(default=False, help_text="Usable in sandbox sessions.")
    preview_url = models.URLField(max_length=1000, blank=True)
    last_seen_at = models.DateTimeField(default=timezone.now)
    gone_at = models.DateTimeField(null=True, blank=True)

    objects = AvatarQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index(
                fields=["name", "id"], condition=Q(gone_at__isnull=True), name="avatar_listed"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.remote_id[:8]})"

    @property
    def is_usable(self) -> bool:
        return self.gone_at is None and self.status == self.ACTIVE and not self.is_expired
