"""Judges one chain: whether its runs make a whole, from where it begins to its head and seals."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from accounts.models.audit_chain import GENESIS
from accounts.services.audit_findings import Finding, Wrong, events
from accounts.services.audit_links import Run, try_opening


@dataclass(frozen=True, slots=True)
class Link:
    """The number and the code of an event."""

    number: int
    mac: bytes


# What the first event of a chain follows.
BEGINNING: Final = Link(0, GENESIS)


@dataclass(frozen=True, slots=True)
class SealedHead:
    """The head that a chain had at a time, written down outside the database."""

    link: Link
    at: datetime


@dataclass(frozen=True, slots=True)
class Chain:
    """What is known of one chain beside its events.

    It begins after `anchor`: the last event that retention purged, or none. `stored` looks codes up
    by number, among the events that were followed.
    """

    id: str
    anchor: Link
    head: Link | None
    sealed: Sequence[SealedHead]
    stored: Callable[[Iterable[int]], Mapping[int, bytes]]


def judge(chain: Chain, runs: Sequence[Run]) -> Iterator[Finding]:
    """All that is wrong with it beyond what following its runs has shown."""
    last, findings = _walk(chain, runs)
    yield from findings
    yield from _end(chain, last)
    yield from _altered_since_sealed(chain, last)


def _walk(chain: Chain, runs: Sequence[Run]) -> tuple[Link, list[Finding]]:
    """The last event, and gaps, additions and changes of order on the way to it."""
    findings: list[Finding] = []
    gaps: list[tuple[int, int]] = []
    codes = {chain.anchor.number: chain.anchor.mac} | {run.last: run.last_mac for run in runs}
    expected = chain.anchor.number + 1
    for run in runs:
        if run.first > expected:
            gaps.append((expected, run.first - 1))
        elif run.first < expected:
            findings.append(_out_of_place(chain.id, run, gaps))
        previous = codes.get(run.first - 1)
        if previous is not None and (finding := try_opening(run, previous)):
            findings.append(finding)
        expected = max(expected, run.last + 1)
    for first, last in gaps:
        text = f"{events(first, last)} missing"
        findings.append(Finding(Wrong.MISSING, text, chain.id, first, last))
    return Link(expected - 1, codes.get(expected - 1, b"")), findings


def _out_of_place(chain: str, run: Run, gaps: list[tuple[int, int]]) -> Finding:
    """A run that comes after later events: it belongs into a gap, or is there twice."""
    for place, (first, last) in enumerate(gaps):
        if first <= run.first and run.last <= last:
            rest = [(first, run.first - 1), (run.last + 1, last)]
            gaps[place : place + 1] = [(low, high) for low, high in rest if low <= high]
            text = f"{events(run.first, run.last)} out of order: later ones stand before"
            return Finding(Wrong.REORDERED, text, chain, run.first, run.last)
    text = f"{events(run.first, run.last)} inserted: the number was taken"
    return Finding(Wrong.INSERTED, text, chain, run.first, run.last)


def _end(chain: Chain, last: Link) -> Iterator[Finding]:
    """Whether the last event is the one that the head, and the last seal, say it is."""
    head, newest = chain.head, max(chain.sealed, key=lambda each: each.link.number, default=None)
    if newest is not None and newest.link.number > last.number:
        how = f"sealed at {newest.at:%Y-%m-%d %H:%M:%S} UTC"
        yield _truncated(chain.id, last.number, newest.link.number, how)
    elif head is not None and head.number > last.number:
        yield _truncated(chain.id, last.number, head.number, "named by its head")
    if head is None:
        if last.number or chain.sealed:
            yield Finding(Wrong.HEAD, "its head is missing", chain.id)
    elif head.number < last.number:
        there = events(head.number + 1, last.number)
        text = f"{there} inserted, or its head set back: that says {head.number:,}"
        yield Finding(Wrong.HEAD, text, chain.id, head.number + 1, last.number)
    elif head.number == last.number and head.mac != last.mac:
        text = f"its head was altered: it has not the code of event {head.number:,}"
        yield Finding(Wrong.HEAD, text, chain.id, head.number, head.number)


def _truncated(chain: str, last: int, known: int, how: str) -> Finding:
    text = f"{events(last + 1, known)} missing at the end: event {known:,} was {how}"
    return Finding(Wrong.TRUNCATED, text, chain, last + 1, known)


def _altered_since_sealed(chain: Chain, last: Link) -> Iterator[Finding]:
    """Finds what takes the key to do: the past written anew."""
    within = range(chain.anchor.number, last.number + 1)
    there = [each for each in chain.sealed if each.link.number in within]
    codes = {
        **chain.stored([each.link.number for each in there]),
        chain.anchor.number: chain.anchor.mac,
    }
    for sealed in there:
        number = sealed.link.number
        if codes.get(number, sealed.link.mac) != sealed.link.mac:
            when = f"{sealed.at:%Y-%m-%d %H:%M:%S} UTC"
            text = f"event {number:,} is not the one that was sealed at {when}"
            yield Finding(Wrong.SEAL, text, chain.id, number, number)
