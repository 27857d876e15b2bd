"""What must be so once all is quiet, whatever was killed before."""

from collections import Counter
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from accounts.models import ProviderKey, Workspace
from sessions_app.lifecycle import OPEN, State
from sessions_app.models import AvatarSession, CloudSession, Context, Meter
from tests.crash.installation import LIVE, SYNC
from tests.crash.waiting import until_none
from tests.simulator.cloud import SimulatedCloud

OURS = "liveavatar-web "  # how the cloud's names for our keys and contexts begin
# What each worker claims.
_WORK: dict[str, list[Any]] = {
    LIVE: [AvatarSession, CloudSession],
    SYNC: [ProviderKey, Context],
}


def await_order(cloud: SimulatedCloud, *, within: float = 20.0) -> None:
    """Waits until nobody has anything left to do, then holds our rows against the cloud's."""
    until_none(lambda: _unfinished(cloud.state()), within=within)
    there = cloud.state()
    assert _running(there) == _live()
    assert _doubled(there) == {}
    assert _held_by_meters() == _held_by_sessions()
    assert _unattended() == []


def running(cloud: SimulatedCloud) -> list[str]:
    """The ids of the sessions that the cloud runs and bills."""
    return _running(cloud.state())


def claimed() -> int:
    """How many rows a worker has claimed, be it a dead one."""
    held = Q(claimed_until__gt=timezone.now())
    return sum(model.objects.filter(held).count() for models in _WORK.values() for model in models)


def run_out(worker: str) -> None:
    """Time passes until what a worker that is dead has claimed may be claimed by another."""
    for model in _WORK[worker]:
        model.objects.filter(claimed_until__isnull=False).update(claimed_until=timezone.now())


def _running(there: Any) -> list[str]:
    return sorted(each["id"] for each in there["sessions"] if each["state"] == "active")


def _live() -> list[str]:
    return sorted(AvatarSession.objects.live().values_list("remote_id", flat=True))


def _unfinished(there: Any) -> list[str]:
    """Every row that is on its way from one state to another.

    A doubtful id that was never started is not: it stays on the sweep's list for minutes, until
    its token cannot start it any more.
    """
    started = [each["id"] for each in there["sessions"] if each["state"] != "minted"]
    settled = [Context.State.READY, Context.State.DELETED, Context.State.REJECTED]
    moving: list[QuerySet[Any]] = [
        ProviderKey.objects.filter(state__in=ProviderKey.MOVING),
        Context.objects.exclude(state__in=settled),
        AvatarSession.objects.filter(state__in=OPEN - {State.LIVE}),
        AvatarSession.objects.live().due(timezone.now()),
        AvatarSession.objects.live().filter(claim_token__isnull=False),
        CloudSession.objects.unsettled()
        .exclude(state=CloudSession.State.RUNNING)
        .filter(remote_id__in=started),
    ]
    return [str(row) for rows in moving for row in rows]


def _doubled(there: Any) -> dict[str, int]:
    """What the cloud holds more than once for one row of ours, by its name there."""
    names = [secret["secret_name"] for secret in there["secrets"]]
    names += [context["name"] for context in there["contexts"]]
    counts = Counter(name for name in names if name.startswith(OURS))
    return {name: count for name, count in counts.items() if count > 1}


def _held_by_meters() -> dict[tuple[str, str], tuple[int, int]]:
    held = Meter.objects.filter(subject__startswith="workspace:")
    held = held.exclude(held_slots=0, held_seconds=0)
    return {(each.subject, each.period): (each.held_slots, each.held_seconds) for each in held}


def _held_by_sessions() -> dict[tuple[str, str], tuple[int, int]]:
    held: dict[tuple[str, str], tuple[int, int]] = {}
    for workspace in Workspace.objects.all():
        subject = f"workspace:{workspace.public_id}"
        months = workspace.avatar_sessions.open().order_by().values("reserved_period")
        for month in months.annotate(
            slots=Count("id"), seconds=Sum(F("max_seconds") + F("extension_seconds"))
        ):
            slots, _ = held.get((subject, ""), (0, 0))
            held[subject, ""] = (slots + month["slots"], 0)
            held[subject, month["reserved_period"]] = (0, month["seconds"])
    return held


def _unattended() -> list[str]:
    """Rows that only a worker could move, but of which no sweep would ever tell one."""
    waiting: list[QuerySet[Any]] = [
        ProviderKey.objects.filter(state__in=ProviderKey.MOVING, due_at__isnull=True),
        Context.objects.filter(state=Context.State.PENDING, due_at__isnull=True),
        AvatarSession.objects.open().filter(due_at__isnull=True),
        CloudSession.objects.unsettled()
        .exclude(state=CloudSession.State.RUNNING)
        .filter(due_at__isnull=True),
        CloudSession.objects.filter(state=CloudSession.State.RUNNING).exclude(
            avatar_session__state__in=OPEN
        ),
    ]
    return [str(row) for rows in waiting for row in rows]
