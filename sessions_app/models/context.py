import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import DueWork, DueWorkQuerySet, Membership, User, Workspace


class ContextQuerySet(DueWorkQuerySet["Context"]):
    def visible_to(self, user: User) -> "ContextQuerySet":
        """Those that people write; one-offs are nobody's to read or to choose."""
        written = self.filter(is_one_off=False, deleted_at__isnull=True)
        return written.filter(workspace__in=user.memberships.open().values("workspace"))

    def shown_in(self, membership: Membership) -> "ContextQuerySet":
        """What a member sees of their workspace: as `visible_to`, by what was read already."""
        return self.filter(
            is_one_off=False, deleted_at__isnull=True, workspace=membership.workspace_id
        )

    def usable(self) -> "ContextQuerySet":
        """Those that the cloud knows. One whose newest edit is still on its way is among them."""
        return self.filter(is_one_off=False, deleted_at__isnull=True).exclude(remote_context_id="")


class Context(DueWork):
    """What an avatar is told before it talks: a prompt and an opening text, mirrored to the cloud.

    Name, prompt and opening text here are those of the newest version. The mirror is behind while
    `mirrored_number` is below `number`. A one-off is made for one session, which goes on after
    another: `source` is what it was made from. It has no versions, and its words are erased as soon
    as that session needs it no more; the row stays, so that strays in the cloud are known as ours.
    """

    class State(models.TextChoices):
        PENDING = "pending", "waiting to be delivered"
        PUSHING = "pushing", "being delivered"
        READY = "ready", "ready"
        UNCERTAIN = "uncertain", "checking what happened"
        REJECTED = "rejected", "refused"
        DELETING = "deleting", "being deleted"
        DELETED = "deleted", "deleted"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="contexts")
    name = models.CharField(max_length=80)
    prompt = models.TextField(max_length=20_000)
    opening_text = models.TextField(max_length=1_000, blank=True)
    number = models.PositiveIntegerField(default=1, editable=False)
    mirrored_number = models.PositiveIntegerField(default=0, editable=False)
    state = models.CharField(max_length=16, choices=State.choices, default=State.PENDING)
    remote_context_id = models.CharField(max_length=64, blank=True, editable=False)
    # Until then a call that was given up on may still take effect, and is looked for.
    doubt_until = models.DateTimeField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_one_off = models.BooleanField(default=False, editable=False)
    source = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    objects = ContextQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="ready")
                | (~Q(remote_context_id="") & Q(mirrored_number=F("number"))),
                name="context_ready_is_mirrored",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["ready", "deleted", "rejected"]) | Q(due_at__isnull=False),
                name="context_moving_is_due",
            ),
            models.CheckConstraint(
                condition=Q(is_one_off=True) | Q(source__isnull=True),
                name="context_source_of_one_off",
            ),
            models.CheckConstraint(
                condition=Q(is_one_off=False) | Q(deleted_at__isnull=True) | Q(prompt=""),
                name="context_one_off_is_erased",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="context_due"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({str(self.public_id)[:8]})"

    @property
    def lasting(self) -> "Context | None":
        """What another session can be started with: itself, or what a one-off was made from."""
        return self.source if self.is_one_off else self

    @property
    def remote_name(self) -> str:
        """The name in the cloud: it carries our id, so that we can find it again."""
        return f"{self.name} · {self.public_id}"

    @property
    def is_moving(self) -> bool:
        return self.state != self.State.READY and self.due_at is not None


class ContextVersion(models.Model):
    """What a context said once. Written at each save; restoring makes a new version."""

    context = models.ForeignKey(Context, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=80)
    prompt = models.TextField()
    opening_text = models.TextField(blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["context", "number"], name="context_version_once"),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of context {self.context_id}"
