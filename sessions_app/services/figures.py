"""How the installation is doing, read from the rows: a dozen queries, however much there is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, Min, Q

from accounts.models import DueWork, ProviderKey, WorkspaceInvitation
from accounts.services import audit_status
from sessions_app.lifecycle import LIFECYCLE, OPEN, EndReason, Stage, State
from sessions_app.models import (
    AvatarSession,
    CloudAccount,
    CloudSession,
    CloudStranger,
    Context,
    Reconciliation,
    StopOrder,
)

# Over so many of the newest sessions the share of the cloud's faults is taken.
_NEWEST: Final = 200
_FAULTS: Final = (EndReason.CLOUD_UNREACHABLE, EndReason.CLOUD, EndReason.NOT_STARTED_IN_TIME)
# After so many attempts without success somebody should look.
_FAILING: Final = 5
# Seconds after which a list of the cloud's tells of nothing that is so now.
_OLD_LIST: Final = 300
# A doubtful id whose start can no longer take effect is struck off at the next look.
_LAST_LOOK: Final = timedelta(minutes=1)

KINDS: Final[dict[str, type[DueWork]]] = {
    "session": AvatarSession,
    "cloud_session": CloudSession,
    "stop_order": StopOrder,
    "provider_key": ProviderKey,
    "context": Context,
    "invitation": WorkspaceInvitation,
    "cloud_account": CloudAccount,
    "reconciliation": Reconciliation,
}


@dataclass(frozen=True, slots=True)
class Work:
    """The rows of one kind that a worker is to move.

    Args:
      oldest_seconds: for how long the one that is due for longest has been so, held by nobody.
      failing: how many were tried again and again without success, and still are.
      refused: how many the cloud has refused for good; their owners are told.
    """

    kind: str
    oldest_seconds: float
    failing: int
    refused: int


@dataclass(frozen=True, slots=True)
class Listing:
    """One of the cloud's lists when it was last read: how much it held, and how long ago."""

    kind: str
    there: int
    age_seconds: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What was so at one moment. `sessions` counts those that are not over, by state."""

    sessions: dict[State, int]
    doubtful: int
    work: list[Work]
    lists: list[Listing]
    strangers: int
    credits_left: Decimal | None
    audit: audit_status.Status

    @property
    def live(self) -> int:
        return self.sessions[State.LIVE]

    @property
    def oldest_seconds(self) -> float:
        """How long the row that is due for longest has waited, of whatever kind it is."""
        return max(each.oldest_seconds for each in self.work)

    @property
    def needing_attention(self) -> int:
        """Rows that whoever looks after the installation can do something about."""
        return sum(each.failing for each in self.work)

    def by_stage(self) -> list[tuple[Stage, int]]:
        return [(LIFECYCLE[state], count) for state, count in self.sessions.items()]

    @property
    def there(self) -> Listing | None:
        """The sessions that run in the cloud, whoever started them; None before the first look."""
        return next((each for each in self.lists if each.kind == "sessions"), None)

    @property
    def is_reconciled(self) -> bool:
        """The cloud was asked lately, and runs nothing that was not started here.

        What else differs has just begun or ended, or is brought in order by the look itself.
        """
        there = self.there
        return there is not None and there.age_seconds < _OLD_LIST and self.strangers == 0


def read(*, now: datetime) -> Figures:
    doubtful = CloudSession.objects.filter(state=CloudSession.State.DOUBTFUL, due_at__isnull=False)
    account = CloudAccount.objects.first()
    return Figures(
        sessions=_sessions(),
        doubtful=doubtful.count(),
        work=work(now=now),
        lists=list(_lists(now)),
        strangers=CloudStranger.objects.filter(gone_at__isnull=True).count(),
        credits_left=account.credits_left if account else None,
        audit=audit_status.of_installation(now=now),
    )


def work(*, now: datetime) -> list[Work]:
    return [_work(kind, model, now) for kind, model in KINDS.items()]


def cloud_faults() -> int:
    """Of a hundred sessions, the newest, how many the cloud failed."""
    newest = AvatarSession.objects.order_by("-id").values_list("end_reason", flat=True)[:_NEWEST]
    reasons = list(newest)
    return round(100 * sum(reason in _FAULTS for reason in reasons) / max(1, len(reasons)))


def _sessions() -> dict[State, int]:
    counted = AvatarSession.objects.open().order_by().values_list("state").annotate(Count("id"))
    counts = dict(counted)
    return {state: counts.get(state.value, 0) for state in LIFECYCLE if state in OPEN}


def _work(kind: str, model: type[DueWork], now: datetime) -> Work:
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    is_due = Q(due_at__lte=now) & free
    is_failing = Q(attempts__gte=_FAILING) & ~Q(last_error="")
    if model is CloudSession:
        is_failing |= Q(doubt_until__lt=now - _LAST_LOOK)
    asked: dict[str, Any] = {
        "oldest": Min("due_at", filter=is_due),
        "failing": Count("pk", filter=is_failing),
    }
    found = model._default_manager.filter(due_at__isnull=False).aggregate(**asked)
    oldest = (now - found["oldest"]).total_seconds() if found["oldest"] else 0.0
    return Work(kind, oldest, found["failing"], _refused(model))


def _refused(model: type[DueWork]) -> int:
    if model not in {ProviderKey, Context}:
        return 0
    return model._default_manager.filter(state="rejected").count()


def _lists(now: datetime) -> Iterable[Listing]:
    for row in Reconciliation.objects.all():
        if row.checked_at is not None and row.there is not None:
            yield Listing(row.kind, row.there, (now - row.checked_at).total_seconds())
