"""Writes the audit trail, in the transaction of what it describes."""

import secrets
import uuid
from collections.abc import Mapping
from typing import Final, Protocol

from django.db import connection, transaction

from accounts.actions import Action
from accounts.models import AuditEvent, AuditPersonalData, User, Workspace
from accounts.models.audit_chain import INSTALLATION
from accounts.services import audit_chain
from accounts.services.callers import Caller, current_request_id

__all__ = ["Action", "Detail", "Subject", "hold", "record", "refusal"]

Detail = str | int | float | bool | None
LONGEST_DETAIL: Final = 300


class Subject(Protocol):
    """What an event may be about: any row with a public id."""

    @property
    def public_id(self) -> uuid.UUID: ...


def record(
    action: Action,
    *,
    caller: Caller,
    workspace: Workspace | None = None,
    obj: Subject | None = None,
    details: Mapping[str, Detail] | None = None,
    refused: bool = False,
) -> AuditEvent:
    """Writes one event; call it inside the transaction that makes the change.

    It locks the head of the workspace's chain until the commit: see `audit_chain.append`.
    `obj` is what was acted on; its label (`str`, or a person's `label`) is kept and must hold
    neither a secret nor a prompt. Raises ValueError for a detail that the action does not list,
    TypeError for one that is not a short plain value.
    """
    assert connection.in_atomic_block, "an event is written in the transaction of what it tells"
    event = AuditEvent(
        action=action.value,
        refused=refused,
        actor_id=caller.user.public_id if caller.user else None,
        actor_label=caller.label,
        object_type=_type(obj),
        object_id=obj.public_id if obj else None,
        object_label=_label(obj)[:200],
        workspace_id=workspace.public_id if workspace else None,
        workspace_label=str(workspace)[:160] if workspace else "",
        # A part of the system is the same for every task that it does.
        request_id=caller.request_id or current_request_id(),
        details=_allowed(action, details or {}),
    )
    event.personal_digest = _keep_personal_data(event, caller)
    audit_chain.append(event)
    return event


def hold(*workspaces: Workspace | None) -> None:
    """Locks the chains to which events are about to be written, in the one order that there is.

    For who writes to several, or changes a workspace or a person, whose rows are locked after it.
    None is the chain of the installation.
    """
    for key in sorted({each.public_id if each else INSTALLATION for each in workspaces}):
        audit_chain.hold(key)


def refusal(
    action: Action,
    *,
    caller: Caller,
    workspace: Workspace | None = None,
    obj: Subject | None = None,
    details: Mapping[str, Detail] | None = None,
) -> AuditEvent:
    """Writes down that something was refused, and commits it at once; raise afterwards.

    Not to be called inside a transaction, whose rollback would take the event along.
    """
    with transaction.atomic(durable=True):
        return record(
            action, caller=caller, workspace=workspace, obj=obj, details=details, refused=True
        )


def digest(personal: AuditPersonalData) -> str:
    """What an event keeps of the personal data behind it; the salt is erased with the data."""
    return audit_chain.digest([personal.salt, personal.address, personal.agent, personal.email])


def _keep_personal_data(event: AuditEvent, caller: Caller) -> str:
    if not (caller.address or caller.agent or caller.email):
        return ""
    personal = AuditPersonalData.objects.create(
        event_id=event.public_id,
        at=event.at,
        workspace_id=event.workspace_id,
        actor_id=event.actor_id,
        salt=secrets.token_hex(16),
        address=caller.address[:64],
        agent=caller.agent,
        email=caller.email[:254],
    )
    return digest(personal)


def _allowed(action: Action, details: Mapping[str, Detail]) -> dict[str, Detail]:
    if unknown := details.keys() - action.details:
        raise ValueError(f"{action.value} does not list the details {sorted(unknown)}")
    for name, value in details.items():
        # The type is checked here too, because a Secret would otherwise end as its stars.
        if not isinstance(value, str | int | float | bool | None):
            raise TypeError(f"{action.value}: {name} is not a plain value")
        # One with an exponent, or none at all, databases spell in another way, or do not take.
        if isinstance(value, float) and set("en") & set(repr(value)):
            raise TypeError(f"{action.value}: {name} is no number of a usual size")
    return {name: _short(value) for name, value in details.items()}


def _short(value: Detail) -> Detail:
    if isinstance(value, str):
        return value[:LONGEST_DETAIL]
    # PostgreSQL knows no zero below zero.
    return value + 0.0 if isinstance(value, float) else value


def _type(obj: Subject | None) -> str:
    if obj is None:
        return ""
    # "ProviderKey" reads "provider_key", as in the actions. A request's user comes in a wrapping,
    # which is another type, but says that it is of the same class.
    name = obj.__class__.__name__
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def _label(obj: Subject | None) -> str:
    if obj is None:
        return ""
    return obj.label if isinstance(obj, User) else str(obj)
