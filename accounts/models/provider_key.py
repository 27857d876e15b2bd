import uuid

from django.db import models
from django.utils import timezone

from accounts.models.due_work import DueWork, DueWorkQuerySet
from accounts.models.user import User
from accounts.models.workspace import Membership, Workspace
from liveavatar_web.fields import SealedField


class ProviderKeyQuerySet(DueWorkQuerySet["ProviderKey"]):
    def visible_to(self, user: User) -> "ProviderKeyQuerySet":
        return self.filter(workspace__in=user.memberships.open().values("workspace"))

    def shown_in(self, membership: Membership) -> "ProviderKeyQuerySet":
        """What a member sees of their workspace: as `visible_to`, by what was read already."""
        return self.filter(workspace=membership.workspace_id)

    def usable(self) -> "ProviderKeyQuerySet":
        return self.filter(state=ProviderKey.State.READY)


class ProviderKey(DueWork):
    """A key of a speech provider, sealed here and stored with LiveAvatar as a secret."""

    class Kind(models.TextChoices):
        OPENAI = "openai", "OpenAI"

    class State(models.TextChoices):
        PENDING = "pending", "waiting to be delivered"
        PUSHING = "pushing", "being delivered"
        READY = "ready", "ready"
        REVOKING = "revoking", "being revoked"
        REVOKED = "revoked", "revoked"
        UNCERTAIN = "uncertain", "checking what happened"
        REJECTED = "rejected", "refused"

    MOVING = frozenset({State.PENDING, State.PUSHING, State.UNCERTAIN, State.REVOKING})
    # A key in one of these may be registered again.
    GIVEN_UP = frozenset({State.REVOKING, State.REVOKED, State.REJECTED})

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="provider_keys")
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.OPENAI)
    name = models.CharField(max_length=80)
    value = SealedField()
    last4 = models.CharField(max_length=4, blank=True, editable=False)
    fingerprint = models.CharField(max_length=128, editable=False)
    state = models.CharField(max_length=16, choices=State.choices, default=State.PENDING)
    remote_secret_id = models.CharField(max_length=64, blank=True, editable=False)
    # Until then a creation that was given up on may still take effect, and is looked for.
    doubt_until = models.DateTimeField(null=True, blank=True, editable=False)
    warning = models.TextField(blank=True, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ready_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ProviderKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "fingerprint"],
                condition=~models.Q(state__in=["revoking", "revoked", "rejected"]),
                name="provider_key_once_per_workspace",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="ready") | ~models.Q(remote_secret_id=""),
                name="provider_key_ready_has_remote_secret",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["ready", "revoked", "rejected"])
                | models.Q(due_at__isnull=False),
                name="provider_key_moving_is_due",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(due_at__isnull=False),
                name="provider_key_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.kind} …{self.last4}, {str(self.public_id)[:8]})"

    @property
    def remote_name(self) -> str:
        """The secret's name in the cloud: it carries our id, so that we can find it again."""
        return f"liveavatar-web {self.public_id}"

    @property
    def is_moving(self) -> bool:
        """Whether a worker will change the state soon, so that a page does well to watch."""
        return self.state in self.MOVING

    @property
    def may_be_retried(self) -> bool:
        return self.state == self.State.REJECTED and self.value is not None

    @property
    def may_be_revoked(self) -> bool:
        return self.state not in {self.State.REVOKING, self.State.REVOKED}
