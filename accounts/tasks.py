"""Bells for workers: ids in, one call of a service. `**_` lets a message survive a deploy."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts.services import audit_keeping, key_deliveries, key_removals, workspace_invitations


@shared_task(name="accounts.push_provider_key")
def push_provider_key(*, key_id: int, **_: Any) -> None:
    key_deliveries.push(key_id=key_id, now=timezone.now())


@shared_task(name="accounts.delete_provider_secrets")
def delete_provider_secrets(*, key_id: int, **_: Any) -> None:
    key_removals.delete_secrets(key_id=key_id, now=timezone.now())


@shared_task(name="accounts.send_invitation")
def send_invitation(*, invitation_id: int, **_: Any) -> None:
    workspace_invitations.deliver(pk=invitation_id, now=timezone.now())


@shared_task(name="accounts.keep_audit")
def keep_audit(**_: Any) -> None:
    audit_keeping.keep(now=timezone.now())
