"""What is done in Django's admin is written to the audit trail like everything else."""

# ruff: noqa: ARG002 (the signatures are Django's)

from typing import Any

from django.contrib import admin
from django.db import models, transaction
from django.http import HttpRequest

from accounts.models import Workspace
from accounts.services import audit
from accounts.services.audit import Action
from accounts.services.callers import Caller


class AuditedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """An admin page whose additions, changes and deletions are audited with the fields' names.

    Django calls these three inside the transaction of the change.
    """

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        audit.hold(_workspace_of(obj))
        super().save_model(request, obj, form, change)

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        _record(request, obj, "added")
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        _record(request, obj, "changed", _fields(message))
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for obj in queryset:
            _record(request, obj, "deleted")
        return super().log_deletions(request, queryset)


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shows, and changes nothing."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _record(request: HttpRequest, obj: Any, change: str, fields: str = "") -> None:
    with transaction.atomic():
        audit.record(
            Action.ADMIN_CHANGED,
            caller=Caller.of_staff(request),
            workspace=_workspace_of(obj),
            obj=obj,
            details={"change": change, "fields": fields},
        )


def _workspace_of(obj: Any) -> Workspace | None:
    return obj if isinstance(obj, Workspace) else getattr(obj, "workspace", None)


def _fields(message: Any) -> str:
    """The names of what changed, from what Django's admin made of the form and its inlines."""
    names: list[str] = []
    for part in message if isinstance(message, list) else []:
        for change, told in part.items():
            # An inline's row has a name of its own; the fields of the object itself have none.
            row = f"{told['name']} {change}" if "name" in told else ""
            names += filter(None, [row, *map(str, told.get("fields", []))])
    return ", ".join(names)
