import uuid
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import (
    DueWork,
    DueWorkQuerySet,
    Membership,
    ProviderKey,
    User,
    Workspace,
)
from accounts.rights import RIGHTS, Right
from liveavatar_web.fields import SealedField
from sessions_app import endings
from sessions_app.lifecycle import LIFECYCLE, OPEN, OVER, EndReason, State
from sessions_app.models.avatar import Avatar
from sessions_app.models.context import Context
from sessions_app.models.widget import Widget

# In one order: a migration keeps these lists, and a set would come out differently each time.
_OPEN = [state.value for state in LIFECYCLE if state in OPEN]
_HOLDING = [state.value for state, stage in LIFECYCLE.items() if stage.holds_slot]
_OVER = [state.value for state in LIFECYCLE if state in OVER]
_NEWEST = ("-requested_at", "-id")
# What a line of a list tells.
_OF_A_LINE = ("workspace", "requested_by", "widget", "avatar", "context")
_LINE = (
    *("public_id", "state", "origin", "is_sandbox", "end_reason", "credits"),
    *("requested_at", "started_at", "limit_at", "ended_at"),
    *("workspace__name", "requested_by__email", "widget__name", "context__name"),
    *("avatar__name", "avatar__preview_url"),
)


class AvatarSessionQuerySet(DueWorkQuerySet["AvatarSession"]):
    def visible_to(self, user: User) -> "AvatarSessionQuerySet":
        """A person's own sessions; all of a workspace's for those who may read its audit trail."""
        readers = [role.value for role, rights in RIGHTS.items() if Right.READ_AUDIT in rights]
        audited = user.memberships.open().filter(role__in=readers).values("workspace")
        return self.filter(
            Q(workspace__in=audited)
            | Q(requested_by=user, workspace__in=user.memberships.open().values("workspace"))
        )

    def asked_by(self, user: User) -> "AvatarSessionQuerySet":
        """A person's own, those alone."""
        return self.filter(
            requested_by=user, workspace__in=user.memberships.open().values("workspace")
        )

    def shown_in(self, membership: Membership) -> "AvatarSessionQuerySet":
        """What a member sees of their workspace: as `visible_to`, but in an index's order."""
        rows = self.filter(workspace=membership.workspace_id)
        if membership.may(Right.READ_AUDIT):
            return rows
        return rows.filter(requested_by=membership.user_id)

    def lines(self) -> "AvatarSessionQuerySet":
        """To be shown in a list: with what a line tells, and nothing else; no room's token."""
        return self.select_related(*_OF_A_LINE).only(*_LINE)

    def open(self) -> "AvatarSessionQuerySet":
        """Not over yet: waiting, starting, live or ending."""
        return self.filter(state__in=OPEN)

    def listed_open(self) -> "AvatarSessionQuerySet":
        """As `open`, to be read and not to be changed; see `among_open`."""
        return self.filter(among_open())

    def waiting(self) -> "AvatarSessionQuerySet":
        """In the line, holding nothing yet."""
        return self.filter(state=State.WAITING)

    def live(self) -> "AvatarSessionQuerySet":
        return self.filter(state=State.LIVE)


def among_open() -> Q:
    """That a session is open, asked before all else: what is open is due, and nothing else is.

    By its state, SQLite would rather look through all that is over, and PostgreSQL plan it anew
    each time. In one workspace the first condition finds them, everywhere the second.
    """
    due = Q(due_at__isnull=False)
    return due & Q(pk__in=AvatarSession.objects.filter(due).order_by().values("pk"))


