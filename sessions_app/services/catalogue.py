"""The cloud account as we last saw it: its avatars, and its credits."""

from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Claim
from accounts.models.due_work import backoff
from accounts.services import audit
from accounts.services.audit import Action
from accounts.services.callers import Caller
from liveavatar import Avatar as RemoteAvatar
from liveavatar import errors
from liveavatar_web import bell, cloud, watch
from sessions_app.models import Avatar, CloudAccount

log = structlog.get_logger(__name__)

_WORKER: Final = Caller.system("worker")
_EVERY: Final = timedelta(hours=1)
_CREDITS_EVERY: Final = timedelta(minutes=1)


def account() -> CloudAccount:
    """The row of the one account, made on first use with its first sync due at once."""
    row, _ = CloudAccount.objects.get_or_create(id=1, defaults={"due_at": timezone.now()})
    return row


def request_sync(*, caller: Caller, now: datetime) -> None:
    """Somebody wants the catalogue read now."""
    row = account()
    with transaction.atomic():
        CloudAccount.objects.filter(pk=row.pk).update(
            due_at=now, catalogue_due_at=now, version=F("version") + 1
        )
        audit.record(Action.CATALOGUE_SYNC_REQUESTED, caller=caller)
        bell.ring("sessions_app.sync_catalogue", queue="sync")
        watch.nudge(("cloud", row.pk))


def sweep(*, now: datetime) -> None:
    if CloudAccount.objects.due(now).filter(pk=account().pk).exists():
        bell.ring("sessions_app.sync_catalogue", queue="sync")


def sync() -> None:
    """Reads the credits, and all pages of avatars where those are due."""
    row = account()
    now = timezone.now()
    claim = CloudAccount.objects.all().claim(pk=row.pk, now=now, seconds=settings.CLAIM_SECONDS)
    if claim is None:
        return None
    read: dict[str, Any] = {}
    try:
        spent_meanwhile = F("credits_spent") - row.credits_spent
        read["credits_left"] = cloud.client().credits() - spent_meanwhile
        if row.catalogue_due_at is None or row.catalogue_due_at <= now:
            _store_avatars(_all_avatars(), now)
            read |= {"catalogue_synced_at": now, "catalogue_due_at": now + _EVERY}
    except (errors.LiveAvatarError, cloud.NotConfigured) as error:
        log.warning("catalogue.sync_failed", error=str(error))
        return _record(
            claim,
            due_at=timezone.now() + backoff(row.attempts),
            last_error=type(error).__name__,
            last_error_message=str(error),
            **read,
        )
    _record(
        claim,
        due_at=now + _CREDITS_EVERY,
        attempts=0,
        last_error="",
        last_error_message="",
        **read,
    )


def _record(claim: Claim, **fields: Any) -> None:
    with transaction.atomic():
        if CloudAccount.objects.record(claim, **fields):
            watch.nudge(("cloud", claim.pk))


def _all_avatars() -> dict[str, tuple[RemoteAvatar, bool]]:
    """Every avatar by remote id, with whether it is the account's own."""
    api = cloud.client().avatars
    public = ((avatar, False) for avatar in api.public())
    own = ((avatar, True) for avatar in api.own())
    return {avatar.id: (avatar, is_own) for avatar, is_own in chain(public, own)}


def _store_avatars(seen: dict[str, tuple[RemoteAvatar, bool]], now: datetime) -> None:
    rows = [_row(avatar, is_own=is_own, now=now) for avatar, is_own in seen.values()]
    kept = ["name", "is_own", "type", "status", "is_expired", "is_sandbox", "preview_url"]
    with transaction.atomic():
        before = Avatar.objects.count()
        Avatar.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["remote_id"],
            update_fields=[*kept, "last_seen_at", "gone_at"],
        )
        added = Avatar.objects.count() - before
        gone = Avatar.objects.listed().exclude(remote_id__in=seen).update(gone_at=now)
        audit.record(
            Action.AVATARS_SYNCED,
            caller=_WORKER,
            details={"listed": len(rows), "added": added, "gone": gone},
        )


def _row(avatar: RemoteAvatar, *, is_own: bool, now: datetime) -> Avatar:
    """What the cloud says of an avatar, as far as our columns hold it: its texts are of any length.

    An address is not cut, since half of one leads elsewhere.
    """
    preview = avatar.preview_url or ""
    return Avatar(
        remote_id=avatar.id,
        name=avatar.name[:200],
        is_own=is_own,
        type=avatar.kind[:16],
        status=avatar.status[:32],
        is_expired=avatar.is_expired,
        is_sandbox=avatar.id in settings.SANDBOX_AVATAR_IDS,
        preview_url=preview if len(preview) <= 1000 else "",
        last_seen_at=now,
        gone_at=None,
    )
