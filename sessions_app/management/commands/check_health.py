from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import redis
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from liveavatar_web import cloud_trouble, queues
from sessions_app.services import figures
from sessions_app.services.figures import Figures

# What is usual stays below; see docs/operations.md for what to do about more.
_OLDEST_SECONDS: Final = 30
_TROUBLED_PERCENT: Final = 5
_FEW_CALLS: Final = 20

Finding = tuple[bool, str]


class Command(BaseCommand):
    help = (
        "Tells how the installation is doing: its queues, and the four numbers of "
        "docs/operations.md. Ends with code 1 where one of them is not as it should be."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        findings = list(_findings(timezone.now()))
        for is_well, line in findings:
            self.stdout.write(f"{'ok  ' if is_well else 'LOOK'}  {line}")
        if not all(is_well for is_well, _ in findings):
            raise CommandError("Look at these lines; docs/operations.md says what to do.")


def _findings(now: datetime) -> Iterable[Finding]:
    read = figures.read(now=now)
    try:
        yield from _queues()
        yield from _oldest(read)
        yield from _attention(read)
        yield _cloud()
    except redis.RedisError as error:
        yield False, f"Redis does not answer: {type(error).__name__}"
    yield _here_and_there(read)
    yield _audit(read)


def _queues() -> Iterable[Finding]:
    for queue in queues.read():
        age = queue.answered_seconds_ago
        told = "never answered" if age is None else f"answered {age:.0f} s ago"
        yield queue.is_answered, f"queue {queue.name}: {told}, {queue.waiting} waiting"


def _oldest(read: Figures) -> Iterable[Finding]:
    oldest = max(read.work, key=lambda each: each.oldest_seconds)
    told = f"oldest due row: {oldest.oldest_seconds:.0f} s"
    if oldest.oldest_seconds:
        told += f" ({oldest.kind})"
    yield oldest.oldest_seconds < _OLDEST_SECONDS, told


def _attention(read: Figures) -> Iterable[Finding]:
    failing = {each.kind: each.failing for each in read.work if each.failing}
    told = ", ".join(f"{count} {kind}" for kind, count in failing.items()) or "none"
    yield not failing, f"rows that keep failing: {told}"
    refused = sum(each.refused for each in read.work)
    yield True, f"rows that the cloud refused, for their owners to change: {refused}"


def _cloud() -> Finding:
    share = cloud_trouble.read()
    is_well = share.calls < _FEW_CALLS or share.percent < _TROUBLED_PERCENT
    return is_well, (
        f"cloud calls in {cloud_trouble.MINUTES} minutes: {share.calls}, "
        f"{share.percent:.1f} % in trouble"
    )


def _here_and_there(read: Figures) -> Finding:
    there = read.there
    if there is None:
        return False, f"sessions: {read.live} live here; the cloud was never asked"
    return read.is_reconciled, (
        f"sessions: {read.live} live here, {there.there} there {there.age_seconds:.0f} s ago, "
        f"of which {read.strangers} are strangers; {read.doubtful} in doubt"
    )


def _audit(read: Figures) -> Finding:
    trail = read.audit
    if trail.failing:
        first = trail.failure.partition("\n")[0]
        return False, f"audit trail: {trail.failing} chains are not as written, such as: {first}"
    how = f"{trail.known} chains not as written, as staff know" if trail.known else "whole"
    if trail.sealed_seconds is None:
        return True, f"audit trail: {how}, not sealed yet"
    return not trail.is_late, f"audit trail: {how}, sealed {trail.sealed_seconds:.0f} s ago"
