"""Mirrors contexts to the cloud: claim, call with no transaction open, record the outcome.

After an answer was lost the cloud is asked before anything is sent again: the remote name carries
our id, so what may have been made is found and adopted, and never made twice.
"""

from datetime import timedelta
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Claim
from accounts.models.due_work import DOUBT, UNSEEN, backoff, next_look
from accounts.services import audit, changes
from accounts.services.audit import Action
from accounts.services.callers import Caller
from liveavatar import errors
from liveavatar_web import cloud
from sessions_app.models import Context
from sessions_app.services import contexts, one_offs

log = structlog.get_logger(__name__)

_WORKER: Final = Caller.system("worker")
_State = Context.State
_AT_REST: Final = [_State.READY, _State.DELETED, _State.REJECTED]


def mirror(*, pk: int) -> None:
    """Makes the cloud hold the newest version, or nothing if the context was deleted."""
    context = Context.objects.get(pk=pk)
    if context.state in _AT_REST:
        return _look_again(context)
    # An attempt before this one may have made it: its answer was lost, or its worker died.
    may_exist = context.attempts > 0
    deleting = context.deleted_at is not None
    claim = (
        Context.objects.filter(version=context.version)
        .exclude(state__in=_AT_REST)
        .claim(
            pk=pk,
            now=timezone.now(),
            seconds=settings.CLAIM_SECONDS,
            state=_State.DELETING if deleting else _State.PUSHING,
        )
    )
    if claim is None:
        return None
    try:
        if deleting:
            _delete(context)
        else:
            remote_id = _push(context, may_exist=may_exist)
    except (errors.LiveAvatarError, cloud.NotConfigured) as error:
        return _record_failure(context, claim, error, deleting=deleting)
    if deleting:
        _record(
            context,
            claim,
            state=_State.DELETED,
            remote_context_id="",
            attempts=0,
            **_doubt(context),
        )
    else:
        _record_pushed(context, claim, remote_id)


def _doubt(context: Context) -> dict[str, Any]:
    """Until when the context is looked at again, and when next, after an attempt at it is over."""
    now = timezone.now()
    doubt_until = now + DOUBT if context.attempts else context.doubt_until
    return {"doubt_until": doubt_until, "due_at": next_look(doubt_until, now)}


def _look_again(context: Context) -> None:
    """Undoes what a call, given up on in doubt, may have done after all.

    A creation leaves a stray. An edit may have put old words in the place of newer ones, which are
    said once more when it can do so no longer.
    """
    claim = Context.objects.filter(state=context.state, version=context.version).claim(
        pk=context.pk, now=timezone.now(), seconds=settings.CLAIM_SECONDS
    )
    if claim is None:
        return
    try:
        for stray in _all_of_ours(context) - {context.remote_context_id}:
            cloud.client().contexts.delete(stray)
        due_at = next_look(context.doubt_until, timezone.now())
        if due_at is None and context.state == _State.READY:
            _say_again(context)
    except (errors.LiveAvatarError, cloud.NotConfigured) as error:
        log.warning("context.second_look_failed", error=str(error))
        _record(context, claim, due_at=timezone.now() + backoff(context.attempts))
    else:
        _record(context, claim, due_at=due_at, attempts=0)


def _say_again(context: Context) -> None:
    try:
        cloud.client().contexts.update(context.remote_context_id, **_texts(context))
    except errors.NotFound:
        # The comparison of the lists finds that out too, and has it made again.
        log.info("context.gone_there", context=str(context.public_id))


def _push(context: Context, *, may_exist: bool) -> str:
    api, texts = cloud.client().contexts, _texts(context)
    if context.remote_context_id:
        try:
            return api.update(context.remote_context_id, **texts).id
        except errors.NotFound:
            # An earlier attempt may have found that too, and made another.
            log.info("context.gone_there", context=str(context.public_id))
            may_exist = True
    if may_exist and (found := _find(context)):
        return api.update(found, **texts).id
    return api.create(**texts).id


