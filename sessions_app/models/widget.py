import uuid
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import ProviderKey, User, Workspace
from sessions_app.models.avatar import Avatar
from sessions_app.models.context import Context

_COLOUR = RegexValidator(r"^#[0-9a-f]{6}$", "Write it as #rrggbb.")


class WidgetQuerySet(models.QuerySet["Widget"]):
    def visible_to(self, user: User) -> "WidgetQuerySet":
        return self.filter(
            workspace__in=user.memberships.open().values("workspace"), deleted_at__isnull=True
        )

    def admitting(self) -> "WidgetQuerySet":
        """Those that let strangers in now: switched on, and not paused by the circuit breaker."""
        running = self.filter(deleted_at__isnull=True, is_enabled=True, paused_at__isnull=True)
        return running.exclude(workspace__in=Workspace.objects.closed())


class Widget(models.Model):
    """An avatar that strangers talk to on somebody's site, within limits its owner has set.

    Minutes and starts are what they may use; an empty origin list lets nobody in.
    """

    class Placement(models.TextChoices):
        FLOATING = "floating", "Floating over the page"
        INLINE = "inline", "Inside the page"

    class Corner(models.TextChoices):
        BOTTOM_RIGHT = "bottom-right", "Bottom right"
        BOTTOM_LEFT = "bottom-left", "Bottom left"
        TOP_RIGHT = "top-right", "Top right"
        TOP_LEFT = "top-left", "Top left"

    class Theme(models.TextChoices):
        AUTO = "auto", "As the visitor's device"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    class Shape(models.TextChoices):
        ROUND = "round", "Round"
        SOFT = "soft", "Soft corners"
        SQUARE = "square", "Square"

    class PushToTalk(models.TextChoices):
        OFF = "off", "Off: the microphone stays open"
        HOLD = "hold", "Hold to talk"
        TOGGLE = "toggle", "Press to talk, press again to stop"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="widgets")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    name = models.CharField(max_length=80)

    # Whom visitors talk to.
    avatar = models.ForeignKey(Avatar, models.PROTECT, related_name="+")
    context = models.ForeignKey(Context, models.PROTECT, null=True, blank=True, related_name="+")
    provider_key = models.ForeignKey(ProviderKey, models.PROTECT, related_name="+")
    voice = models.CharField(max_length=32)
    model = models.CharField(max_length=100)
    temperature = models.DecimalField(
        max_digits=3,
        decimal_places=2,
        default=Decimal("0.8"),
        validators=[MinValueValidator(Decimal("0.6")), MaxValueValidator(Decimal("1.2"))],
    )
    is_sandbox = models.BooleanField(default=False)

    # Where it may stand, and how it looks there. Empty texts are the translated ones.
    origins = models.JSONField(default=list, blank=True)
    placement = models.CharField(
        max_length=16, choices=Placement.choices, default=Placement.FLOATING
    )
    corner = models.CharField(max_length=16, choices=Corner.choices, default=Corner.BOTTOM_RIGHT)
    starts_open = models.BooleanField(default=False)
    theme = models.CharField(max_length=8, choices=Theme.choices, default=Theme.AUTO)
    shape = models.CharField(max_length=8, choices=Shape.choices, default=Shape.ROUND)
    accent = models.CharField(max_length=7, default="#3b3fd8", validators=[_COLOUR])
    accent_text = models.CharField(max_length=7, default="#ffffff", validators=[_COLOUR])
    language = models.CharField(max_length=8, blank=True)
    launcher_text = models.CharField(max_length=40, blank=True)
    title_text = models.CharField(max_length=60, blank=True)
    greeting = models.CharField(max_length=160, blank=True)
    consent_text = models.CharField(max_length=400, blank=True)
    disclosure_text = models.CharField(max_length=200, blank=True)

    # What visitors may do.
    captions = models.BooleanField(default=True)
    transcript = models.BooleanField(default=True)
    push_to_talk = models.CharField(
        max_length=8, choices=PushToTalk.choices, default=PushToTalk.OFF
    )
    push_to_talk_key = models.CharField(max_length=24, blank=True, default="Space")

    # What they may use.
    max_seconds = models.PositiveIntegerField(default=180)
    max_visitors = models.PositiveIntegerField(default=2)
    visitor_daily_starts = models.PositiveIntegerField(default=5)
    visitor_daily_minutes = models.PositiveIntegerField(default=10)
    daily_starts = models.PositiveIntegerField(default=50)
    daily_minutes = models.PositiveIntegerField(default=60)
    monthly_starts = models.PositiveIntegerField(default=500)
    monthly_minutes = models.PositiveIntegerField(default=300)

    # Whether it lets anybody in. A pause is the circuit breaker's; a person releases it.
    is_enabled = models.BooleanField(default=True)
    paused_at = models.DateTimeField(null=True, blank=True, editable=False)
    pause_reason = models.CharField(max_length=200, blank=True, editable=False)
    released_at = models.DateTimeField(null=True, blank=True, editable=False)
    pause_mail_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = WidgetQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(temperature__gte=Decimal("0.6"), temperature__lte=Decimal("1.2")),
                name="widget_temperature_in_range",
            ),
        ]
        indexes = [models.Index(fields=["workspace", "-id"], name="widget_by_workspace")]

    def __str__(self) -> str:
        return f"{self.name} ({str(self.public_id)[:8]})"

    @property
    def admits(self) -> bool:
        """Whether strangers may come in at all; see `WidgetQuerySet.admitting`."""
        is_running = self.deleted_at is None and self.is_enabled and self.paused_at is None
        return is_running and not self.workspace.is_closed


class WidgetTally(models.Model):
    """How often something happened at a widget in one hour: starts, seconds, each kind of refusal.

    `kind` is `started`, `seconds` or `refused:<reason>`; see `services/tallies.py`.
    """

    widget = models.ForeignKey(Widget, models.CASCADE, related_name="tallies")
    hour = models.DateTimeField()
    kind = models.CharField(max_length=40)
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["widget", "hour", "kind"], name="tally_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at widget {self.widget_id}: {self.count}"
