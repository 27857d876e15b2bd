"""Reads the audit trail for people: what is asked for, with who was behind each event."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.models import AuditEvent, AuditPersonalData, User, Workspace
from accounts.models.audit_event import AuditEventQuerySet
from accounts.services import audit, audit_verification
from accounts.services.audit import Action
from accounts.services.callers import STAFF, Caller
from liveavatar_web import days
from liveavatar_web.exports import Record
from liveavatar_web.look_back import Past

COLUMNS: Final = (
    *("at", "number", "action", "refused", "actor_id", "actor", "email", "address", "agent"),
    *("object_type", "object_id", "object", "workspace_id", "workspace", "details"),
    *("request_id", "id"),
)
HANDFUL: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which events are wanted; what is empty is not asked about. Days are in UTC, both included.

    `workspace` is a public id; `actor` one, an e-mail address or a piece of a name; `object` an id,
    a kind of thing, or a piece of a label.
    """

    workspace: str = ""
    action: str = ""
    actor: str = ""
    object: str = ""
    refused: bool = False
    since: date | None = None
    until: date | None = None

    @property
    def query(self) -> str:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return urlencode({name: value for name, value in values.items() if value})

    def past(self, rows: AuditEventQuerySet, *, of_one: bool = True) -> Past[AuditEvent]:
        """Those of `rows` that are wanted, to be read newest first.

        `of_one` where the rows are those of one workspace.
        """
        among = rows.filter(*self._days())
        if self.workspace:
            among = among.filter(workspace_id=self.workspace)
        indexed, within_one, rest = self._conditions()
        # One index has each in the list's order; the others are looked for within. That of some
        # begins with the workspace.
        if of_one or self.workspace:
            indexed += within_one
        else:
            rest += within_one
        among = among.filter(*indexed[:1])
        rest += indexed[1:]
        return Past(among, among.filter(*rest) if rest else among, by="at")

    def _days(self) -> Iterator[Q]:
        if self.since is not None:
            yield Q(at__gte=days.begins(self.since))
        if self.until is not None:
            yield Q(at__lte=days.ends(self.until))

    def _conditions(self) -> tuple[list[Q], list[Q], list[Q]]:
        """What an index has in order, what one has within a workspace, and what none has."""
        indexed, within_one, rest = [], [], []
        for text, part in ((self.object, "object"), (self.actor, "actor")):
            if (public_id := _id(text)) is not None:
                indexed.append(Q(**{f"{part}_id": public_id}))
            elif text:
                rest.append(_named(part, text))
        if self.refused:
            within_one.append(Q(refused=True))
        if self.action:
            within_one.append(Q(action=self.action))
        return indexed, within_one, rest


def told(events: Iterable[AuditEvent]) -> list[AuditEvent]:
    """Gives each event `personal`: address, agent and e-mail, or None where that was erased.

    And the actor's name as it is today: the trail itself calls people by nothing erasable.
    """
    found = list(events)
    rows = AuditPersonalData.objects.filter(event_id__in=[event.public_id for event in found])
    by_event = {row.event_id: row for row in rows}
    actors = {event.actor_id for event in found if event.actor_id}
    people = User.objects.filter(public_id__in=actors).exclude(name="")
    names = dict(people.values_list("public_id", "name"))
    for event in found:
        event.personal = by_event.get(event.public_id)
        name = names.get(event.actor_id) if event.actor_id else None
        event.actor_name = _called(event.actor_label, name)
    return found


def _called(label: str, name: str | None) -> str:
    if name is None:
        return label
    return f"{STAFF}{name}" if label.startswith(STAFF) else name


def export(
    wanted: EventFilter,
    *,
    rows: AuditEventQuerySet,
    of_one: bool,
    workspace: Workspace | None,
    caller: Caller,
    kind: str,
) -> Iterator[list[Record]]:
    """Those of `rows` that are wanted, newest first, a handful at a time; audited at once.

    `of_one` is as in `EventFilter.past`; `workspace` is the one whose own trail tells of it.
    """
    with transaction.atomic():
        audit.record(
            Action.AUDIT_EXPORTED,
            caller=caller,
            workspace=workspace,
            obj=workspace,
            details={"format": kind, "filter": wanted.query},
        )
    handfuls = wanted.past(rows, of_one=of_one).all(size=HANDFUL)
    return ([_record(event) for event in told(handful)] for handful in handfuls)


def about(wanted: EventFilter, *, workspace: Workspace | None) -> int | None:
    """How many events there are, in a workspace or in all; None where a filter asks for some."""
    if replace(wanted, workspace="").query:
        return None
    if wanted.workspace:
        return audit_verification.expected(UUID(wanted.workspace))
    return audit_verification.expected(workspace.public_id if workspace else None)


def _record(event: AuditEvent) -> Record:
    personal = event.personal
    return {
        "at": event.at,
        "number": event.number,
        "action": event.action,
        "refused": event.refused,
        "actor_id": event.actor_id,
        "actor": event.actor_name,
        "email": personal.email if personal else None,
        "address": personal.address if personal else None,
        "agent": personal.agent if personal else None,
        "object_type": event.object_type,
        "object_id": event.object_id,
        "object": event.object_label,
        "workspace_id": event.workspace_id,
        "workspace": event.workspace_label,
        "details": event.details,
        "request_id": event.request_id,
        "id": event.public_id,
    }


def _named(part: str, text: str) -> Q:
    named = Q(**{f"{part}_label__icontains": text})
    if part == "object":
        return named | Q(object_type=text)
    people = User.objects.filter(Q(name__icontains=text) | Q(email__iexact=text))
    return named | Q(actor_id__in=people.values("public_id"))


def _id(text: Any) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
