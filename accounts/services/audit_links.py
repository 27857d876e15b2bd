"""Follows the chains through events as they lie in the database, and tries each link.

What only the whole chain can tell, such as a gap, is left to `audit_verdicts`; so parts of the
trail can be followed side by side.
"""

import hmac
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from accounts.services import audit_keys
from accounts.services.audit_chain import FIELDS
from accounts.services.audit_findings import MOST, Finding, Wrong
from accounts.services.audit_rows import Row

_EVERY: Final = 2_000


@dataclass(slots=True)
class Run:
    """Events of one chain that follow each other, by their numbers and as they lie.

    The link of the first is tried once it is known what came before.
    """

    first: int
    last: int
    last_mac: bytes
    opening: Row


@dataclass(slots=True)
class Followed:
    """Runs by chain, in the order in which they lie; what was found wrong on the way."""

    runs: dict[str, list[Run]] = field(default_factory=lambda: defaultdict(list))
    findings: list[Finding] = field(default_factory=list)
    events: int = 0

    def note(self, finding: Finding) -> None:
        if len(self.findings) < MOST:
            self.findings.append(finding)

    def add(self, other: "Followed") -> None:
        """What lies behind this."""
        for chain, runs in other.runs.items():
            self.runs[chain] += runs
        self.findings = [*self.findings, *other.findings][:MOST]
        self.events += other.events


def follow(rows: Iterable[Row], *, tick: Callable[[int], None]) -> Followed:
    """`tick` is told every now and then how many events there were since it was told last."""
    followed, keys = Followed(), audit_keys.for_purpose(audit_keys.EVENT)
    newest: dict[str, Run] = {}
    for row in rows:
        chain, number, key_name, mac, message, personal_data_agrees = row
        run = newest.get(chain)
        if run is not None and number == run.last + 1:
            if not _is_linked(keys, key_name, run.last_mac, message, mac):
                followed.note(_altered(row))
            run.last, run.last_mac = number, mac
        else:
            run = Run(number, number, mac, row)
            newest[chain] = run
            followed.runs[chain].append(run)
        if not personal_data_agrees:
            words = "the personal data behind it was altered, or put there later"
            followed.note(_finding(Wrong.PERSONAL_DATA, row, words))
        followed.events += 1
        if not followed.events % _EVERY:
            tick(_EVERY)
    tick(followed.events % _EVERY)
    return followed


def try_opening(run: Run, previous: bytes) -> Finding | None:
    """Whether a run's first event follows the one with this code."""
    row, keys = run.opening, audit_keys.for_purpose(audit_keys.EVENT)
    if _is_linked(keys, row.key_name, previous, row.message, row.mac):
        return None
    return _altered(row)


def _is_linked(
    keys: Mapping[str, bytes], key_name: str, previous: bytes, message: bytes, mac: bytes
) -> bool:
    key = keys.get(key_name)
    return key is not None and hmac.digest(key, previous + message, "sha256") == mac


def _altered(row: Row) -> Finding:
    if row.key_name not in audit_keys.for_purpose(audit_keys.EVENT):
        words = f"it was written under key {row.key_name!r}, which AUDIT_KEYS does not hold"
        return _finding(Wrong.KEY, row, words)
    words = "it was altered, or did not follow the one that stands before it"
    return _finding(Wrong.ALTERED, row, words)


def _finding(wrong: Wrong, row: Row, words: str) -> Finding:
    text = f"event {row.number:,}{_told(row)}: {words}"
    return Finding(wrong, text, row.chain, row.number, row.number)


def _told(row: Row) -> str:
    """What it says that happened, and when."""
    if not row.message:
        return ""
    values = json.loads(row.message)[1:]
    at, action = (values[FIELDS.index(name)] for name in ("at", "action"))
    return f" ({action}, {at} UTC)"
