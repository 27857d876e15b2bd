"""Takes a provider key's secrets out of the cloud again: one attempt in three beats."""

from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.models import ProviderKey
from accounts.models.due_work import DOUBT, next_look
from accounts.services import key_work
from accounts.services.audit import Action
from accounts.services.key_work import Taken
from liveavatar_web import cloud

State = ProviderKey.State

_HANDLED: Final = [State.REVOKING, State.REVOKED, State.READY, State.REJECTED]


def delete_secrets(*, key_id: int, now: datetime) -> None:
    """Deletes every secret of a revoked or refused key, and the strays of one that is ready.

    Comes back while a creation may still take effect, and once after each revocation. Does nothing
    where the key is not due.
    """
    taken = key_work.take(ProviderKey.objects.filter(state__in=_HANDLED), key_id, now)
    if taken is None:
        return
    try:
        deleted = _delete(taken.key)
    except key_work.FAILURES as error:
        _record_failure(taken, error)
    else:
        _record_deletion(taken, deleted, now)


def _delete(key: ProviderKey) -> int:
    """Deletes what is to go, and returns how many secrets that were."""
    client = cloud.client()
    found = set(key_work.remote_secrets(client, key))
    if key.state == State.READY:
        found.discard(key.remote_secret_id)
    elif key.state == State.REVOKING and key.remote_secret_id:
        # Not to rest on the list alone.
        found.add(key.remote_secret_id)
    for secret_id in sorted(found):
        key_work.delete_secret(client, secret_id)
    return len(found)


def _record_deletion(taken: Taken, deleted: int, now: datetime) -> None:
    key, rows = taken.key, ProviderKey.objects
    doubt_until = now + DOUBT if key.doubt_until else None
    with transaction.atomic():
        if key.state != State.REVOKING:
            # Revoked or tried again meanwhile, it is due again at once.
            due_at = next_look(key.doubt_until, now)
            if not rows.filter(state=key.state).record(taken.claim, due_at=due_at, attempts=0):
                rows.record(taken.claim, due_at=now)
        elif rows.record(
            taken.claim,
            state=State.REVOKED,
            value=None,
            revoked_at=now,
            doubt_until=doubt_until,
            due_at=next_look(doubt_until, now) or now + DOUBT,
            **key_work.NO_ERROR,
        ):
            taken.tell(Action.PROVIDER_KEY_REVOKED, {"remote_secrets_deleted": deleted})
        taken.announce()


def _record_failure(taken: Taken, error: Exception) -> None:
    with transaction.atomic():
        ProviderKey.objects.record(
            taken.claim, due_at=taken.next_try(error), **key_work.words(error)
        )
        taken.announce()
