"""What people do with provider keys; workers go on in `key_deliveries` and `key_removals`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone

from accounts.models import ProviderKey, User, Workspace
from accounts.models.due_work import DOUBT
from accounts.models.provider_key import ProviderKeyQuerySet
from accounts.rights import Right
from accounts.services import audit, changes, workspaces
from accounts.services.audit import Action
from accounts.services.callers import Caller
from liveavatar_web import bell, openai
from liveavatar_web.openai import Verdict
from liveavatar_web.vault import Secret, keyring

State = ProviderKey.State

SWEPT_AT_ONCE: Final = 200
REFUSALS: Final = {
    Verdict.REFUSED: "OpenAI does not accept this key. Copy it again, in full.",
    Verdict.NO_REALTIME: "OpenAI accepts this key but shows it no realtime model. "
    "Give its OpenAI project access to one, or use another key.",
}
NOT_CHECKED: Final = (
    "OpenAI could not be asked whether this key is good. "
    "If it is not, the first conversation will say so."
)


class AlreadyRegistered(Exception):
    """The workspace holds this very key already, as `existing`."""

    def __init__(self, existing: ProviderKey) -> None:
        super().__init__(f"This key is already here: “{existing.name}” (ends in {existing.last4}).")
        self.existing = existing


class RefusedByProvider(Exception):
    """The provider says that the key is not good for conversations, so it was not stored."""


class NotRetryable(Exception):
    """Only a key that was refused can be tried again."""


def register(*, caller: Caller, workspace: Workspace, name: str, value: Secret) -> ProviderKey:
    """Checks a key with OpenAI, seals it and has it delivered to the cloud.

    Raises NotAllowed, AlreadyRegistered or RefusedByProvider; nothing is stored then but the
    audit event. A key that could not be checked is stored with a warning.
    """
    workspaces.require(Right.MANAGE_KEYS, caller=caller, workspace=workspace)
    if existing := _find(workspace, value):
        _refuse(caller, workspace, "already_registered", existing)
        raise AlreadyRegistered(existing)
    verdict = openai.check(value)
    if words := REFUSALS.get(verdict):
        _refuse(caller, workspace, verdict.value)
        raise RefusedByProvider(words)
    try:
        return _store(caller, workspace, name, value, verdict)
    except IntegrityError:
        # Somebody registered the same key between our look and our write.
        existing = _find(workspace, value)
        if existing is None:
            raise
        _refuse(caller, workspace, "already_registered", existing)
        raise AlreadyRegistered(existing) from None


def rename(*, caller: Caller, key: ProviderKey, name: str) -> None:
    """Raises NotAllowed."""
    workspaces.require(Right.MANAGE_KEYS, caller=caller, workspace=key.workspace)
    with transaction.atomic():
        ProviderKey.objects.filter(pk=key.pk).update(name=name, version=F("version") + 1)
        audit.record(
            Action.PROVIDER_KEY_RENAMED,
            caller=caller,
            workspace=key.workspace,
            obj=key,
            details={"name_before": key.name, "name_after": name},
        )
        _announce(key)


def revoke(*, caller: Caller, key: ProviderKey) -> None:
    """No new conversation uses the key from now on; a worker deletes it from the cloud.

    A key that no worker has touched yet is revoked at once. A delivery in flight is waited for:
    its claim holds the row until it is recorded or has run out. Asking twice changes nothing.
    Raises NotAllowed.
    """
    workspaces.require(Right.MANAGE_KEYS, caller=caller, workspace=key.workspace)
    _revoke(key, caller)


def revoke_all(workspace: Workspace, *, caller: Caller) -> None:
    """Every key of a workspace that is going away."""
    held = workspace.provider_keys.exclude(state__in=[State.REVOKING, State.REVOKED])
    for key in held.select_related("workspace"):
        _revoke(key, caller)


def _revoke(key: ProviderKey, caller: Caller) -> None:
    now = timezone.now()
    rows = ProviderKey.objects.filter(pk=key.pk)
    # A delivery that is under way, or whose answer was lost, may still take effect.
    doubt_until = Case(
        When(state__in=ProviderKey.MOVING, then=Value(now + DOUBT)), default=F("doubt_until")
    )
    with transaction.atomic():
        if rows.filter(state=State.PENDING, attempts=0).update(
            state=State.REVOKED,
            value=None,
            revoked_at=now,
            due_at=None,
            version=F("version") + 1,
        ):
            done = Action.PROVIDER_KEY_REVOKED
        elif rows.exclude(state__in=[State.REVOKING, State.REVOKED]).update(
            state=State.REVOKING,
            doubt_until=doubt_until,
            due_at=now,
            attempts=0,
            last_error="",
            last_error_message="",
            version=F("version") + 1,
        ):
            done = Action.PROVIDER_KEY_REVOKE_ASKED
            bell.ring("accounts.delete_provider_secrets", queue="sync", key_id=key.pk)
        else:
            return
        audit.record(done, caller=caller, workspace=key.workspace, obj=key)
        _announce(key)


def retry(*, caller: Caller, key: ProviderKey) -> None:
    """Has a refused key delivered once more. Raises NotAllowed, NotRetryable, AlreadyRegistered."""
    workspaces.require(Right.MANAGE_KEYS, caller=caller, workspace=key.workspace)
    try:
        with transaction.atomic():
            if not ProviderKey.objects.filter(
                pk=key.pk, state=State.REJECTED, value__isnull=False
            ).update(
                # Uncertain, because an earlier attempt may have left a secret to be adopted.
                state=State.UNCERTAIN,
                due_at=timezone.now(),
                last_error="",
                last_error_message="",
                version=F("version") + 1,
            ):
                raise NotRetryable("This key is not waiting for another try.")
            audit.record(
                Action.PROVIDER_KEY_RETRY_ASKED, caller=caller, workspace=key.workspace, obj=key
            )
            bell.ring("accounts.push_provider_key", queue="sync", key_id=key.pk)
            _announce(key)
    except IntegrityError:
        raise AlreadyRegistered(
            _same(key.workspace, [key.fingerprint]).exclude(pk=key.pk).get()
        ) from None


def sweep(now: datetime) -> int:
    """Rings anew for keys whose work is due, and returns how many those are."""
    due = (
        ProviderKey.objects.due(now)
        .order_by("due_at", "id")
        .values_list("pk", "state")[:SWEPT_AT_ONCE]
    )
    delivering = {State.PENDING, State.PUSHING, State.UNCERTAIN}
    for key_id, state in due:
        task = "push_provider_key" if state in delivering else "delete_provider_secrets"
        bell.ring(f"accounts.{task}", queue="sync", key_id=key_id)
    return len(due)


def _store(
    caller: Caller, workspace: Workspace, name: str, value: Secret, verdict: Verdict
) -> ProviderKey:
    assert isinstance(caller.user, User), "`require` let through nobody but a member"
    key = ProviderKey(
        workspace=workspace,
        name=name,
        last4=value.last4,
        fingerprint=keyring().fingerprint(value),
        warning=NOT_CHECKED if verdict is Verdict.UNREACHABLE else "",
        due_at=timezone.now(),
        created_by=caller.user,
    )
    key.value = value
    with transaction.atomic():
        key.save(force_insert=True)
        audit.record(
            Action.PROVIDER_KEY_REGISTERED,
            caller=caller,
            workspace=workspace,
            obj=key,
            details={"kind": key.kind, "last4": key.last4, "verdict": verdict.value},
        )
        bell.ring("accounts.push_provider_key", queue="sync", key_id=key.pk)
        _announce(key)
    return key


def _find(workspace: Workspace, value: Secret) -> ProviderKey | None:
    return _same(workspace, keyring().fingerprints(value)).first()


def _same(workspace: Workspace, fingerprints: Iterable[str]) -> ProviderKeyQuerySet:
    return ProviderKey.objects.filter(workspace=workspace, fingerprint__in=fingerprints).exclude(
        state__in=ProviderKey.GIVEN_UP
    )


def _refuse(
    caller: Caller, workspace: Workspace, reason: str, existing: ProviderKey | None = None
) -> None:
    audit.refusal(
        Action.PROVIDER_KEY_REGISTRATION_REFUSED,
        caller=caller,
        workspace=workspace,
        obj=existing,
        details={"kind": ProviderKey.Kind.OPENAI.value, "reason": reason},
    )


def _announce(key: ProviderKey) -> None:
    changes.announce(key.workspace_id, ("provider_key", key.public_id))
