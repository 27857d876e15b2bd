"""Seals stand outside the database, one line after another, and say where the chains stood."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import AuditChain, AuditEvent, AuditMark, User, Workspace
from accounts.models.audit_chain import INSTALLATION
from accounts.services import audit_seals
from accounts.services.audit_findings import Finding
from accounts.services.audit_seals import Seal
from tests.accounts import audit_trail
from tests.accounts.audit_trail import found, remove, rows, verify
from tests.sessions_app.racing import race

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.AUDIT_SEALS = tmp_path / "not" / "there" / "yet"
    return settings.AUDIT_SEALS


def lines(folder: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text().splitlines()
    ]


def write(folder: Path, *texts: str) -> None:
    (path,) = folder.glob("*.jsonl")
    path.write_text("".join(texts))


def wrong() -> list[str]:
    return [entry.text for entry in audit_seals.read() if isinstance(entry, Finding)]


def test_a_seal_has_the_heads_that_moved_since_the_last_one(
    workspace: Workspace, alice: User, folder: Path
) -> None:
    audit_trail.write(workspace, alice, events=2)
    assert audit_seals.seal(now=NOON) == 1
    audit_trail.write(None, alice, events=1)
    assert audit_seals.seal(now=NOON + timedelta(hours=1)) == 1
    assert audit_seals.seal(now=NOON + timedelta(hours=2)) == 0

    head = AuditChain.objects.get(pk=workspace.public_id)
    first, second, third = (line["heads"] for line in lines(folder))
    assert first == {str(workspace.public_id): [2, bytes(head.mac).hex()]}
    assert list(second) == ["00000000-0000-0000-0000-000000000000"]
    assert third == {}
    mark = AuditMark.objects.get(pk=workspace.public_id)
    assert (mark.sealed_number, mark.sealed_at) == (2, NOON)


def test_each_day_has_a_file_and_the_lines_go_on_from_one_to_the_next(folder: Path) -> None:
    for hours in (0, 1, 24):
        audit_seals.seal(now=NOON + timedelta(hours=hours))

    assert [path.name for path in sorted(folder.glob("*.jsonl"))] == [
        "seals-2026-03-01.jsonl",
        "seals-2026-03-02.jsonl",
    ]
    written = lines(folder)
    assert [line["previous"] for line in written] == ["", written[0]["mac"], written[1]["mac"]]
    assert wrong() == []
    assert len(list(audit_seals.read(since=NOON.date() + timedelta(days=1)))) == 1


def test_a_line_that_was_altered_or_taken_out_is_found(folder: Path) -> None:
    for hours in range(4):
        audit_seals.seal(now=NOON + timedelta(hours=hours))
    first, second, third, fourth = (
        (folder / "seals-2026-03-01.jsonl").read_text().splitlines(keepends=True)
    )

    write(folder, first, second.replace("13:00", "13:30"), third, fourth)
    assert wrong() == [
        "seals-2026-03-01.jsonl, line 2: altered, or not ours",
        "seals-2026-03-01.jsonl, line 3: lines before it are missing or damaged",
    ]
    write(folder, first, third, fourth)
    assert wrong() == ["seals-2026-03-01.jsonl, line 2: lines before it are missing or damaged"]
    write(folder, first, third, second, fourth)
    assert len(wrong()) == 3


@pytest.mark.parametrize("text", ["{}\n", "[]\n", '{"mac": 1}\n', '{"mac": "x", "key": "desk"}\n'])
def test_a_line_of_somebody_elses_is_not_believed(text: str, folder: Path) -> None:
    audit_seals.seal(now=NOON)
    ours = next(iter(folder.glob("*.jsonl"))).read_text()

    write(folder, ours, text)

    assert wrong() == ["seals-2026-03-01.jsonl, line 2: altered, or not ours"]
    audit_seals.seal(now=NOON + timedelta(hours=1))
    assert wrong() == ["seals-2026-03-01.jsonl, line 2: altered, or not ours"]


def test_a_line_that_a_crash_has_cut_short_spoils_nothing(folder: Path) -> None:
    audit_seals.seal(now=NOON)
    ours = next(iter(folder.glob("*.jsonl"))).read_text()
    write(folder, ours, ours[:50])

    audit_seals.seal(now=NOON + timedelta(hours=1))

    assert wrong() == []
    assert [isinstance(entry, Seal) for entry in audit_seals.read()] == [True, True]


def test_seals_that_are_gone_are_missed_since_the_database_remembers_them(
    workspace: Workspace, alice: User, folder: Path
) -> None:
    audit_trail.write(workspace, alice, events=2)
    audit_seals.seal(now=NOON)
    assert verify().findings == []

    for path in folder.glob("*.jsonl"):
        path.unlink()

    assert found(verify()) == {("seal", 0, 0)}


def test_where_the_folder_of_seals_is_not_nobody_is_accused(
    workspace: Workspace, alice: User, folder: Path
) -> None:
    call_command("verify_audit")
    audit_trail.write(workspace, alice, events=2)
    audit_seals.seal(now=NOON)
    shutil.rmtree(folder)

    with pytest.raises(CommandError, match="Run this where it is"):
        call_command("verify_audit")

    assert not AuditMark.objects.exclude(failed_at=None).exists()


def test_where_nothing_can_be_written_nothing_is_said_to_be_sealed(
    workspace: Workspace, alice: User, folder: Path
) -> None:
    audit_trail.write(workspace, alice, events=2)
    folder.parent.parent.mkdir(exist_ok=True)
    folder.parent.write_text("a file where a folder should be")

    for arguments in ((), ("--restored",)):
        with pytest.raises(CommandError, match="Nothing was sealed"):
            call_command("seal_audit", *arguments)

    assert not AuditEvent.objects.filter(action="audit.restored").exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_seal_at_once_write_one_after_the_other(folder: Path) -> None:
    race(lambda: audit_seals.seal(now=NOON), runners=4)

    assert len(lines(folder)) == 4
    assert wrong() == []


def test_a_restored_backup_is_declared_and_then_told_and_not_taken_for_tampering(
    workspace: Workspace, alice: User, capsys: pytest.CaptureFixture[str]
) -> None:
    audit_trail.write(workspace, alice, events=3)
    head = AuditChain.objects.get(pk=workspace.public_id)
    audit_trail.write(workspace, alice, events=3)
    audit_seals.seal(now=timezone.now())
    remove(rows(workspace, 4, 5, 6))
    AuditChain.objects.filter(pk=workspace.public_id).update(number=3, mac=head.mac)
    AuditMark.objects.all().delete()
    assert found(verify()) == {("truncated", 4, 6)}

    call_command("seal_audit", "--restored")
    audit_trail.write(workspace, alice, events=4)

    call_command("verify_audit")
    assert "A backup was restored, as was said at" in capsys.readouterr().out
    assert AuditEvent.objects.filter(action="audit.restored").get().details == {"chains": 1}
    assert not AuditMark.objects.exclude(failed_at=None).exists()


def test_a_restore_may_have_lost_one_event_of_the_installations_own_chain(alice: User) -> None:
    audit_trail.write(None, alice, events=2)
    head = AuditChain.objects.get(pk=INSTALLATION)
    audit_trail.write(None, alice, events=1)
    audit_seals.seal(now=timezone.now() - timedelta(days=1))
    remove(rows(None, 3))
    AuditChain.objects.filter(pk=INSTALLATION).update(number=2, mac=head.mac)
    AuditMark.objects.all().delete()

    call_command("seal_audit", "--restored")

    assert rows(None, 3).get().action == "audit.restored"
    assert verify().findings == []


def test_what_is_cut_off_after_a_restore_is_missed_again(workspace: Workspace, alice: User) -> None:
    audit_trail.write(workspace, alice, events=3)
    call_command("seal_audit", "--restored")
    remove(rows(workspace, 2, 3))
    first = rows(workspace, 1).get()
    AuditChain.objects.filter(pk=workspace.public_id).update(number=1, mac=first.mac)

    assert ("truncated", 2, 3) in found(verify())
