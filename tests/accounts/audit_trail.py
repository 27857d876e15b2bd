"""A small audit trail, and ways to tamper with it that the product does not have."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import AuditDoor, AuditEvent, User, Workspace
from accounts.services import audit, audit_verification
from accounts.services.audit import Action
from accounts.services.audit_verification import Report
from tests import build

Found = set[tuple[str, int, int]]


def write(workspace: Workspace | None, who: User, *, events: int) -> None:
    """Events by a person, with personal data behind them."""
    for number in range(events):
        with transaction.atomic():
            audit.record(
                Action.USER_SIGNED_IN,
                caller=build.caller(who),
                workspace=workspace,
                obj=who,
                details={"method": f"password {number}"},
            )


def verify() -> Report:
    return audit_verification.verify(now=timezone.now(), processes=1, tick=lambda _: None)


def verify_recent() -> Report:
    return audit_verification.verify_recent(now=timezone.now())


def found(report: Report, chain: Workspace | UUID | None = None) -> Found:
    """What is wrong and with which events; of one chain or of all."""
    key = "" if chain is None else str(getattr(chain, "public_id", chain))
    return {
        (finding.wrong.value, finding.first, finding.last)
        for finding in report.findings
        if not key or finding.chain == key
    }


def rows(of: Workspace | None, *numbers: int) -> "QuerySet[AuditEvent]":
    """Events as Django's own query set has them, which knows of no trail."""
    own = QuerySet(AuditEvent).filter(workspace_id=of.public_id if of else None)
    return own.filter(number__in=numbers) if numbers else own


def change(events: "QuerySet[AuditEvent]", **values: Any) -> None:
    with AuditDoor.open():
        events.update(**values)


def remove(events: "QuerySet[AuditEvent]") -> None:
    with AuditDoor.open():
        events._raw_delete(events.db)


def exchange(one: AuditEvent, other: AuditEvent, *names: str) -> None:
    """Lets two events trade values, by way of ones that nobody has."""
    values = [{name: getattr(event, name) for name in names} for event in (one, other)]
    aside: dict[str, Callable[[], Any]] = {"number": lambda: 10**9, "id": lambda: 10**9}
    with AuditDoor.open():
        first, second = (QuerySet(AuditEvent).filter(public_id=e.public_id) for e in (one, other))
        first.update(**{name: aside[name]() for name in names if name in aside})
        second.update(**values[0])
        first.update(**values[1])
