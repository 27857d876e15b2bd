"""Staff look here; prompts and what was said are not shown, and keys cannot be."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin_audit import ReadOnlyAdmin
from accounts.models import User
from accounts.rights import STAFF_RIGHTS, Right
from accounts.services.callers import Caller
from sessions_app.models import (
    Avatar,
    AvatarSession,
    CloudSession,
    CloudStranger,
    Context,
    Meter,
    Reconciliation,
    Widget,
)
from sessions_app.services import avatar_sessions


class CloudSessionInline(admin.TabularInline):  # type: ignore[type-arg]
    model = CloudSession
    fields = ("remote_id", "state", "minted_at", "over_at", "billed_seconds", "credits")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, *_: Any) -> bool:
        return False


@admin.register(AvatarSession)
class AvatarSessionAdmin(ReadOnlyAdmin):
    list_display = (
        "public_id",
        "workspace",
        "requested_by",
        "widget",
        "avatar",
        "state",
        "requested_at",
        "billed_seconds",
        "credits",
        "end_reason",
        "last_error",
    )
    list_filter = ("state", "end_reason", "is_sandbox", "requested_at")
    list_select_related = ("workspace", "requested_by", "widget", "avatar")
    search_fields = ("public_id", "remote_id", "workspace__name", "requested_by__email")
    date_hierarchy = "requested_at"
    exclude = ("room_url", "room_token")
    inlines = (CloudSessionInline,)
    actions = ("stop",)
    show_full_result_count = False

    def has_stop_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.has_perm(
            STAFF_RIGHTS[Right.STOP_ANY_SESSION]
        )

    @admin.action(description="Stop the selected sessions", permissions=["stop"])
    def stop(self, request: HttpRequest, sessions: QuerySet[AvatarSession]) -> None:
        """Ends each that is not over yet, as an administrator."""
        found = list(sessions.open().select_related("workspace"))  # type: ignore[attr-defined]
        for session in found:
            avatar_sessions.stop_by(session, caller=Caller.of_staff(request), now=timezone.now())
        stopped = "1 session is" if len(found) == 1 else f"{len(found)} sessions are"
        messages.success(request, f"{stopped} ending.")


@admin.register(Context)
class ContextAdmin(ReadOnlyAdmin):
    list_display = ("name", "workspace", "state", "number", "mirrored_number", "updated_at")
    list_filter = ("state", "updated_at")
    list_select_related = ("workspace",)
    search_fields = ("name", "public_id", "remote_context_id", "workspace__name")
    exclude = ("prompt", "opening_text")


@admin.register(Widget)
class WidgetAdmin(ReadOnlyAdmin):
    list_display = ("name", "workspace", "avatar", "is_enabled", "paused_at", "deleted_at")
    list_filter = ("is_enabled", "paused_at", "deleted_at", "is_sandbox")
    list_select_related = ("workspace", "avatar")
    search_fields = ("name", "public_id", "workspace__name", "origins")


@admin.register(Avatar)
class AvatarAdmin(ReadOnlyAdmin):
    list_display = ("name", "status", "is_own", "is_sandbox", "is_expired", "last_seen_at")
    list_filter = ("status", "is_own", "is_sandbox", "is_expired")
    search_fields = ("name", "remote_id")


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "there", "checked_at", "due_at", "last_error")


@admin.register(CloudStranger)
class CloudStrangerAdmin(ReadOnlyAdmin):
    list_display = ("remote_id", "source", "is_sandbox", "begun_at", "last_seen_at", "gone_at")
    list_filter = (("gone_at", admin.EmptyFieldListFilter), "source", "is_sandbox")
    search_fields = ("remote_id",)


@admin.register(Meter)
class MeterAdmin(ReadOnlyAdmin):
    list_display = ("subject", "period", "held_slots", "held_seconds", "used_seconds")
    search_fields = ("subject", "period")
