"""What owners do with widgets: make and change them, switch them on and off."""

from datetime import datetime
from typing import Final
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import ProviderKey
from accounts.rights import Right
from accounts.services import audit, changes, workspaces
from accounts.services.audit import Action
from accounts.services.callers import Caller
from sessions_app.lifecycle import EndReason
from sessions_app.models import Avatar, AvatarSession, Context, Widget
from sessions_app.services import avatar_sessions

_UNTOUCHED: Final = {"paused_at": None, "pause_reason": "", "pause_mail_at": None}


class NotUsable(Exception):
    """A choice that this workspace does not have; `field` names it, the text says why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def create(*, caller: Caller, widget: Widget, now: datetime) -> Widget:
    """Saves a new widget. Raises NotAllowed or NotUsable."""
    _require(caller, widget)
    _check(widget)
    with transaction.atomic():
        widget.created_at = widget.updated_at = now
        widget.save(force_insert=True)
        _record(
            Action.WIDGET_CREATED,
            widget,
            caller,
            avatar=widget.avatar.name,
            provider_key=widget.provider_key.name,
            origins=", ".join(widget.origins),
        )
    return widget


def change(*, caller: Caller, widget: Widget, now: datetime) -> Widget:
    """Saves what was edited; running conversations go on as they were started.

    Raises NotAllowed or NotUsable.
    """
    _require(caller, widget)
    _check(widget)
    with transaction.atomic():
        before = Widget.objects.select_for_update().get(pk=widget.pk)
        changed = [
            field.attname
            for field in Widget._meta.concrete_fields
            if field.editable and getattr(before, field.attname) != getattr(widget, field.attname)
        ]
        widget.updated_at = now
        widget.save(update_fields=[*changed, "updated_at"])
        _record(
            Action.WIDGET_CHANGED,
            widget,
            caller,
            fields=", ".join(changed),
            origins=", ".join(widget.origins),
        )
    return widget


def duplicate(widget: Widget, *, caller: Caller, now: datetime) -> Widget:
    """A copy that is switched off, to be changed before anybody meets it. Raises NotAllowed."""
    copy = Widget.objects.select_related("workspace", "avatar", "provider_key").get(pk=widget.pk)
    copy.pk, copy.public_id = None, uuid4()
    copy._state.adding = True
    copy.name = f"Copy of {widget.name}"[:80]
    copy.is_enabled = False
    for name, value in _UNTOUCHED.items():
        setattr(copy, name, value)
    assert caller.user is not None
    copy.created_by = caller.user
    return create(caller=caller, widget=copy, now=now)


def switch_on(widget: Widget, *, caller: Caller, now: datetime) -> None:
    """Lets strangers in. Raises NotAllowed."""
    _require(caller, widget)
    with transaction.atomic():
        if _rows(widget).filter(is_enabled=False).update(is_enabled=True, updated_at=now):
            _record(Action.WIDGET_SWITCHED_ON, widget, caller)


def switch_off(widget: Widget, *, caller: Caller, now: datetime) -> None:
    """Lets nobody in any more, and ends the conversations that run. Raises NotAllowed."""
    _require(caller, widget)
    with transaction.atomic():
        if not _rows(widget).filter(is_enabled=True).update(is_enabled=False, updated_at=now):
            return
        _record(Action.WIDGET_SWITCHED_OFF, widget, caller, ended_sessions=_open(widget).count())
    _end_sessions(widget, caller, now)


def release(widget: Widget, *, caller: Caller, now: datetime) -> None:
    """Lifts the circuit breaker's pause. Raises NotAllowed."""
    _require(caller, widget)
    with transaction.atomic():
        paused = _rows(widget).filter(paused_at__isnull=False)
        if paused.update(released_at=now, **_UNTOUCHED):
            _record(Action.WIDGET_RELEASED, widget, caller)


def delete(widget: Widget, *, caller: Caller, now: datetime) -> None:
    """Takes the widget away for good, with its conversations; what they cost is kept.

    Raises NotAllowed.
    """
    _require(caller, widget)
    with transaction.atomic():
        if not _rows(widget).update(deleted_at=now, is_enabled=False):
            return
        _record(Action.WIDGET_DELETED, widget, caller, ended_sessions=_open(widget).count())
    _end_sessions(widget, caller, now)


def _require(caller: Caller, widget: Widget) -> None:
    workspaces.require(Right.MANAGE_WIDGETS, caller=caller, workspace=widget.workspace)


def _check(widget: Widget) -> None:
    key = ProviderKey.objects.usable().filter(pk=widget.provider_key_id)
    if not key.filter(workspace=widget.workspace).exists():
        raise NotUsable("provider_key", "This key is not ready. Choose another one.")
    if widget.context is not None and not (
        Context.objects.usable().filter(pk=widget.context.pk, workspace=widget.workspace).exists()
    ):
        raise NotUsable("context", "This context has not reached the cloud yet.")
    avatar = Avatar.objects.usable().filter(pk=widget.avatar_id)
    if not avatar.exists():
        raise NotUsable("avatar", "This avatar cannot be used now. Choose another one.")
    if widget.is_sandbox and not avatar.filter(is_sandbox=True).exists():
        raise NotUsable("avatar", "The sandbox plays its own avatars only. Choose one.")


def _rows(widget: Widget) -> QuerySet[Widget]:
    return Widget.objects.filter(pk=widget.pk, deleted_at__isnull=True)


def _open(widget: Widget) -> QuerySet[AvatarSession]:
    return AvatarSession.objects.open().filter(widget=widget)


def _end_sessions(widget: Widget, caller: Caller, now: datetime) -> None:
    """At once; those that a crash leaves behind are found by the sweep."""
    for session in _open(widget).select_related("workspace"):
        avatar_sessions.request_stop(session, caller=caller, reason=EndReason.WIDGET_OFF, now=now)


def _record(action: Action, widget: Widget, caller: Caller, **details: audit.Detail) -> None:
    """Writes the event and wakes whoever watches; last in its transaction."""
    audit.record(action, caller=caller, workspace=widget.workspace, obj=widget, details=details)
    changes.announce(widget.workspace_id)
