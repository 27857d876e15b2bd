"""Reads the audit trail for people: with who was behind each event, while that is known."""

from collections.abc import Iterable

from accounts.models import AuditEvent, AuditPersonalData, User


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
        event.actor_name = name or event.actor_label
    return found
