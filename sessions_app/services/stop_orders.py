"""Ends every session that a filter finds: asked for once, carried out by a worker to the end.

An order is a row, so that it is carried out whatever dies meanwhile. Those that wait for a place go
first, since else the places of the others would let them in.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import Claim, User, Workspace
from accounts.rights import Right
from accounts.services import audit, workspaces
from accounts.services.audit import Action
from accounts.services.callers import STAFF, Caller
from liveavatar_web import bell, watch
from sessions_app.lifecycle import EndReason, State
from sessions_app.models import AvatarSession, StopOrder
from sessions_app.models.avatar_session import AvatarSessionQuerySet
from sessions_app.services import avatar_sessions
from sessions_app.services.selections import OPEN_ONES, Selection

BATCH: Final = 50


class NothingToStop(Exception):
    """No session that the filter finds is running."""


def targets(selection: Selection, *, workspace: Workspace | None) -> AvatarSessionQuerySet:
    """The sessions that an order would end: those of the filter that run and are not ending yet.

    Of every workspace where that is None.
    """
    rows = AvatarSession.objects.exclude(state=State.STOPPING)
    if workspace is not None:
        rows = rows.filter(workspace=workspace)
    return replace(selection, state=OPEN_ONES).matching(rows)


def give(
    selection: Selection, *, workspace: Workspace | None, caller: Caller, now: datetime
) -> StopOrder:
    """Raises NotAllowed, or NothingToStop. Only staff give one without a workspace."""
    assert caller.user is not None
    workspaces.permit(Right.STOP_ANY_SESSION, caller=caller, workspace=workspace)
    rows = targets(selection, workspace=workspace)
    total, last = rows.count(), rows.aggregate(last=Max("pk"))["last"]
    if last is None:
        raise NothingToStop
    with transaction.atomic():
        order = StopOrder.objects.create(
            workspace=workspace,
            asked_by=caller.user,
            by_staff=caller.as_staff,
            asked_at=now,
            request_id=caller.request_id,
            query=selection.query,
            last_session=last,
            total=total,
            left=total,
            due_at=now,
        )
        audit.record(
            Action.SESSIONS_STOP_ORDERED,
            caller=caller,
            workspace=workspace,
            obj=order,
            details={"filter": selection.query or "everything", "sessions": total},
        )
        _ring(order.pk)
    return order


def carry_out(*, pk: int) -> None:
    """Ends the next few, and rings for the rest; safe to call any number of times."""
    now = timezone.now()
    claim = StopOrder.objects.claim(pk=pk, now=now, seconds=settings.CLAIM_SECONDS)
    if claim is None:
        return
    order = StopOrder.objects.select_related("workspace", "asked_by").get(pk=pk)
    rows = targets(Selection.of(order.query), workspace=order.workspace)
    rows = rows.filter(pk__lte=order.last_session).select_related("workspace")
    # By name, those that wait are the last of the states that are open.
    for session in rows.order_by("-state", "pk")[:BATCH]:
        avatar_sessions.request_stop(
            session, caller=_caller(order.asked_by, order), reason=EndReason.ADMIN, now=now
        )
    _record(order, claim, left=rows.count())


def sweep(*, now: datetime) -> None:
    """Rings for orders whose bell was lost."""
    for pk in StopOrder.objects.due(now).values_list("pk", flat=True):
        _ring(pk)


def _record(order: StopOrder, claim: Claim, *, left: int) -> None:
    now = timezone.now()
    after = {"due_at": now} if left else {"due_at": None, "finished_at": now}
    with transaction.atomic():
        if StopOrder.objects.record(claim, left=left, **after):
            if left:
                _ring(order.pk)
            watch.nudge(("stop_order", order.public_id))


def _caller(user: User, order: StopOrder) -> Caller:
    """Whoever gave the order, as the trail tells of each session that it ends."""
    label = f"{STAFF}{user.label}" if order.by_staff else user.label
    return Caller(user=user, label=label, request_id=order.request_id, as_staff=order.by_staff)


def _ring(pk: int) -> None:
    bell.ring("sessions_app.carry_out_stop_order", queue="live", order_id=pk)
