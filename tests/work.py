"""Does what the workers would do, in the test's own process and time."""

from datetime import datetime

from django.utils import timezone

from accounts.models import ProviderKey
from accounts.services import key_deliveries, key_removals
from sessions_app.lifecycle import State
from sessions_app.models import AvatarSession, CloudSession, Context
from sessions_app.services import leases, line, mirroring, starting, stopping
from sessions_app.services.sweep import sweep

_ON_THEIR_WAY = ProviderKey.MOVING - {ProviderKey.State.REVOKING}
_WORK = {
    State.REQUESTED: starting.start,
    State.STARTING: starting.start,
    State.UNCERTAIN: starting.start,
    State.LIVE: leases.keep,
    State.STOPPING: stopping.stop,
}


def drain(*, rounds: int = 10) -> None:
    """Performs due work until none is left; fails where work keeps making itself due."""
    for _ in range(rounds):
        if not one_round(timezone.now()):
            return
    raise AssertionError(f"work is still due after {rounds} rounds")


def sweep_and_drain(*, now: datetime | None = None) -> None:
    sweep(now=now or timezone.now())
    drain()


def one_round(now: datetime) -> int:
    """Does each thing that is due once; returns how many there were."""
    done = 0
    for pk, state in ProviderKey.objects.due(now).values_list("pk", "state"):
        done += 1
        if state in _ON_THEIR_WAY:
            key_deliveries.push(key_id=pk, now=now)
        else:
            key_removals.delete_secrets(key_id=pk, now=now)
    for pk in Context.objects.due(now).values_list("pk", flat=True):
        done += 1
        mirroring.mirror(pk=pk)
    if waiting := AvatarSession.objects.waiting().count():
        line.advance(now=now)
        done += waiting - AvatarSession.objects.waiting().count()
    sessions = AvatarSession.objects.filter(state__in=_WORK).due(now)
    for pk, state in sessions.values_list("pk", "state"):
        done += 1
        _WORK[State(state)](pk=pk)
    doubtful = CloudSession.objects.filter(state=CloudSession.State.DOUBTFUL).due(now)
    for pk in doubtful.values_list("pk", flat=True):
        done += 1
        stopping.stop_cloud_session(pk=pk)
    return done