class AvatarSession(DueWork):
    """One conversation with an avatar, from the request to the bill. `lifecycle` has its states."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Foreign keys with which an index or a constraint of Meta's begins have none of their own.
    workspace = models.ForeignKey(
        Workspace, models.PROTECT, related_name="avatar_sessions", db_index=False
    )
    # Who asked: a member, or a stranger at a widget, whose side of it is the session's `visit`.
    requested_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    widget = models.ForeignKey(
        Widget,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="avatar_sessions",
        db_index=False,
    )
    # The site on which a widget's visitor asked.
    origin = models.CharField(max_length=255, blank=True, editable=False)
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

    # Its steps: ours by our clock, the page's by its own, aligned to ours (`start_timeline`).
    clicked_at = models.DateTimeField(null=True, blank=True)
    requested_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    minted_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(null=True, blank=True)
    first_frame_at = models.DateTimeField(null=True, blank=True)
    first_sound_at = models.DateTimeField(null=True, blank=True)
    spoke_at = models.DateTimeField(null=True, blank=True)
    first_reply_at = models.DateTimeField(null=True, blank=True)
    # How long the cloud's two calls took, where the first attempt went through.
    cloud_ms = models.PositiveIntegerField(null=True, blank=True)

    # The lease is what keeps it alive; the limit is when it ends all the same.
    lease_until = models.DateTimeField()
    # The page that said goodbye: what it asked before that may arrive later, and renews nothing.
    gone_page = models.UUIDField(null=True, blank=True, editable=False)
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
    # Whether `daily_usage` has something of it to count, and what it has counted it with so far.
    is_uncounted = models.BooleanField(default=False, editable=False)
    counted_seconds = models.PositiveIntegerField(null=True, editable=False)
    counted_credits = models.DecimalField(
        max_digits=12, decimal_places=4, default=0, editable=False
    )

    objects = AvatarSessionQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at", "-id"]
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
            # Whatever `services/selections.py` goes through, in its order. Only what is open has an
            # index with a condition: SQLite uses one where the query repeats that to the letter.
            models.Index(fields=[*_NEWEST], name="session_by_time"),
            models.Index(fields=["workspace", *_NEWEST], name="session_by_workspace"),
            models.Index(fields=["requested_by", *_NEWEST], name="session_by_person"),
            models.Index(fields=["workspace", "avatar", *_NEWEST], name="session_by_avatar"),
            models.Index(
                fields=["workspace", "end_reason", *_NEWEST], name="session_by_end_reason"
            ),
            models.Index(fields=["workspace", "widget", *_NEWEST], name="session_by_widget"),
            models.Index(fields=["workspace", "provider_key", *_NEWEST], name="session_by_key"),
            models.Index(fields=["workspace", "origin", *_NEWEST], name="session_by_origin"),
            models.Index(fields=["workspace", "requested_by", *_NEWEST], name="session_by_member"),
            models.Index(
                fields=["workspace", *_NEWEST],
                condition=Q(due_at__isnull=False),
                name="session_open",
            ),
            # By the state first, since the sweep looks for open ones wherever they are.
            models.Index(fields=["state", "workspace", *_NEWEST], name="session_by_state"),
            models.Index(fields=["id"], condition=Q(is_uncounted=True), name="session_uncounted"),
            models.Index(
                fields=["due_at"],
                condition=Q(due_at__isnull=False),
                name="session_due",
            ),
        ]

    def __str__(self) -> str:
        return f"session {str(self.public_id)[:8]} ({self.state})"

    @property
    def asked_by(self) -> str:
        """Who asked for it, in words for those who may see it."""
        return f"Visitor of {self.widget.name}" if self.widget else str(self.requested_by)

    @property
    def ending(self) -> endings.Ending | None:
        """How it ended; None while it has not."""
        return endings.of(self.end_reason)

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
    def seconds_left(self) -> int | None:
        """Until its limit; None before it is live."""
        if self.limit_at is None:
            return None
        return max(0, int((self.limit_at - timezone.now()).total_seconds()))

    @property
    def duration_seconds(self) -> int:
        """From the start in the cloud to the end, or to now."""
        if self.started_at is None:
            return 0
        return int(((self.ended_at or timezone.now()) - self.started_at).total_seconds())
