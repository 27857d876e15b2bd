"""The cloud's list of running sessions against ours."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction
from django.utils import timezone

from liveavatar import SessionEntry
from liveavatar_web import cloud
from sessions_app.models import AvatarSession, CloudSession, CloudStranger
from sessions_app.services import leases, moves

log = structlog.get_logger(__name__)

# A list shows what was true a moment ago, and a stop takes a moment there.
_SETTLED: Final = timedelta(seconds=15)


def check() -> int:
    """Looks at every running session there and every live one here; returns how many run there.

    One that runs there though we struck it off is stopped again. One that is live here and does
    not run there is looked at by its worker, which reads why it ended.
    """
    began = timezone.now()
    running = {entry.id: entry for entry in cloud.client().sessions.iterate("active")}
    ours = CloudSession.objects.filter(remote_id__in=running).select_related("avatar_session")
    known = {each.remote_id: each for each in ours}
    for cloud_session in known.values():
        if _was_struck_off(cloud_session, before=began - _SETTLED):
            log.warning("reconciliation.still_runs", remote_id=cloud_session.remote_id)
            with transaction.atomic():
                moves.reopen(cloud_session, now=timezone.now())
    _note_strangers([each for each in running.values() if each.id not in known], now=began)
    lost = AvatarSession.objects.live().filter(started_at__lt=began - _SETTLED)
    for session in lost.exclude(remote_id__in=running).order_by("due_at"):
        leases.look_now(session, now=timezone.now())
    return len(running)


def _was_struck_off(cloud_session: CloudSession, *, before: datetime) -> bool:
    return cloud_session.over_at is not None and cloud_session.over_at < before


def _note_strangers(entries: Iterable[SessionEntry], *, now: datetime) -> None:
    """Keeps who was seen, since when; whoever is not listed any more is gone."""
    seen = [
        CloudStranger(
            remote_id=entry.id[:64],
            source=(entry.source or "")[:32],
            is_sandbox=entry.is_sandbox,
            begun_at=entry.created_at,
            first_seen_at=now,
            last_seen_at=now,
        )
        for entry in entries
    ]
    CloudStranger.objects.bulk_create(
        seen,
        update_conflicts=True,
        unique_fields=["remote_id"],
        update_fields=["last_seen_at", "gone_at"],
    )
    here = CloudStranger.objects.filter(gone_at__isnull=True)
    here.exclude(last_seen_at=now).update(gone_at=now)
