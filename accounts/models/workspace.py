import uuid
from decimal import Decimal

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models.user import User, ids_in
from accounts.rights import RIGHTS, Right, Role

# What counts as one; recovery codes only stand in for it.
SECOND_STEPS = [Authenticator.Type.TOTP.value, Authenticator.Type.WEBAUTHN.value]


class WorkspaceQuerySet(models.QuerySet["Workspace"]):
    def visible_to(self, user: User) -> "WorkspaceQuerySet":
        return self.filter(pk__in=user.memberships.open().values("workspace"))

    def named(self, text: str) -> "WorkspaceQuerySet":
        """By a piece of the name, the whole id, or a member's whole e-mail address."""
        theirs = Membership.objects.filter(user__email__iexact=text)
        wanted = Q(name__icontains=text) | Q(pk__in=theirs.values("workspace"))
        return self.filter(wanted | Q(public_id__in=ids_in(text)))

    def meant_by(self, text: str) -> "list[Workspace]":
        """The one that is called so, or is found by it alone; two where it is not clear which."""
        if not text:
            return []
        called_so = self.filter(name__iexact=text)
        return list(called_so[:2]) or list(self.named(text)[:2])

    def closed(self) -> "WorkspaceQuerySet":
        """Those in which nothing may run: suspended, or on their way out."""
        return self.filter(Q(suspended_at__isnull=False) | Q(delete_after__isnull=False))


class Workspace(models.Model):
    """What owns keys, contexts and sessions. A limit left empty is the installation's."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveBigIntegerField(default=1, editable=False)
    max_concurrent_sessions = models.PositiveIntegerField(null=True, blank=True)
    max_session_seconds = models.PositiveIntegerField(null=True, blank=True)
    monthly_minutes = models.PositiveIntegerField(null=True, blank=True)
    # Days for which transcripts are kept: for ever where empty, never stored where 0.
    transcript_days = models.PositiveIntegerField(null=True, blank=True)
    monthly_credits = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    # Days for which finished sessions, and the addresses of visitors, are kept; empty is for ever.
    session_days = models.PositiveIntegerField(null=True, blank=True)
    address_days = models.PositiveIntegerField(null=True, blank=True)
    # The same for events of the audit trail, which go from the oldest on.
    audit_days = models.PositiveIntegerField(null=True, blank=True)
    # Members without a second step at sign-in cannot use it.
    require_mfa = models.BooleanField(default=False, editable=False)
    # Closed by staff, or by its owner, who may think better of it until `delete_after`.
    suspended_at = models.DateTimeField(null=True, blank=True, editable=False)
    suspension_reason = models.CharField(max_length=200, blank=True, editable=False)
    delete_after = models.DateTimeField(null=True, blank=True, editable=False)

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["delete_after"],
                condition=Q(delete_after__isnull=False),
                name="workspace_on_its_way_out",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({str(self.public_id)[:8]})"

    @property
    def is_closed(self) -> bool:
        """Whether nothing may run here; see `WorkspaceQuerySet.closed`."""
        return self.suspended_at is not None or self.delete_after is not None

    @property
    def concurrency_limit(self) -> int:
        """Sessions at a time."""
        return _or(self.max_concurrent_sessions, settings.MAX_CONCURRENT_PER_WORKSPACE)

    @property
    def session_limit_seconds(self) -> int:
        return _or(self.max_session_seconds, settings.MAX_SESSION_SECONDS)

    @property
    def monthly_limit_seconds(self) -> int:
        return 60 * _or(self.monthly_minutes, settings.MONTHLY_MINUTES_PER_WORKSPACE)

    @property
    def monthly_credit_limit(self) -> Decimal | None:
        """Credits of the cloud's; None where there is no limit."""
        installation: Decimal | None = settings.MONTHLY_CREDITS_PER_WORKSPACE
        return installation if self.monthly_credits is None else self.monthly_credits


def _or(own: int | None, installation: int) -> int:
    return installation if own is None else own


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, user: User) -> "MembershipQuerySet":
        """Everybody in a workspace sees who else is in it."""
        return self.filter(workspace__in=user.memberships.open().values("workspace"))

    def open(self) -> "MembershipQuerySet":
        """Without those whose workspace asks for a second step that the person has not set up."""
        return self.filter(Q(workspace__require_mfa=False) | Q(_second_step()))

    def with_second_step(self) -> "MembershipQuerySet":
        return self.filter(_second_step())

    def annotate_second_step(self) -> "MembershipQuerySet":
        return self.annotate(has_second_step=_second_step())


def _second_step() -> Exists:
    return Exists(Authenticator.objects.filter(user=OuterRef("user"), type__in=SECOND_STEPS))


class Membership(models.Model):
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=[(role.value, role.value) for role in Role])
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="membership_once"),
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in Role]),
                name="membership_role_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} as {self.role} of {self.workspace_id}"

    @property
    def is_open(self) -> bool:
        """As `MembershipQuerySet.open`, of one that was read with `annotate_second_step`."""
        return not self.workspace.require_mfa or bool(self.has_second_step)  # type: ignore[attr-defined]

    def may(self, right: Right) -> bool:
        return right in RIGHTS[Role(self.role)]
