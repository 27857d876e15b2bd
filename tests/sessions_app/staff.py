"""What staff do and what the audit trail tells of it, for the tests of their pages."""

from typing import Any

from django.test import Client

from accounts.models import AuditEvent, User


def of(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


def told(action: str) -> list[tuple[Any, str, Any]]:
    events = AuditEvent.objects.filter(action=action).order_by("pk")
    return [(event.workspace_id, event.actor_label, event.details) for event in events]
