"""Follows the chains through events as they lie in the database, and tries each link.

What only the whole chain can tell, such as a gap, is left to `audit_verdicts`; so parts of the
trail can be followed side by side.
"""

import hmac
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from accounts.models.audit_chain import INSTALLATION
from accounts.services import audit_chain, audit_keys, audit_rows
from accounts.services.audit_findings import MOST, Finding, Wrong
from accounts.services.audit_rows import Row

_EVERY: Final = 2_000


class Opening(NamedTuple):
    """The first event of a run, whose link is tried once it is known what came before."""

    mac: bytes
    key_name: str
    message: bytes
    told: str


@dataclass(slots=True)
class Run:
    """Events of one chain that follow each other, by their numbers and as they lie."""

    first: int
    last: int
    last_mac: bytes
    opening: Opening


@dataclass(slots=True)
class Followed:
    """Runs by chain, in the order in which they lie; what was found wrong on the way."""

    runs: dict[str, list[Run]] = field(default_factory=lambda: defaultdict(list))
    findings: list[Finding] = field(default_factory=list)
    events: int = 0

    def add(self, other: "Followed") -> None:
        """What lies behind this."""
        for chain, runs in other.runs.items():
            self.runs[chain] += runs
        self.findings = [*self.findings, *other.findings][:MOST]
        self.events += other.events


def follow(rows: Iterable[Row], *, tick: Callable[[int], None]) -> Followed:
    """`tick` is told every now and then how many events there were since it was told last."""
    followed, keys = Followed(), audit_keys.for_purpose(audit_keys.EVENT)
    installation = str(INSTALLATION)
    newest: dict[str, Run] = {}
    for row in rows:
        number, key_name, chain = row.values[0], row.values[1], row.values[11] or installation
        message = _message(row)
        run = newest.get(chain)
        if run is not None and number == run.last + 1:
            if not _is_linked(keys, key_name, run.last_mac, message, row.mac):
                _note(followed, altered(chain, number, key_name, _told(row)))
            run.last, run.last_mac = number, row.mac
        else:
            run = Run(number, number, row.mac, Opening(row.mac, key_name, message, _told(row)))
            newest[chain] = run
            followed.runs[chain].append(run)
        if row.personal is not None and not audit_rows.personal_data_agrees(row):
            words = "the personal data behind it was altered, or put there later"
            _note(followed, _finding(Wrong.PERSONAL_DATA, chain, number, words, _told(row)))
        followed.events += 1
        if not followed.events % _EVERY:
            tick(_EVERY)
    tick(followed.events % _EVERY)
    return followed


def try_opening(chain: str, run: Run, previous: bytes) -> Finding | None:
    """Whether a run's first event follows the one with this code."""
    mac, key_name, message, told = run.opening
    keys = audit_keys.for_purpose(audit_keys.EVENT)
    if _is_linked(keys, key_name, previous, message, mac):
        return None
    return altered(chain, run.first, key_name, told)


def altered(chain: str, number: int, key_name: str, told: str) -> Finding:
    if key_name not in audit_keys.for_purpose(audit_keys.EVENT):
        words = f"it was written under key {key_name!r}, which AUDIT_KEYS does not hold"
        return _finding(Wrong.KEY, chain, number, words, told)
    words = "it was altered, or did not follow the one that stands before it"
    return _finding(Wrong.ALTERED, chain, number, words, told)


def _is_linked(
    keys: dict[str, bytes], key_name: str, previous: bytes, message: bytes, mac: bytes
) -> bool:
    key = keys.get(key_name)
    return key is not None and hmac.digest(key, previous + message, "sha256") == mac


def _message(row: Row) -> bytes:
    try:
        return audit_chain.canonical(row.values)
    except (TypeError, ValueError):
        # Nothing that we ever wrote: no code is right for it.
        return b""


def _told(row: Row) -> str:
    return f"{row.values[4]}, {row.values[3]} UTC"


def _finding(wrong: Wrong, chain: str, number: int, words: str, told: str) -> Finding:
    return Finding(wrong, f"event {number:,} ({told}): {words}", chain, number, number)


def _note(followed: Followed, finding: Finding) -> None:
    if len(followed.findings) < MOST:
        followed.findings.append(finding)
