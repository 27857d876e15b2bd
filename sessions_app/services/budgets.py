"""What a workspace may use in a month: how much is gone, and who is told at 50, 80 and 100 %."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from accounts.models import Workspace
from accounts.rights import Role
from liveavatar_web import bell, letters
from sessions_app.models import Meter
from sessions_app.services import limits

# The limits of a month, by which a start may be refused.
CODES: Final = frozenset({"monthly_minutes", "monthly_credits"})
MARKS: Final = (100, 80, 50)
_BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class Month:
    """A workspace's month: what it has used, what open sessions hold, and what it may use."""

    meter: Meter
    seconds: int
    credits: Decimal | None

    @property
    def percent(self) -> int:
        """How much is used up, of minutes or of credits, whichever is more; 100 at the most."""
        shares = [_share(self.meter.used_seconds, self.seconds)]
        if self.credits is not None:
            shares.append(_share(self.meter.used_credits, self.credits))
        return min(100, max(shares))

    @property
    def mark(self) -> int:
        """The highest of MARKS that was reached, or 0."""
        return next((mark for mark in MARKS if self.percent >= mark), 0)


def month(workspace: Workspace, *, period: str) -> Month:
    """The period is one of `limits.periods`; an unsaved zero where nothing was used yet."""
    key = {"subject": limits.of_workspace(workspace), "period": period}
    meter = Meter.objects.filter(**key).first() or Meter(**key)
    return Month(meter, workspace.monthly_limit_seconds, workspace.monthly_credit_limit)


def review(workspace: Workspace, *, period: str) -> None:
    """Notes a mark that was reached, and rings for its mail; call it inside a transaction."""
    _note(workspace, period, month(workspace, period=period).mark)


def exhausted(workspace: Workspace, *, now: datetime) -> None:
    """A start found no room in the month: for its owners that is all of it."""
    with transaction.atomic():
        _note(workspace, limits.periods(now)[1], 100)


def tell(*, pk: int, now: datetime) -> None:
    """Writes to the workspace's owners; safe to call again, they hear of a mark once."""
    if not Meter.objects.untold(now).filter(pk=pk).update(mail_at=now + letters.AGAIN):
        return
    meter = Meter.objects.get(pk=pk)
    workspace = Workspace.objects.get(public_id=meter.subject.partition(":")[2])
    about = f"budget of {workspace.public_id}"
    if letters.send(*_letter(workspace, meter), to=_owners(workspace), about=about):
        # Not what it says by now: a mark that was reached meanwhile, or one of another limit, is
        # yet to be told of.
        told = Meter.objects.filter(_warned_of(meter.warned_seconds, meter.warned_credits), pk=pk)
        told.filter(mailed_percent__lt=meter.warned_percent).update(
            mailed_percent=meter.warned_percent, mail_at=None
        )


def sweep(*, now: datetime) -> None:
    """Rings for warnings whose bell was lost, or that the mail server did not take."""
    untold = Meter.objects.untold(now).order_by("mail_at")
    for pk in untold.values_list("pk", flat=True)[:_BATCH]:
        _ring(pk)


def _note(workspace: Workspace, period: str, mark: int) -> None:
    """A mark is told of once; once more under a limit that is another than when it was told."""
    seconds, most = workspace.monthly_limit_seconds, workspace.monthly_credit_limit
    rows = Meter.objects.filter(subject=limits.of_workspace(workspace), period=period)
    rows.exclude(_warned_of(seconds, most)).update(
        warned_seconds=seconds,
        warned_credits=most,
        warned_percent=0,
        mailed_percent=0,
        mail_at=None,
    )
    if mark and rows.filter(warned_percent__lt=mark).update(warned_percent=mark):
        _ring(rows.values_list("pk", flat=True).get())


def _warned_of(seconds: int, most: Decimal | None) -> Q:
    """Meters whose warnings are about these limits, of a month's seconds and credits."""
    if most is None:
        return Q(warned_seconds=seconds, warned_credits__isnull=True)
    return Q(warned_seconds=seconds, warned_credits=most)


def _ring(pk: int) -> None:
    bell.ring("sessions_app.tell_of_budget", queue="sync", meter_id=pk)


def _share(used: Decimal | int, most: Decimal | int) -> int:
    return int(100 * used / most) if most else 100


def _letter(workspace: Workspace, meter: Meter) -> tuple[str, str]:
    percent, minutes = meter.warned_percent, meter.used_seconds // 60
    subject = f"“{workspace.name}” has used {percent} % of this month's budget"
    after = (
        "No new conversation can start before next month, or a higher limit."
        if percent >= 100
        else "Conversations go on; at 100 % no new one can start."
    )
    return subject, (
        f"{minutes} of {workspace.monthly_limit_seconds // 60} minutes are used in "
        f"{meter.period}. {after}\n\n"
        f"See what used them:\n{settings.SITE_URL}{reverse('sessions')}\n"
    )


def _owners(workspace: Workspace) -> list[str]:
    owners = workspace.memberships.filter(
        role__in=[Role.OWNER.value, Role.ADMIN.value], user__is_active=True
    )
    return list(owners.values_list("user__email", flat=True))
