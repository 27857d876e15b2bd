"""Bells answered: ids in, one call. `**_` lets a message of an older release pass."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts.services import workspace_invitations
from sessions_app.services import (
    breaker,
    budgets,
    catalogue,
    leases,
    line,
    mirroring,
    reconciliation,
    reservations,
    retention,
    start_days,
    starting,
    stop_orders,
    stopping,
)
from sessions_app.services.sweep import sweep as sweep_once


@shared_task(name="sessions_app.start_session")
def start_session(*, session_id: int, **_: Any) -> None:
    starting.start(pk=session_id)


@shared_task(name="sessions_app.stop_session")
def stop_session(*, session_id: int, **_: Any) -> None:
    stopping.stop(pk=session_id)


@shared_task(name="sessions_app.stop_cloud_session")
def stop_cloud_session(*, cloud_session_id: int, **_: Any) -> None:
    stopping.stop_cloud_session(pk=cloud_session_id)


@shared_task(name="sessions_app.keep_session")
def keep_session(*, session_id: int, **_: Any) -> None:
    leases.keep(pk=session_id)


@shared_task(name="sessions_app.advance_line")
def advance_line(**_: Any) -> None:
    line.advance(now=timezone.now())


@shared_task(name="sessions_app.carry_out_stop_order")
def carry_out_stop_order(*, order_id: int, **_: Any) -> None:
    stop_orders.carry_out(pk=order_id)


@shared_task(name="sessions_app.mirror_context")
def mirror_context(*, context_id: int, **_: Any) -> None:
    mirroring.mirror(pk=context_id)


@shared_task(name="sessions_app.sync_catalogue")
def sync_catalogue(**_: Any) -> None:
    catalogue.sync()


@shared_task(name="sessions_app.reconcile")
def reconcile(*, kind: str, **_: Any) -> None:
    reconciliation.reconcile(kind)


@shared_task(name="sessions_app.tell_of_pause")
def tell_of_pause(*, widget_id: int, **_: Any) -> None:
    breaker.tell(pk=widget_id, now=timezone.now())


@shared_task(name="sessions_app.tell_of_budget")
def tell_of_budget(*, meter_id: int, **_: Any) -> None:
    budgets.tell(pk=meter_id, now=timezone.now())


@shared_task(name="sessions_app.count_starts")
def count_starts(**_: Any) -> None:
    start_days.count(now=timezone.now())


@shared_task(name="sessions_app.tidy")
def tidy(**_: Any) -> None:
    workspace_invitations.tidy(now=timezone.now())
    reservations.forget_visitors(now=timezone.now())
    retention.purge(now=timezone.now())


@shared_task(name="sessions_app.sweep")
def sweep(**_: Any) -> None:
    sweep_once(now=timezone.now())
