import uuid

from django.db import models
from django.db.models import Exists, Q

from accounts.models import DueWork, DueWorkQuerySet, User, Workspace
from accounts.rights import RIGHTS, Right


class StopOrderQuerySet(DueWorkQuerySet["StopOrder"]):
    def visible_to(self, user: User) -> "StopOrderQuerySet":
        """Those of workspaces where this person reads the audit trail, which tells of them too."""
        return self.filter(_in_workspace_read_by(user))

    def watched_by(self, user: User) -> "StopOrderQuerySet":
        """As `visible_to`, and to staff those that staff have given."""
        is_staff = Exists(User.objects.filter(pk=user.pk, is_staff=True))
        return self.filter(_in_workspace_read_by(user) | Q(is_staff, by_staff=True))


def _in_workspace_read_by(user: User) -> Q:
    readers = [role.value for role, rights in RIGHTS.items() if Right.READ_AUDIT in rights]
    return Q(workspace__in=user.memberships.open().filter(role__in=readers).values("workspace"))


class StopOrder(DueWork):
    """Somebody wants every session to end that a filter finds; a worker carries it out.

    Without a `workspace` it is for those of the whole installation, and of staff.

    It is for those that were there when it was given: of an id up to `last_session`. `left` is how
    many of the `total` are still to be ended.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, null=True, related_name="stop_orders")
    by_staff = models.BooleanField(default=False)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    request_id = models.CharField(max_length=64, blank=True)
    query = models.CharField(max_length=1_000, blank=True)
    last_session = models.PositiveBigIntegerField()
    total = models.PositiveIntegerField()
    left = models.PositiveIntegerField()
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = StopOrderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, due_at__isnull=False)
                | Q(finished_at__isnull=False, due_at__isnull=True, left=0),
                name="stop_order_finished_or_due",
            ),
            models.CheckConstraint(
                condition=Q(workspace__isnull=False) | Q(by_staff=True),
                name="stop_order_everywhere_by_staff",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="stop_order_due"
            ),
        ]

    def __str__(self) -> str:
        return f"order to end {self.total} sessions ({str(self.public_id)[:8]})"

    @property
    def done(self) -> int:
        return max(0, self.total - self.left)
