"""The cloud's list of secrets against our provider keys."""

import re
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import ProviderKey
from accounts.models.provider_key import ProviderKeyQuerySet
from accounts.services import audit, changes
from accounts.services.audit import Action
from accounts.services.callers import Caller
from liveavatar import SecretSummary
from liveavatar_web import bell, cloud

_State = ProviderKey.State
_SYSTEM: Final = Caller.system("reconciliation")
_OURS: Final = re.compile(r"^liveavatar-web ([0-9a-f-]{36})$")
# A list shows what was true a moment ago.
_SETTLED: Final = timedelta(seconds=15)


def check() -> int:
    """Looks at every secret there and every ready key here; returns how many secrets there are.

    A stray that bears the name of one of our keys is deleted by that key's own worker. A key whose
    secret is gone is marked and delivered again.
    """
    began = timezone.now()
    secrets = cloud.client().secrets.list()
    idle = ProviderKey.objects.filter(due_at__isnull=True)
    for key in idle.filter(public_id__in=_named(secrets)):
        if any(_is_stray(secret, key) for secret in secrets):
            _look_again(key)
    settled = idle.filter(state=_State.READY, ready_at__lt=began - _SETTLED)
    for key in settled.exclude(remote_secret_id__in=[secret.id for secret in secrets]):
        _deliver_again(settled.filter(pk=key.pk), key, now=began)
    return len(secrets)


def _named(secrets: tuple[SecretSummary, ...]) -> list[str]:
    return [found[1] for secret in secrets if (found := _OURS.match(secret.name))]


def _is_stray(secret: SecretSummary, key: ProviderKey) -> bool:
    kept = key.state == _State.READY and secret.id == key.remote_secret_id
    return secret.name == key.remote_name and not kept


def _look_again(key: ProviderKey) -> None:
    with transaction.atomic():
        rows = ProviderKey.objects.filter(pk=key.pk, due_at__isnull=True)
        if rows.update(due_at=timezone.now(), version=F("version") + 1):
            bell.ring("accounts.delete_provider_secrets", queue="sync", key_id=key.pk)


def _deliver_again(rows: ProviderKeyQuerySet, key: ProviderKey, *, now: datetime) -> None:
    with transaction.atomic():
        # Uncertain, so that the next delivery looks before it acts.
        if not rows.update(
            state=_State.UNCERTAIN, due_at=now, attempts=0, version=F("version") + 1
        ):
            return
        audit.record(
            Action.PROVIDER_KEY_MISSING,
            caller=_SYSTEM,
            workspace=key.workspace,
            obj=key,
            details={"remote_secret_id": key.remote_secret_id},
        )
        bell.ring("accounts.push_provider_key", queue="sync", key_id=key.pk)
        changes.announce(key.workspace_id, ("provider_key", key.public_id))
