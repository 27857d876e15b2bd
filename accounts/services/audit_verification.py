"""Verifies the audit trail: every link of every chain, its beginning, its end and its seals."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Max

from accounts.models import AuditChain, AuditCheckpoint, AuditEvent
from accounts.services import audit_links, audit_marks, audit_rows, audit_workers
from accounts.services.audit_findings import MOST, Finding
from accounts.services.audit_links import Followed
from accounts.services.audit_rows import Part
from accounts.services.audit_state import Seals, State
from accounts.services.audit_verdicts import Link, judge

Tick = Callable[[int], None]


@dataclass(slots=True)
class Report:
    """What was looked at and found; `verified` has up to which event each chain is whole."""

    seals: Seals
    findings: list[Finding] = field(default_factory=list)
    events: int = 0
    verified: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._note(self.seals.findings)

    def add(self, state: State, key: str, followed: Followed, start: Link | None = None) -> None:
        """Judges one chain of those that were followed."""
        runs = followed.runs.get(key, [])
        beside = state.wrong_beside_events(key)
        self._note([*beside, *judge(state.chain(key, start=start), runs)])
        # Where findings were cut off, some of them may have been about this one.
        is_all = len(self.findings) < MOST
        if is_all and key in state.heads and not any(each.chain == key for each in self.findings):
            self.verified[key] = state.heads[key].number

    def follow(self, followed: Followed) -> None:
        self.events += followed.events
        self._note(followed.findings)

    def _note(self, findings: Iterable[Finding]) -> None:
        self.findings = [*self.findings, *findings][:MOST]


def expected(workspace_id: UUID | None = None) -> int:
    """How many events there are by the heads; to show how far a verification is."""
    sums = []
    for rows in (AuditChain.objects.all(), AuditCheckpoint.objects.all()):
        chosen = rows.filter(pk=workspace_id) if workspace_id else rows
        sums.append(sum(chosen.values_list("number", flat=True)))
    return sums[0] - sums[1]


def verify(*, now: datetime, processes: int, tick: Tick) -> Report:
    """All chains from their beginnings, in one view of the database."""
    report = Report(Seals.read())
    with audit_rows.snapshot():
        state = State.read(report.seals)
        followed = _follow(processes, tick)
        report.follow(followed)
        for key in sorted({*followed.runs, *state.chains()}):
            report.add(state, key, followed)
    audit_marks.note(report.verified, report.findings, is_complete=True, now=now)
    return report


def verify_chain(workspace_id: UUID, *, now: datetime, tick: Tick) -> Report:
    """One chain from its beginning."""
    report = Report(Seals.read())
    with audit_rows.snapshot():
        state = State.read(report.seals)
        followed = audit_links.follow(audit_rows.read(Part.chain(workspace_id, since=0)), tick=tick)
        report.follow(followed)
        report.add(state, str(workspace_id), followed)
    audit_marks.note(report.verified, report.findings, is_complete=True, now=now)
    return report


def verify_recent(*, now: datetime) -> Report:
    """What has come since each chain was verified last, and the seals of two days."""
    report = Report(Seals.read(since=now.date() - timedelta(days=1)))
    with audit_rows.snapshot():
        state = State.read(report.seals)
        for key in state.moved():
            start = state.verified(key)
            rows = audit_rows.read(Part.chain(UUID(key), since=start.number + 1))
            followed = audit_links.follow(rows, tick=lambda _: None)
            report.follow(followed)
            report.add(state, key, followed, start)
    audit_marks.note(report.verified, report.findings, is_complete=False, now=now)
    return report


def _follow(processes: int, tick: Tick) -> Followed:
    until = AuditEvent.objects.aggregate(newest=Max("id"))["newest"] or 0
    # SQLite has no view that two connections could share.
    if connection.vendor == "postgresql" and processes > 1 and expected() > audit_workers.WORTH_IT:
        return audit_workers.follow(until, processes=processes, tick=tick)
    return audit_links.follow(audit_rows.read(Part.ids(0, until)), tick=tick)
