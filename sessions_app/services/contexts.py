"""Contexts: what avatars are told. Every save is a version, and the newest is mirrored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import F

from accounts.models import Workspace
from accounts.rights import Right
from accounts.services import audit, changes, workspaces
from accounts.services.audit import Action
from accounts.services.callers import Caller
from liveavatar_web import bell
from sessions_app.models import Context, ContextVersion

_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Script:
    """What a version of a context says."""

    name: str
    prompt: str
    opening_text: str = ""

    @classmethod
    def of(cls, source: Context | ContextVersion) -> "Script":
        return cls(source.name, source.prompt, source.opening_text)


class Deleted(Exception):
    """Somebody deleted the context meanwhile, so there is nothing to save it to."""


def create(*, caller: Caller, workspace: Workspace, script: Script, now: datetime) -> Context:
    assert caller.user is not None
    workspaces.require(Right.WRITE_CONTEXTS, caller=caller, workspace=workspace)
    with transaction.atomic():
        context = Context.objects.create(
            workspace=workspace,
            name=script.name,
            prompt=script.prompt,
            opening_text=script.opening_text,
            created_by=caller.user,
            created_at=now,
            updated_at=now,
            due_at=now,
        )
        _keep_version(context, caller, now)
        audit.record(
            Action.CONTEXT_CREATED,
            caller=caller,
            workspace=workspace,
            obj=context,
            details={"number": 1},
        )
        ring_and_tell(context)
    return context


def edit(
    context: Context,
    *,
    caller: Caller,
    script: Script,
    now: datetime,
    restored_number: int | None = None,
) -> None:
    """Saves a new version; one equal to the newest changes nothing. Raises NotAllowed, Deleted."""
    assert caller.user is not None
    workspaces.require(Right.WRITE_CONTEXTS, caller=caller, workspace=context.workspace)
    with transaction.atomic():
        if script == Script.of(Context.objects.get(pk=context.pk)):
            return
        # The number is raised first: of two who save at once, the second gets the next one.
        saved = Context.objects.filter(pk=context.pk, deleted_at__isnull=True).update(
            name=script.name,
            prompt=script.prompt,
            opening_text=script.opening_text,
            number=F("number") + 1,
            updated_at=now,
            **_DUE_AGAIN,
            due_at=now,
        )
        if not saved:
            raise Deleted("Somebody deleted this context meanwhile.")
        context.refresh_from_db()
        _keep_version(context, caller, now)
        audit.record(
            Action.CONTEXT_EDITED if restored_number is None else Action.CONTEXT_RESTORED,
            caller=caller,
            workspace=context.workspace,
            obj=context,
            details={"number": context.number}
            | ({} if restored_number is None else {"restored_number": restored_number}),
        )
        ring_and_tell(context)


def restore(context: Context, *, caller: Caller, number: int, now: datetime) -> None:
    """Makes an old version the newest again, as a new version. Raises NotAllowed, Deleted."""
    version = context.versions.get(number=number)
    edit(context, caller=caller, script=Script.of(version), now=now, restored_number=number)


def delete(context: Context, *, caller: Caller, now: datetime) -> None:
    """Takes the context off every list and has it deleted in the cloud; its versions stay."""
    workspaces.require(Right.WRITE_CONTEXTS, caller=caller, workspace=context.workspace)
    _delete(context, caller, now)


def delete_all(workspace: Workspace, *, caller: Caller, now: datetime) -> None:
    """Every context of a workspace that is going away."""
    kept = workspace.contexts.filter(deleted_at__isnull=True)
    for context in kept.select_related("workspace"):
        _delete(context, caller, now)


def _delete(context: Context, caller: Caller, now: datetime) -> None:
    with transaction.atomic():
        if remove(context, caller=caller, now=now):
            ring_and_tell(context)


def remove(context: Context, *, caller: Caller, now: datetime) -> bool:
    """Marks it deleted and due to be deleted there, within a transaction; False if it was before.

    What a one-off says is erased with it. Whoever calls rings.
    """
    erased = {"prompt": "", "opening_text": ""} if context.is_one_off else {}
    deleted = Context.objects.filter(pk=context.pk, deleted_at__isnull=True).update(
        deleted_at=now,
        **{**_DUE_AGAIN, "state": Context.State.DELETING},
        due_at=now,
        **erased,
    )
    if not deleted:
        return False
    context.refresh_from_db()
    audit.record(Action.CONTEXT_DELETED, caller=caller, workspace=context.workspace, obj=context)
    return True


def sweep(*, now: datetime) -> None:
    for pk in Context.objects.due(now).order_by("due_at").values_list("pk", flat=True)[:_BATCH]:
        bell.ring("sessions_app.mirror_context", queue="sync", context_id=pk)


def ring(context: Context) -> None:
    bell.ring("sessions_app.mirror_context", queue="sync", context_id=context.pk)


def ring_and_tell(context: Context) -> None:
    """Last in a transaction that made the context due."""
    ring(context)
    changes.announce(context.workspace_id, ("context", context.public_id))


# Whoever is mirroring the row keeps their claim, so that pushes follow each other; on recording
# they find that the row has changed, and leave it due.
_DUE_AGAIN: Final = {
    "state": Context.State.PENDING,
    "last_error": "",
    "last_error_message": "",
    "version": F("version") + 1,
}


def _keep_version(context: Context, caller: Caller, now: datetime) -> None:
    assert caller.user is not None
    ContextVersion.objects.create(
        context=context,
        number=context.number,
        name=context.name,
        prompt=context.prompt,
        opening_text=context.opening_text,
        created_by=caller.user,
        created_at=now,
    )
