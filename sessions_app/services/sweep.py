"""Finishes whatever lost its bell, and ends what nobody wants, may have or can start any more."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from accounts.models import Membership, ProviderKey, Workspace
from accounts.services import provider_keys, workspace_invitations
from accounts.services.callers import Caller
from accounts.services.members import MAY_START
from liveavatar_web import bell, queues
from sessions_app.lifecycle import BEFORE_LIVE, OPEN, EndReason, State
from sessions_app.models import AvatarSession, CloudSession
from sessions_app.services import (
    avatar_sessions,
    breaker,
    budgets,
    catalogue,
    contexts,
    daily_usage,
    line,
    moves,
    reconciliation,
    removals,
    stop_orders,
)

_PARTS: Final[tuple[Callable[..., object], ...]] = (
    stop_orders.sweep,
    reconciliation.sweep,
    contexts.sweep,
    provider_keys.sweep,
    catalogue.sweep,
    breaker.sweep,
    budgets.sweep,
    workspace_invitations.sweep,
    removals.sweep,
)
_SWEEP: Final = Caller.system("sweep")
_BATCH: Final = 500
_BELLS: Final = {
    State.REQUESTED: "sessions_app.start_session",
    State.STARTING: "sessions_app.start_session",
    State.UNCERTAIN: "sessions_app.start_session",
    State.LIVE: "sessions_app.keep_session",
    State.STOPPING: "sessions_app.stop_session",
}


def sweep(*, now: datetime) -> None:
    """One pass over everything that is due; quick, since the work itself is only rung for.

    One row, or one part, that fails does not keep the others from their turn, the sessions first
    since they cost money. Raises what failed once all of them had it.

    Where workers are behind, nobody is rung for once more: a bell for each row at every sweep could
    come faster than they take them.
    """
    with bell.sparing(queues.full()):
        _sweep(now)


def _sweep(now: datetime) -> None:
    failures: list[Exception] = []
    for pk in _unwanted(now).order_by("due_at", "pk").values_list("pk", flat=True)[:_BATCH]:
        _attempt(failures, partial(_end, pk, now))
    _attempt(failures, partial(_doubt_strangers, now))
    _attempt(failures, partial(_ring_for_due, now))
    _attempt(failures, line.sweep)
    for part in _PARTS:
        _attempt(failures, partial(part, now=now))
    _attempt(failures, daily_usage.sweep)
    if failures:
        raise ExceptionGroup("parts of the sweep failed", failures)


def _attempt(failures: list[Exception], act: Callable[[], object]) -> None:
    try:
        act()
    except OperationalError:
        raise  # the database is away, and will be for the others
    except Exception as failure:  # noqa: BLE001 (it is raised with the others)
        failures.append(failure)


def _unwanted(now: datetime) -> QuerySet[AvatarSession]:
    """Open sessions that must not go on, each with the first reason that holds as `unwanted`.

    None of those is ending already.
    """
    waited = now - timedelta(seconds=settings.START_WITHIN_SECONDS)
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    switched_on = Q(widget__is_enabled=True, widget__deleted_at__isnull=True)
    closed = Workspace.objects.closed().values("pk")
    members = Membership.objects.filter(
        workspace=OuterRef("workspace"),
        user=OuterRef("requested_by"),
        user__is_active=True,
        role__in=MAY_START,
    )
    reasons = {
        EndReason.LIMIT: Q(limit_at__lte=now),
        EndReason.ABANDONED: Q(lease_until__lte=now),
        EndReason.KEY_GONE: Q(provider_key__state__in=ProviderKey.GIVEN_UP),
        EndReason.WIDGET_OFF: Q(widget__isnull=False) & ~switched_on,
        EndReason.WORKSPACE_CLOSED: Q(workspace__in=closed),
        EndReason.MEMBER_GONE: Q(~Exists(members), widget__isnull=True),
        EndReason.NO_PLACE: Q(state=State.WAITING, due_at__lte=now),
        EndReason.NOT_STARTED_IN_TIME: Q(free, state__in=BEFORE_LIVE, requested_at__lte=waited),
    }
    whens = [When(holds, then=Value(reason)) for reason, holds in reasons.items()]
    # Whatever is open is due some time: there is an index of those alone.
    sessions = AvatarSession.objects.filter(due_at__isnull=False, state__in=OPEN - {State.STOPPING})
    return sessions.annotate(unwanted=Case(*whens)).filter(unwanted__isnull=False)


def _end(pk: int, now: datetime) -> None:
    """Ends it, unless somebody wants it again since they all were looked for."""
    session = _unwanted(now).select_related("workspace").filter(pk=pk).first()
    if session is not None:
        reason = EndReason(session.unwanted)  # type: ignore[attr-defined]  # annotated
        avatar_sessions.request_stop(session, caller=_SWEEP, reason=reason, now=now)


def _doubt_strangers(now: datetime) -> None:
    """Ids that were minted for a session which has since ended, or gone on with another id."""
    unsettled = CloudSession.objects.unsettled().exclude(state=CloudSession.State.DOUBTFUL)
    replaced = unsettled.exclude(avatar_session__state__in=OPEN)
    for cloud_session in replaced[:_BATCH]:
        with transaction.atomic():
            moves.doubt_one(cloud_session, now=now)


def _ring_for_due(now: datetime) -> None:
    due = AvatarSession.objects.filter(state__in=_BELLS).due(now).order_by("due_at")
    for pk, state in due.values_list("pk", "state")[:_BATCH]:
        bell.ring(_BELLS[State(state)], queue="live", session_id=pk)
    doubtful = CloudSession.objects.filter(state=CloudSession.State.DOUBTFUL).due(now)
    for pk in doubtful.order_by("due_at").values_list("pk", flat=True)[:_BATCH]:
        bell.ring("sessions_app.stop_cloud_session", queue="live", cloud_session_id=pk)
