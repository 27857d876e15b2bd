import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Membership, User, Workspace


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    def shown_in(self, membership: Membership) -> "SavedFilterQuerySet":
        """One's own, and those that colleagues share."""
        return self.filter(
            Q(owner=membership.user_id) | Q(is_shared=True), workspace=membership.workspace_id
        )

    def shown_to_staff(self, user: User) -> "SavedFilterQuerySet":
        """Of the installation's: one's own, and those that other staff share."""
        return self.filter(Q(owner=user.pk) | Q(is_shared=True), workspace=None)


class SavedFilter(models.Model):
    """A filter of sessions under a name: the query of its address, as `services/selections.py`.

    Without a `workspace` it is of the sessions of the whole installation, and of staff.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(
        Workspace, models.CASCADE, null=True, related_name="saved_filters"
    )
    owner = models.ForeignKey(User, models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1_000, blank=True)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "owner", "name"], name="saved_filter_once"
            ),
            # To the one above, rows without a workspace are all different.
            models.UniqueConstraint(
                fields=["owner", "name"],
                condition=Q(workspace__isnull=True),
                name="saved_filter_of_staff_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({str(self.public_id)[:8]})"
