import uuid
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import DueWork, DueWorkQuerySet, ProviderKey, User, Workspace
from accounts.rights import RIGHTS, Right
from liveavatar_web.fields import SealedField
from sessions_app.lifecycle import LIFECYCLE, OPEN, OVER, EndReason, State
from sessions_app.models.avatar import Avatar
from sessions_app.models.context import Context
from sessions_app.models.widget import Widget

# In one order: a migration keeps these lists, and a set would come out differently each time.
_OPEN = [state.value for state in LIFECYCLE if state in OPEN]
_HOLDING = [state.value for state, stage in LIFECYCLE.items() if stage.holds_slot]
_OVER = [state.value for state in LIFECYCLE if state in OVER]


class AvatarSessionQuerySet(DueWorkQuerySet["AvatarSession"]):
    def visible_to(self, user: User) -> "AvatarSessionQuerySet":
        """A person's own sessions; all of a workspace's for those who may read its audit trail."""
        readers = [role.value for role, rights in RIGHTS.items() if Right.READ_AUDIT in rights]
        audited = user.memberships.filter(role__in=readers).values("workspace")
        return self.filter(
            Q(workspace__in=audited)
            | Q(requested_by=user, workspace__in=user.memberships.values("workspace"))
        )

    def open(self) -> "AvatarSessionQuerySet":
        """Not over yet: waiting, starting, live or ending."""
        return self.filter(state__in=OPEN)

    def waiting(self) -> "AvatarSessionQuerySet":
        """In the line, holding nothing yet."""
        return self.filter(state=State.WAITING)

    def live(self) -> "AvatarSessionQuerySet":
        return self.filter(state=State.LIVE)


class AvatarSession(DueWork):
    """One conversation with an avatar, from the request to the bill. `lifecycle` has its states."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="avatar_sessions")
    # Who asked: a member, or a stranger at a widget, whose side of it is the session's `visit`.
    requested_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    widget = models.ForeignKey(
        Widget, models.PROTECT, null=True, blank=True, related_name="avatar_sessions"
    )
    idempotency_key = models.CharField(max_length=80)
    # The session that it goes on after, where it took over from one.
    predecessor = models.OneToOneField(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="successor"
    )
    state = models.CharField(
        max_length=16,
        choices=[(state.value, stage.label) for state, stage in LIFECYCLE.items()],
        default=State.REQUESTED,
    )

    # The configuration, exactly as it is started with.
    avatar = models.ForeignKey(Avatar, models.PROTECT, related_name="+")
    context = models.ForeignKey(Context, models.PROTECT, null=True, blank=True, related_name="+")
    context_number = models.PositiveIntegerField(null=True, blank=True)
    provider_key = models.ForeignKey(ProviderKey, models.PROTECT, related_name="+")
    voice = models.CharField(max_length=32)
    model = models.CharField(max_length=100)
    temperature = models.DecimalField(
        max_digits=3,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.6")), MaxValueValidator(Decimal("1.2"))],
    )
    is_sandbox = models.BooleanField(default=False)
    max_seconds = models.PositiveIntegerField()
    # One extension that the person may ask for; reserved and minted with the rest.
    extension_seconds = models.PositiveIntegerField(default=0)
    extended_at = models.DateTimeField(null=True, blank=True)
    # The end of what was minted, where that is after the limit.
    extend_until = models.DateTimeField(null=True, blank=True)
    # The month in which its reservation stands; empty while it waits for a place.
    reserved_period = models.CharField(max_length=10, blank=True)
    waits_for = models.CharField(max_length=24, blank=True, editable=False)
    place = models.PositiveIntegerField(null=True, blank=True, editable=False)

    # The room, while it is live.
    remote_id = models.CharField(max_length=64, blank=True, editable=False)
    room_url = SealedField()
    room_token = SealedField()

    # Its steps. The lease is what keeps it alive; the limit is when it ends all the same.
    requested_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    minted_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(null=True, blank=True)
    first_frame_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField()
    limit_at = models.DateTimeField(null=True, blank=True)
    stop_requested_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    # How it ended, and what it cost. `credits` is the vendor's figure, empty where unknown.
    end_reason = models.CharField(
        max_length=24, blank=True, choices=[(reason.value, reason.value) for reason in EndReason]
    )
    vendor_end_reason = models.CharField(max_length=64, blank=True)
    billed_seconds = models.PositiveIntegerField(null=True, blank=True)
    credits = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)

    objects = AvatarSessionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["requested_by", "idempotency_key"], name="session_once_per_key"
            ),
            models.UniqueConstraint(
                fields=["widget", "idempotency_key"], name="session_once_per_ticket"
            ),
            models.CheckConstraint(
                condition=Q(requested_by__isnull=False, widget__isnull=True)
                | Q(requested_by__isnull=True, widget__isnull=False),
                name="session_of_member_or_widget",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in LIFECYCLE]),
                name="session_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="live")
                | (
                    Q(started_at__isnull=False, limit_at__isnull=False, due_at__isnull=False)
                    & ~Q(remote_id="")
                    & Q(room_url__isnull=False, room_token__isnull=False)
                ),
                name="session_live_was_started",
            ),
            models.CheckConstraint(
                condition=Q(state="live") | Q(room_url__isnull=True, room_token__isnull=True),
                name="session_room_only_while_live",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=_OVER,
                    ended_at__isnull=False,
                    due_at__isnull=True,
                )
                | Q(
                    state__in=_OPEN,
                    ended_at__isnull=True,
                    due_at__isnull=False,
                ),
                name="session_over_or_due",
            ),
            models.CheckConstraint(
                condition=~Q(state="waiting") | (Q(reserved_period="") & ~Q(waits_for="")),
                name="session_waiting_holds_nothing",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_HOLDING) | ~Q(reserved_period=""),
                name="session_holds_what_is_reserved",
            ),
            models.CheckConstraint(
                condition=Q(state__in=_OPEN) | ~Q(end_reason=""),
                name="session_over_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(temperature__gte=Decimal("0.6"), temperature__lte=Decimal("1.2")),
                name="session_temperature_in_range",
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "-id"], name="session_by_workspace"),
            models.Index(fields=["requested_by", "-id"], name="session_by_person"),
            models.Index(fields=["widget", "-id"], name="session_by_widget"),
            models.Index(
                fields=["due_at"],
                condition=Q(due_at__isnull=False),
                name="session_due",
            ),
            models.Index(fields=["id"], condition=Q(state="waiting"), name="session_waiting"),
            models.Index(
                fields=["workspace", "-id"],
                condition=Q(state__in=_OPEN),
                name="session_open",
            ),
        ]

    def __str__(self) -> str:
        return f"session {str(self.public_id)[:8]} ({self.state})"

    @property
    def asked_by(self) -> str:
        """Who asked for it, in words for those who may see it."""
        return f"Visitor of {self.widget.name}" if self.widget else str(self.requested_by)

    @property
    def reserved_seconds(self) -> int:
        """The longest it may last, its extension included."""
        return self.max_seconds + self.extension_seconds

    @property
    def extension_left(self) -> int:
        """Seconds by which the person may still extend it."""
        if self.extend_until is None or self.limit_at is None:
            return 0
        return max(0, round((self.extend_until - self.limit_at).total_seconds()))

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def duration_seconds(self) -> int:
        """From the start in the cloud to the end, or to now."""
        if self.started_at is None:
            return 0
        return int(((self.ended_at or timezone.now()) - self.started_at).total_seconds())