def _texts(context: Context) -> dict[str, str]:
    return {
        "name": context.remote_name,
        "prompt": context.prompt,
        "opening_text": context.opening_text,
    }


def _delete(context: Context) -> None:
    """Deletes what carries our id, whether we were told of it or not.

    An answer that says so is not believed alone: raises UnexpectedResponse where the cloud lists
    one all the same.
    """
    known = {context.remote_context_id} if context.remote_context_id else set()
    for remote_id in known | _all_of_ours(context):
        try:
            cloud.client().contexts.delete(remote_id)
        except errors.NotFound:
            log.info("context.already_gone", remote_id=remote_id)
    if left := _all_of_ours(context):
        raise errors.UnexpectedResponse(f"{len(left)} still listed after deletion", field="data")


def _find(context: Context) -> str:
    """The one to adopt; any further one is a stray of the same lost answer, and deleted."""
    found = sorted(_all_of_ours(context))
    for stray in found[1:]:
        cloud.client().contexts.delete(stray)
    return found[0] if found else ""


def _all_of_ours(context: Context) -> set[str]:
    return {
        entry.id
        for entry in cloud.client().contexts.iterate()
        if str(context.public_id) in entry.name
    }


def _record_pushed(context: Context, claim: Claim, remote_id: str) -> None:
    _record(
        context,
        claim,
        even_if_changed={"remote_context_id": remote_id},
        state=_State.READY,
        mirrored_number=context.number,
        **_doubt(context),
        attempts=0,
        last_error="",
        last_error_message="",
        action=Action.CONTEXT_MIRRORED,
        details={"number": context.number, "remote_id": remote_id},
    )
    _wake(context)


def _record_failure(context: Context, claim: Claim, error: Exception, *, deleting: bool) -> None:
    cloud_error = error if isinstance(error, errors.LiveAvatarError) else None
    why: dict[str, Any] = {"last_error": type(error).__name__, "last_error_message": str(error)}
    if _is_refusal(error) and not deleting:
        _record(
            context,
            claim,
            state=_State.REJECTED,
            **_doubt(context),
            action=Action.CONTEXT_REJECTED,
            details={"number": context.number, "error": str(error)},
            **why,
        )
        return _wake(context)
    wait = backoff(context.attempts)
    if cloud_error is not None and cloud_error.retry_after is not None:
        wait = timedelta(seconds=cloud_error.retry_after)
    unknown = cloud_error is not None and cloud_error.may_have_happened
    state = _State.UNCERTAIN if unknown else _State.PENDING
    _record(
        context,
        claim,
        state=_State.DELETING if deleting else state,
        due_at=timezone.now() + wait,
        **why,
    )
    return None


def _is_refusal(error: Exception) -> bool:
    """Whether the cloud does not want these words, however often they are said."""
    match error:
        case errors.BadRequest(method="POST" | "PATCH"):
            return True
        case errors.Conflict(method="POST" | "PATCH", retryable=False):
            return True
    return False


def _wake(context: Context) -> None:
    """Not within the transaction that recorded it: a session's row is locked before its context."""
    if context.is_one_off:
        one_offs.wake(context, now=timezone.now())


def _record(
    context: Context,
    claim: Claim,
    *,
    action: Action | None = None,
    details: dict[str, audit.Detail] | None = None,
    even_if_changed: dict[str, Any] | None = None,
    **fields: Any,
) -> None:
    """Writes the outcome; a row that was edited or deleted meanwhile is due again instead."""
    known = even_if_changed or {}
    unchanged = Context.objects.filter(
        number=context.number, deleted_at__isnull=context.deleted_at is None
    )
    with transaction.atomic():
        if unchanged.record(claim, **known, **fields):
            if action is not None:
                audit.record(
                    action,
                    caller=_WORKER,
                    workspace=context.workspace,
                    obj=context,
                    details=details,
                )
            if fields.keys() - UNSEEN:
                changes.announce(context.workspace_id, ("context", context.public_id))
        elif Context.objects.record(claim, **known, due_at=timezone.now()):
            contexts.ring_and_tell(context)
