"""What is known of the chains beside their events: heads, beginnings, marks and seals."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Final, Self

from accounts.models import AuditChain, AuditCheckpoint, AuditEvent, AuditMark
from accounts.models.audit_chain import INSTALLATION
from accounts.services import audit_checkpoints, audit_seals
from accounts.services.audit_findings import Finding, Wrong
from accounts.services.audit_seals import Seal
from accounts.services.audit_verdicts import BEGINNING, Chain, Link, SealedHead

_LOOKED_UP_AT_ONCE: Final = 1_000


@dataclass(slots=True)
class Seals:
    """What the folder of seals holds; read before the database, which can only be newer.

    Of each chain the newest head of each day: enough to find any change.
    """

    since: date
    count: int = 0
    heads: dict[str, list[SealedHead]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    restored: list[datetime] = field(default_factory=list)

    @classmethod
    def read(cls, *, since: date = date.min) -> Self:
        seals = cls(since)
        for entry in audit_seals.read(since=since):
            if isinstance(entry, Finding):
                seals.findings.append(entry)
            else:
                seals._add(entry)
        return seals

    def _add(self, seal: Seal) -> None:
        self.count += 1
        if seal.is_restore:
            self.restored.append(seal.at)
            for key, known in self.heads.items():
                self.heads[key] = [each for each in known if not seal.lost(key, each.link)]
        for key, link in seal.heads.items():
            known = self.heads.setdefault(key, [])
            if known and known[-1].at.date() == seal.at.date():
                known.pop()
            known.append(SealedHead(link, seal.at))


@dataclass(frozen=True, slots=True)
class State:
    """All chains by the text of their id, as one view of the database shows them."""

    heads: Mapping[str, Link]
    checkpoints: Mapping[str, AuditCheckpoint]
    marks: Mapping[str, AuditMark]
    seals: Seals

    @classmethod
    def read(cls, seals: Seals) -> Self:
        return cls(
            heads={
                str(head.pk): Link(head.number, bytes(head.mac))
                for head in AuditChain.objects.filter(number__gt=0)
            },
            checkpoints={str(each.pk): each for each in AuditCheckpoint.objects.all()},
            marks={str(mark.pk): mark for mark in AuditMark.objects.all()},
            seals=seals,
        )

    def chains(self) -> set[str]:
        """Every chain that is known of, whether or not anything is left of it."""
        return {*self.heads, *self.checkpoints, *self.marks, *self.seals.heads}

    def chain(self, key: str, *, start: Link | None = None) -> Chain:
        """What is judged by: from `start` on, or from where the chain begins."""
        return Chain(
            id=key,
            anchor=self.anchor(key) if start is None else start,
            head=self.heads.get(key),
            sealed=self.seals.heads.get(key, []),
            stored=partial(stored, key),
        )

    def anchor(self, key: str) -> Link:
        """The last event that was purged; a checkpoint that is forged counts for nothing."""
        checkpoint = self.checkpoints.get(key)
        if checkpoint is None or not audit_checkpoints.is_genuine(checkpoint):
            return BEGINNING
        return Link(checkpoint.number, bytes(checkpoint.mac))

    def wrong_beside_events(self, key: str) -> Iterator[Finding]:
        checkpoint, mark = self.checkpoints.get(key), self.marks.get(key)
        if checkpoint is not None and not audit_checkpoints.is_genuine(checkpoint):
            text = f"its checkpoint after event {checkpoint.number:,} is forged"
            yield Finding(Wrong.CHECKPOINT, text, key)
        if mark is None:
            return
        if key not in self.heads and key not in self.seals.heads:
            yield Finding(Wrong.HEAD, "its head is missing, and was there", key)
        newest = max((each.link.number for each in self.seals.heads.get(key, [])), default=0)
        known = mark.sealed_at is not None and mark.sealed_at.date() >= self.seals.since
        if known and mark.sealed_number > newest:
            when = f"{mark.sealed_at:%Y-%m-%d %H:%M:%S} UTC"
            text = f"no seal is found of event {mark.sealed_number:,}, which was sealed at {when}"
            yield Finding(Wrong.SEAL, text, key)

    def moved(self) -> Iterator[str]:
        """Chains that are not as they were when they were verified last."""
        for key in sorted(self.chains()):
            head, mark = self.heads.get(key), self.marks.get(key)
            if head is None or mark is None or head.number != mark.verified_number:
                yield key

    def verified(self, key: str) -> Link:
        """The last event that was verified, if it is there; else where the chain begins."""
        anchor, mark, head = self.anchor(key), self.marks.get(key), self.heads.get(key)
        if mark is None or head is None or not anchor.number < mark.verified_number <= head.number:
            return anchor
        code = stored(key, [mark.verified_number]).get(mark.verified_number)
        return anchor if code is None else Link(mark.verified_number, code)


def stored(chain: str, numbers: Iterable[int]) -> dict[int, bytes]:
    """The codes of events of a chain, by number, as far as there are such."""
    own = None if chain == str(INSTALLATION) else chain
    rows = AuditEvent.objects.filter(workspace_id=own).order_by()
    wanted = list(numbers)
    found: dict[int, bytes] = {}
    for start in range(0, len(wanted), _LOOKED_UP_AT_ONCE):
        some = rows.filter(number__in=wanted[start : start + _LOOKED_UP_AT_ONCE])
        found |= {number: bytes(mac) for number, mac in some.values_list("number", "mac")}
    return found
