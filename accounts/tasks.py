"""Bells for workers: ids in, one call of a service. `**_` lets a message survive a deploy."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts.services import key_deliveries, key_removals


@shared_task(name="accounts.push_provider_key")
def push_provider_key(*, key_id: int, **_: Any) -> None:
    key_deliveries.push(key_id=key_id, now=timezone.now())


@shared_task(name="accounts.delete_provider_secrets")
def delete_provider_secrets(*, key_id: int, **_: Any) -> None:
    key_removals.delete_secrets(key_id=key_id, now=timezone.now())
