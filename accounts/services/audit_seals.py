"""Writes the heads of all chains into a folder outside the database, each hour, signed.

One JSON line a seal, one file a day. A line names the code of the line before it, so that a line
taken out is noticed; and what the database knows of its seals tells when the newest are gone.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import structlog
from django.conf import settings
from django.db.models import Exists, OuterRef

from accounts.models import AuditChain, AuditMark
from accounts.services import audit_keys
from accounts.services.audit_findings import Finding, Wrong
from accounts.services.audit_verdicts import BEGINNING, Link

log = structlog.get_logger(__name__)

_PREFIX: Final = "seals-"
_BATCH: Final = 1_000


@dataclass(frozen=True, slots=True)
class Seal:
    """The heads that had moved since the seal before, by chain.

    After a restore all of them: what was sealed beyond them went with the database that was lost.
    """

    at: datetime
    heads: dict[str, Link]
    is_restore: bool

    def lost(self, chain: str, link: Link) -> bool:
        """Whether an event was written after the backup that was restored."""
        return link.number > self.heads.get(chain, BEGINNING).number


def seal(*, now: datetime, is_restore: bool = False) -> int:
    """Seals every head that has moved, and returns how many those were."""
    chains = AuditChain.objects.filter(number__gt=0).order_by("pk")
    if not is_restore:
        same = AuditMark.objects.filter(pk=OuterRef("pk"), sealed_number=OuterRef("number"))
        chains = chains.filter(~Exists(same))
    moved = list(chains)
    heads = {str(chain.pk): [chain.number, bytes(chain.mac).hex()] for chain in moved}
    content: dict[str, Any] = {"at": now.astimezone(UTC).isoformat(), "heads": heads}
    _append(content | ({"is_restore": True} if is_restore else {}))
    AuditMark.objects.bulk_create(
        [AuditMark(pk=chain.pk, sealed_number=chain.number, sealed_at=now) for chain in moved],
        update_conflicts=True,
        unique_fields=["workspace_id"],
        update_fields=["sealed_number", "sealed_at"],
        batch_size=_BATCH,
    )
    return len(moved)


def read(*, since: date = date.min) -> Iterator[Seal | Finding]:
    """The seals of these days, oldest first, and what is wrong with the files they stand in."""
    previous: str | None = None
    for path in _files():
        if _day(path) < since:
            continue
        for number, text in enumerate(_lines(path), start=1):
            where = f"{path.name}, line {number}"
            try:
                line = json.loads(text)
            except ValueError:
                # Cut short by a crash, and so never counted; was it more, the next line tells.
                continue
            if not _is_genuine(line):
                yield Finding(Wrong.SEAL, f"{where}: altered, or not ours")
                continue
            if previous not in (None, line["previous"]):
                yield Finding(Wrong.SEAL, f"{where}: lines before it are missing or damaged")
            previous = line["mac"]
            yield _seal_of(line)


def are_elsewhere() -> bool:
    """Whether there are seals, and no folder at all where they should be."""
    return (
        not settings.AUDIT_SEALS.is_dir() and AuditMark.objects.filter(sealed_number__gt=0).exists()
    )


def newest_before(limits: Mapping[str, datetime]) -> dict[str, Link]:
    """Of each chain the last head that was sealed by its time; none where a seal is damaged."""
    found: dict[str, Link] = {}
    for each in read():
        if isinstance(each, Finding):
            log.error("audit.seals_damaged", where=each.text)
            return {}
        if each.is_restore:
            found = {key: link for key, link in found.items() if not each.lost(key, link)}
        for key, link in each.heads.items():
            if key in limits and each.at <= limits[key]:
                found[key] = link
    return found


def _append(content: dict[str, Any]) -> None:
    folder: Path = settings.AUDIT_SEALS
    folder.mkdir(parents=True, exist_ok=True)
    with _sole_use_of(folder):
        line = {**content, "previous": _last_code(), "key": audit_keys.newest()}
        line["mac"] = audit_keys.mac(audit_keys.SEAL, line["key"], _bytes(line)).hex()
        path = folder / f"{_PREFIX}{content['at'][:10]}.jsonl"
        is_new = not path.exists()
        begin = b"" if is_new or path.read_bytes().endswith(b"\n") else b"\n"
        with path.open("ab") as file:
            file.write(begin + _bytes(line) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            _make_durable(folder)


def _last_code() -> str:
    """The code of the newest line of ours, or nothing where there is none.

    Whatever else stands behind it keeps nobody from sealing: it is found when seals are read.
    """
    for path in reversed(_files()):
        for text in reversed(list(_lines(path))):
            with suppress(ValueError):
                if _is_genuine(line := json.loads(text)):
                    return str(line["mac"])
    return ""


def _is_genuine(line: Any) -> bool:
    try:
        signed = {name: value for name, value in line.items() if name != "mac"}
        code = bytes.fromhex(line["mac"])
        return audit_keys.is_genuine(audit_keys.SEAL, line["key"], _bytes(signed), code)
    except (AttributeError, KeyError, TypeError, ValueError):
        return False


def _seal_of(line: dict[str, Any]) -> Seal:
    heads = {
        chain: Link(number, bytes.fromhex(code)) for chain, (number, code) in line["heads"].items()
    }
    return Seal(datetime.fromisoformat(line["at"]), heads, line.get("is_restore", False))


def _bytes(line: dict[str, Any]) -> bytes:
    return json.dumps(line, sort_keys=True, separators=(",", ":")).encode()


def _files() -> list[Path]:
    return sorted(settings.AUDIT_SEALS.glob(f"{_PREFIX}*.jsonl"))


def _day(path: Path) -> date:
    return date.fromisoformat(path.stem.removeprefix(_PREFIX))


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", errors="replace") as file:
        yield from file


@contextmanager
def _sole_use_of(folder: Path) -> Iterator[None]:
    """Two who seal at once write one after the other."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_durable(folder: Path) -> None:
    """A new file is there after a power cut only once its folder has been written."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
