"""Puts a provider key into the cloud as a secret: one attempt in three beats.

Claim the row, call with no transaction open, record the outcome if the claim still holds. The
secret's name carries our public id, so that after an answer was lost, or a worker died, the next
attempt can look before it acts.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from django.db import transaction
from django.utils import timezone

from accounts.models import ProviderKey
from accounts.models.due_work import DOUBT, next_look
from accounts.services import key_work
from accounts.services.audit import Action
from accounts.services.key_work import Taken
from liveavatar.errors import BadRequest, Conflict, LiveAvatarError
from liveavatar_web import cloud
from liveavatar_web.vault import CannotOpen

log = structlog.get_logger(__name__)

State = ProviderKey.State

SECRET_TYPES: Final = {ProviderKey.Kind.OPENAI.value: "OPENAI_API_KEY"}

_ON_ITS_WAY: Final = [State.PUSHING, State.UNCERTAIN]


@dataclass(frozen=True, slots=True)
class _Delivered:
    remote_secret_id: str
    adopted: bool = False
    strays: int = 0


def push(*, key_id: int, now: datetime) -> None:
    """Creates the secret; does nothing where the key is not due or not to be delivered.

    Where an earlier attempt may have created it, looks for it by name first, and adopts it.
    """
    fresh = ProviderKey.objects.filter(state=State.PENDING)
    if taken := key_work.take(fresh, key_id, now, state=State.PUSHING):
        return _attempt(taken, in_doubt=False)
    doubtful = ProviderKey.objects.filter(state__in=_ON_ITS_WAY)
    if taken := key_work.take(doubtful, key_id, now, state=State.UNCERTAIN):
        return _attempt(taken, in_doubt=True)
    return None


def _attempt(taken: Taken, *, in_doubt: bool) -> None:
    try:
        delivered = _look_then_create(taken) if in_doubt else _create(taken)
    except key_work.FAILURES as error:
        _record_failure(taken, error, in_doubt=in_doubt)
    else:
        _record_delivery(taken, delivered, in_doubt=in_doubt)


def _look_then_create(taken: Taken) -> _Delivered:
    client = cloud.client()
    found = key_work.remote_secrets(client, taken.key)
    if not found:
        return _create(taken)
    adopted, *strays = found
    for stray in strays:
        key_work.delete_secret(client, stray)
    return _Delivered(adopted, adopted=True, strays=len(strays))


def _create(taken: Taken) -> _Delivered:
    client, key = cloud.client(), taken.key
    with transaction.atomic():
        taken.tell(Action.PROVIDER_KEY_OPENED, {"purpose": "delivery"})
    created = client.secrets.create(
        name=key.remote_name, value=key.value.open().reveal(), kind=SECRET_TYPES[key.kind]
    )
    return _Delivered(created.id)


def _record_delivery(taken: Taken, delivered: _Delivered, *, in_doubt: bool) -> None:
    now = timezone.now()
    remote: dict[str, Any] = {"remote_secret_id": delivered.remote_secret_id}
    doubt_until = now + DOUBT if in_doubt else None
    rows = ProviderKey.objects
    with transaction.atomic():
        recorded = rows.filter(state__in=_ON_ITS_WAY).record(
            taken.claim,
            state=State.READY,
            ready_at=now,
            doubt_until=doubt_until,
            due_at=next_look(doubt_until, now),
            **remote,
            **key_work.NO_ERROR,
        ) or rows.filter(state=State.REVOKING).record(
            # Revoked meanwhile: now that it is known, the secret goes with the revocation.
            taken.claim,
            due_at=now,
            **remote,
        )
        if not recorded:
            # Another worker has the row, and finds the secret by its name.
            log.warning("provider_key.claim_lost", key=str(taken.key.public_id), **remote)
            return
        taken.tell(Action.PROVIDER_KEY_DELIVERED, asdict(delivered))
        taken.announce()


def _record_failure(taken: Taken, error: Exception, *, in_doubt: bool) -> None:
    now = timezone.now()
    state = _state_after(error, in_doubt=in_doubt)
    doubt_until = now + DOUBT if in_doubt else None
    due_at = next_look(doubt_until, now) if state == State.REJECTED else taken.next_try(error)
    rows = ProviderKey.objects
    with transaction.atomic():
        if rows.filter(state__in=_ON_ITS_WAY).record(
            taken.claim,
            state=state,
            doubt_until=doubt_until,
            due_at=due_at,
            **key_work.words(error),
        ):
            if state == State.REJECTED:
                taken.tell(Action.PROVIDER_KEY_REJECTED, {"error": type(error).__name__})
            elif state == State.UNCERTAIN and not in_doubt:
                taken.tell(Action.PROVIDER_KEY_DELIVERY_UNCERTAIN, {"error": type(error).__name__})
        else:
            rows.filter(state=State.REVOKING).record(taken.claim, due_at=now)
        taken.announce()


def _state_after(error: Exception, *, in_doubt: bool) -> ProviderKey.State:
    match error:
        case LiveAvatarError(may_have_happened=True):
            return State.UNCERTAIN
        case CannotOpen():
            return State.REJECTED
        case BadRequest(method="POST") | Conflict(method="POST", retryable=False):
            return State.REJECTED
        case LiveAvatarError() | cloud.NotConfigured():
            # Not this key's fault: the network, the vendor's limits, our own account, or a look at
            # what there is already.
            return State.UNCERTAIN if in_doubt else State.PENDING
    raise AssertionError(f"{type(error).__name__} is not one of key_work.FAILURES")
