import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models.due_work import DueWork, DueWorkQuerySet
from accounts.models.user import User
from accounts.models.workspace import Workspace
from accounts.rights import Role

_GIVEN = [role.value for role in Role if role != Role.OWNER]


class WorkspaceInvitationQuerySet(DueWorkQuerySet["WorkspaceInvitation"]):
    def visible_to(self, user: User) -> "WorkspaceInvitationQuerySet":
        return self.filter(workspace__in=user.memberships.open().values("workspace"))

    def open(self) -> "WorkspaceInvitationQuerySet":
        """Neither taken, declined nor revoked; it may have run out."""
        return self.filter(outcome="")


class WorkspaceInvitation(DueWork):
    """Asks one e-mail address into a workspace. Due as long as its letter has to be sent.

    The link's token is made anew for each letter and only its digest is kept, so that the newest
    letter is the one that counts.
    """

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted"
        DECLINED = "declined"
        REVOKED = "revoked"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=16, choices=[(role, role) for role in _GIVEN])
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, blank=True)
    token_digest = models.CharField(max_length=64, blank=True, editable=False)
    outcome = models.CharField(max_length=16, blank=True, choices=Outcome.choices)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = WorkspaceInvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "email"],
                condition=Q(outcome=""),
                name="invitation_open_once_per_address",
            ),
            models.CheckConstraint(condition=Q(role__in=_GIVEN), name="invitation_makes_no_owner"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="invitation_due"
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {str(self.public_id)[:8]} as {self.role}"

    def has_run_out(self, now: datetime) -> bool:
        return self.expires_at <= now
