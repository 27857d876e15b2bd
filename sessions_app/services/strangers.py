"""Sessions that run on the cloud account and were not minted here, ended where somebody says so.

Nothing of ours stops them by itself, since they may be another installation's conversations. After
a backup was restored, though, they may be those that began after it was made.
"""

from datetime import datetime

from django.db import transaction

from accounts.services import audit
from accounts.services.audit import Action
from accounts.services.callers import Caller
from liveavatar import SessionEntry, errors
from liveavatar_web import cloud
from sessions_app.models import CloudSession


def running(*, begun_after: datetime | None = None) -> list[SessionEntry]:
    """Those that the cloud lists at this moment. Raises LiveAvatarError, NotConfigured.

    One of which the cloud does not say when it began is left out where `begun_after` is asked.
    """
    there = list(cloud.client().sessions.iterate("active"))
    ours = CloudSession.objects.filter(remote_id__in=[entry.id for entry in there])
    known = set(ours.values_list("remote_id", flat=True))
    return [
        entry
        for entry in there
        if entry.id not in known
        and (begun_after is None or (entry.created_at and entry.created_at >= begun_after))
    ]


def stop(entry: SessionEntry, *, caller: Caller) -> None:
    """Raises LiveAvatarError where it may go on."""
    try:
        cloud.client().sessions.stop(entry.id)
    except errors.NotFound:
        return
    with transaction.atomic():
        audit.record(Action.STRANGER_STOPPED, caller=caller, details={"remote_id": entry.id[:64]})
