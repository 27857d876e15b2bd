"""What delivering and removing a provider key have in common: the claim, the words, the trail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Claim, DueWorkQuerySet, ProviderKey
from accounts.models.due_work import backoff
from accounts.services import audit, changes
from accounts.services.audit import Action, Detail
from accounts.services.callers import Caller
from liveavatar import Client
from liveavatar.errors import LiveAvatarError, NotFound, Unauthorised
from liveavatar_web import cloud
from liveavatar_web.vault import CannotOpen

# What may go wrong with an attempt, and is recorded rather than raised.
FAILURES: Final = (LiveAvatarError, cloud.NotConfigured, CannotOpen)

NO_ERROR: Final[dict[str, Any]] = {"last_error": "", "last_error_message": ""}


@dataclass(frozen=True, slots=True)
class Taken:
    """A key as it was when its row was claimed, and the claim."""

    key: ProviderKey
    claim: Claim

    def tell(self, action: Action, details: Mapping[str, Detail]) -> None:
        audit.record(
            action,
            caller=Caller.system("worker"),
            workspace=self.key.workspace,
            obj=self.key,
            details=details,
        )

    def announce(self) -> None:
        changes.announce(self.key.workspace_id, ("provider_key", self.key.public_id))

    def next_try(self, error: Exception) -> datetime:
        """When the vendor asks us to come back, or else after a growing wait."""
        asked = getattr(error, "retry_after", None)
        return timezone.now() + (timedelta(seconds=asked) if asked else backoff(self.key.attempts))


def take(
    rows: DueWorkQuerySet[ProviderKey],
    key_id: int,
    now: datetime,
    *,
    state: ProviderKey.State | None = None,
) -> Taken | None:
    """Claims a due key, moving it to `state`; None where it is not due or somebody holds it."""
    moved = {"state": state} if state else {}
    with transaction.atomic():
        claim = rows.claim(pk=key_id, now=now, seconds=settings.CLAIM_SECONDS, **moved)
        if claim is None:
            return None
        taken = Taken(ProviderKey.objects.select_related("workspace").get(pk=key_id), claim)
        if moved:
            taken.announce()
    return taken


def remote_secrets(client: Client, key: ProviderKey) -> list[str]:
    """Ids of the secrets in the cloud that bear this key's name, newest first."""
    return [secret.id for secret in client.secrets.list() if secret.name == key.remote_name]


def delete_secret(client: Client, secret_id: str) -> None:
    """One that is gone already is as good as deleted."""
    try:
        client.secrets.delete(secret_id)
    except NotFound:
        return


def words(error: Exception) -> dict[str, Any]:
    """What the row keeps of a failure; the client masks credentials in the vendor's words."""
    match error:
        case Unauthorised():
            message = "LiveAvatar does not accept this installation's account key."
        case LiveAvatarError():
            message = error.message
        case CannotOpen():
            message = "The sealed key cannot be opened here. Register it again."
        case _:
            message = "This installation has no LiveAvatar account key yet."
    return {"last_error": type(error).__name__, "last_error_message": message[:500]}
