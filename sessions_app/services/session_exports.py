"""Sessions as records for a file: what their list shows and their page says, without the words."""

from collections.abc import Iterator
from typing import Any, Final

from django.db import transaction

from accounts.models import Workspace
from accounts.services import audit
from accounts.services.audit import Action
from accounts.services.callers import Caller
from liveavatar_web.exports import Record
from sessions_app.models.avatar_session import AvatarSessionQuerySet
from sessions_app.services import openai_costs
from sessions_app.services.selections import Selection

# Each column, and the field that it is of.
_FIELDS: Final = {
    "id": "public_id",
    "workspace": "workspace__name",
    "workspace_id": "workspace__public_id",
    "requested_at": "requested_at",
    "started_at": "started_at",
    "ended_at": "ended_at",
    "state": "state",
    "end_reason": "end_reason",
    "liveavatar_end_reason": "vendor_end_reason",
    "person": "requested_by__email",
    "person_id": "requested_by__public_id",
    "widget": "widget__name",
    "widget_id": "widget__public_id",
    "origin": "origin",
    "avatar": "avatar__name",
    "context": "context__name",
    "context_version": "context_number",
    "key": "provider_key__name",
    "voice": "voice",
    "model": "model",
    "temperature": "temperature",
    "is_sandbox": "is_sandbox",
    "max_seconds": "max_seconds",
    "billed_seconds": "billed_seconds",
    "credits": "credits",
    "liveavatar_id": "remote_id",
}
_ESTIMATE: Final = "openai_dollars_estimated"
COLUMNS: Final = (*_FIELDS, _ESTIMATE)
HANDFUL: Final = 1_000


def records(
    selection: Selection,
    *,
    rows: AvatarSessionQuerySet,
    of_one: bool,
    workspace: Workspace | None,
    caller: Caller,
    kind: str,
) -> Iterator[list[Record]]:
    """Those of `rows` that are wanted, newest first, a handful at a time; audited at once.

    `of_one` is as in `Selection.past`; `workspace` is the one whose audit trail tells of it.
    """
    with transaction.atomic():
        audit.record(
            Action.SESSIONS_EXPORTED,
            caller=caller,
            workspace=workspace,
            obj=workspace,
            details={"format": kind, "filter": selection.query},
        )
    plain: Any = rows.values_list("pk", *_FIELDS.values(), named=True)
    handfuls = selection.past(plain, of_one=of_one).all(size=HANDFUL)
    return ([_record(row) for row in handful] for handful in handfuls)


def _record(row: Any) -> Record:
    estimate = openai_costs.of(row)
    told = {column: getattr(row, field) for column, field in _FIELDS.items()}
    return {**told, _ESTIMATE: estimate.dollars if estimate else None}
