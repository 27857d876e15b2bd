"""The cloud's list of contexts against ours."""

import re
from collections import defaultdict
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.services import audit
from accounts.services.audit import Action
from accounts.services.callers import Caller
from liveavatar_web import cloud
from sessions_app.models import Context
from sessions_app.services import contexts

_State = Context.State
_SYSTEM: Final = Caller.system("reconciliation")
_OURS: Final = re.compile(r"· ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$")
# A list shows what was true a moment ago.
_SETTLED: Final = timedelta(seconds=15)


def check() -> int:
    """Looks at every context there and every mirrored one here; returns how many are there.

    A stray that carries the id of one of ours is deleted by that context's own worker. A context
    that is gone there is marked and mirrored again.
    """
    began = timezone.now()
    there: dict[str, set[str]] = defaultdict(set)
    remote_ids = set()
    for entry in cloud.client().contexts.iterate():
        remote_ids.add(entry.id)
        if found := _OURS.search(entry.name):
            there[found[1]].add(entry.id)
    idle = Context.objects.filter(due_at__isnull=True)
    for context in idle.filter(public_id__in=there):
        if there[str(context.public_id)] - {context.remote_context_id}:
            _look_again(context)
    settled = idle.filter(state=_State.READY, updated_at__lt=began - _SETTLED)
    for context in settled.exclude(remote_context_id__in=remote_ids).select_related("workspace"):
        _mirror_again(context)
    return len(remote_ids)


def _look_again(context: Context) -> None:
    with transaction.atomic():
        if _make_due(context, since=context.state):
            contexts.ring_and_tell(context)


def _mirror_again(context: Context) -> None:
    with transaction.atomic():
        # As after an attempt whose answer was lost: look for it by name before making another.
        gone = _make_due(
            context, since=_State.READY, state=_State.UNCERTAIN, remote_context_id="", attempts=1
        )
        if gone:
            audit.record(
                Action.CONTEXT_MISSING,
                caller=_SYSTEM,
                workspace=context.workspace,
                obj=context,
                details={"remote_id": context.remote_context_id},
            )
            contexts.ring_and_tell(context)


def _make_due(context: Context, *, since: str, **fields: object) -> bool:
    rows = Context.objects.filter(
        pk=context.pk, state=since, due_at__isnull=True, number=context.number
    )
    return bool(rows.update(due_at=timezone.now(), version=F("version") + 1, **fields))
