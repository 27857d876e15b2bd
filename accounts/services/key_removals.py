"""Takes a provider key's secrets out of the cloud again: one attempt in three beats."""

from datetime import datetime
from typing import Any, Final

import structlog
from django.db import transaction

from accounts.models import ProviderKey
from accounts.models.due_work import DOUBT, next_look
from accounts.services import key_work
from accounts.services.audit import Action
from accounts.services.key_work import Taken
from liveavatar.errors import UnexpectedResponse
from liveavatar_web import cloud

log = structlog.get_logger(__name__)

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
    if taken.key.state == State.REVOKING:
        _remove(taken, now)
    else:
        _look_again(taken, now)


def _remove(taken: Taken, now: datetime) -> None:
    try:
        deleted = _delete(taken.key)
    except key_work.FAILURES as error:
        _record_failure(taken, error)
    else:
        _record_deletion(taken, deleted, now)


def _look_again(taken: Taken, now: datetime) -> None:
    """Deletes what a creation, given up on in doubt, may have left; no page shows it."""
    try:
        _delete(taken.key)
    except key_work.FAILURES as error:
        log.warning("provider_key.second_look_failed", error=str(error))
        after: dict[str, Any] = {"due_at": taken.next_try(error)}
    else:
        after = {"due_at": next_look(taken.key.doubt_until, now), "attempts": 0}
    rows = ProviderKey.objects
    if not rows.filter(state=taken.key.state).record(taken.claim, **after):
        # Revoked or tried again meanwhile.
        rows.record(taken.claim, due_at=now)


def _delete(key: ProviderKey) -> int:
    """Deletes what is to go, and returns how many secrets that were.

    An answer that says so is not believed alone: raises UnexpectedResponse where the cloud lists
    one all the same.
    """
    client = cloud.client()
    own = {key.remote_secret_id} if key.remote_secret_id else set()
    staying = own if key.state == State.READY else set()
    # Not to rest on the list alone.
    known = own if key.state == State.REVOKING else set()
    going = (known | set(key_work.remote_secrets(client, key))) - staying
    for secret_id in sorted(going):
        key_work.delete_secret(client, secret_id)
    if going and (left := set(key_work.remote_secrets(client, key)) - staying):
        raise UnexpectedResponse(f"{len(left)} still listed after deletion", field="data")
    return len(going)


def _record_deletion(taken: Taken, deleted: int, now: datetime) -> None:
    doubt_until = now + DOUBT if taken.key.doubt_until else None
    with transaction.atomic():
        if ProviderKey.objects.record(
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
        if ProviderKey.objects.record(
            taken.claim, due_at=taken.next_try(error), **key_work.words(error)
        ):
            taken.announce()
