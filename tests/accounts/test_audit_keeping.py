"""From hour to hour the trail is verified where it is new, sealed, and purged where it is old."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from structlog.testing import capture_logs

from accounts.models import (
    AuditChain,
    AuditCheckpoint,
    AuditEvent,
    AuditMark,
    AuditPersonalData,
    User,
    Workspace,
)
from accounts.services import audit_keeping, audit_retention, audit_seals, audit_status
from tests import build
from tests.accounts import audit_trail
from tests.accounts.audit_trail import change, found, remove, rows, verify, verify_recent

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture(autouse=True)
def trail(workspace: Workspace, alice: User, settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_SEALS = tmp_path / "seals"
    audit_trail.write(workspace, alice, events=4)


def mark(workspace: Workspace) -> AuditMark:
    return AuditMark.objects.get(pk=workspace.public_id)


def test_a_round_verifies_and_seals_what_is_there(workspace: Workspace) -> None:
    audit_keeping.keep(now=NOW)

    noted = mark(workspace)
    assert (noted.verified_number, noted.sealed_number, noted.failed_at) == (4, 4, None)
    assert noted.verified_at == noted.sealed_at == NOW


def test_the_next_round_looks_at_what_has_come_since(workspace: Workspace, alice: User) -> None:
    assert verify_recent().events == 4
    assert verify_recent().events == 0

    audit_trail.write(workspace, alice, events=2)
    report = verify_recent()

    assert (report.events, report.findings) == (2, [])
    assert mark(workspace).verified_number == 6


def test_a_round_finds_what_was_done_to_what_is_new(workspace: Workspace, alice: User) -> None:
    verify_recent()
    audit_trail.write(workspace, alice, events=3)
    change(rows(workspace, 5), actor_label="Mallory")
    remove(rows(workspace, 6))

    assert found(verify_recent()) == {("altered", 5, 5), ("missing", 6, 6)}
    assert mark(workspace).verified_number == 4


def test_a_round_finds_a_tail_that_was_cut_off_behind_a_seal(
    workspace: Workspace, alice: User
) -> None:
    audit_keeping.keep(now=timezone.now())
    remove(rows(workspace, 3, 4))
    second = rows(workspace, 2).get()
    AuditChain.objects.filter(pk=workspace.public_id).update(number=2, mac=second.mac)

    assert found(verify_recent()) == {("truncated", 3, 4)}


def test_the_alarm_goes_on_until_all_of_the_trail_verifies(
    workspace: Workspace, alice: User
) -> None:
    before = rows(workspace, 2).get().actor_label
    change(rows(workspace, 2), actor_label="Mallory")

    for _ in range(2):
        with capture_logs() as logs:
            audit_keeping.keep(now=NOW)
        (alarm,) = [each for each in logs if each["event"] == "audit.not_as_written"]
        assert "event 2 (user.signed_in" in alarm["found"]
    assert audit_status.of_installation(now=NOW).failing == 1
    assert "altered" in audit_status.of(workspace).failure

    change(rows(workspace, 2), actor_label=before)
    verify_recent()
    assert mark(workspace).failed_at == NOW

    verify()
    assert mark(workspace).failed_at is None
    assert audit_status.of_installation(now=NOW).failing == 0


def test_the_command_says_what_is_wrong_and_where_and_fails(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("verify_audit", processes=1)
    said = capsys.readouterr().out
    assert "4 events and 0 seals in" in said
    assert said.endswith("The audit trail is whole.\n")

    change(rows(workspace, 3), refused=True)
    for arguments in ([], ["--workspace", str(workspace.public_id)]):
        with pytest.raises(CommandError, match="not as it was written"):
            call_command("verify_audit", *arguments)
        said = capsys.readouterr().out
        assert f"Workspace {workspace.public_id} “{workspace.name}”: event 3 (user.signed" in said


def test_the_command_looks_at_what_is_new_alone(
    alice: User, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    verify()
    audit_trail.write(workspace, alice, events=1)

    call_command("verify_audit", "--recent")

    assert "1 events and 0 seals" in capsys.readouterr().out


def old_trail(workspace: Workspace, *, events: int, days: int) -> None:
    """Events that were written and sealed so long ago, after what stands there already."""
    then = NOW - timedelta(days=days)
    for _ in range(events):
        build.audit_event(workspace, at=then)
    audit_seals.seal(now=then)


def keep_for(workspace: Workspace, days: int) -> None:
    Workspace.objects.filter(pk=workspace.pk).update(audit_days=days)


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_retention, "_BATCH", 3)


def test_whole_sealed_beginnings_go_and_the_rest_still_verifies(
    workspace: Workspace, alice: User, batches: None
) -> None:
    old_trail(workspace, events=3, days=90)  # 1 to 7
    old_trail(workspace, events=3, days=60)  # 8 to 10
    audit_trail.write(workspace, alice, events=2)
    keep_for(workspace, 70)

    assert audit_retention.purge(now=NOW) == 7

    kept = list(rows(workspace).order_by("number").values_list("number", flat=True))
    assert kept == [*range(8, 13), 13, 14, 15]
    checkpoint = AuditCheckpoint.objects.get(pk=workspace.public_id)
    assert (checkpoint.number, checkpoint.days, checkpoint.at) == (7, 70, NOW)
    told = AuditEvent.objects.filter(action="audit.purged").order_by("number")
    assert [event.details for event in told] == [
        {"events": 3, "until": 3, "days": 70},
        {"events": 3, "until": 6, "days": 70},
        {"events": 1, "until": 7, "days": 70},
    ]
    assert AuditPersonalData.objects.count() == 2
    assert verify().findings == []
    assert verify_recent().findings == []
    assert audit_retention.purge(now=NOW) == 0


def test_what_was_not_sealed_by_then_stays_however_old(workspace: Workspace) -> None:
    for _ in range(3):
        build.audit_event(workspace, at=NOW - timedelta(days=100))
    audit_seals.seal(now=NOW)
    keep_for(workspace, 30)

    assert audit_retention.purge(now=NOW) == 0
    assert rows(workspace).count() == 7


def test_nothing_goes_where_no_limit_is_set(workspace: Workspace) -> None:
    old_trail(workspace, events=3, days=900)

    assert audit_retention.purge(now=NOW) == 0


def test_what_is_not_as_it_was_written_is_evidence_and_stays(workspace: Workspace) -> None:
    old_trail(workspace, events=3, days=90)
    keep_for(workspace, 30)
    change(rows(workspace, 2), actor_label="Mallory")

    with capture_logs() as logs:
        assert audit_retention.purge(now=NOW) == 0

    assert [each["event"] for each in logs] == ["audit.not_purged"]
    assert rows(workspace).count() == 7


def test_nothing_goes_while_the_alarm_is_on_or_a_seal_is_damaged(
    workspace: Workspace, settings: Any
) -> None:
    old_trail(workspace, events=3, days=90)
    keep_for(workspace, 30)

    AuditMark.objects.filter(pk=workspace.public_id).update(failed_at=NOW)
    assert audit_retention.purge(now=NOW) == 0

    AuditMark.objects.update(failed_at=None)
    (path,) = settings.AUDIT_SEALS.glob("*.jsonl")
    path.write_text(path.read_text().replace("heads", "beads"))
    assert audit_retention.purge(now=NOW) == 0


def test_a_purge_is_not_purged_for_its_own_sake(workspace: Workspace) -> None:
    old_trail(workspace, events=1, days=90)
    keep_for(workspace, 30)
    assert audit_retention.purge(now=NOW) == 5
    audit_seals.seal(now=NOW)

    assert audit_retention.purge(now=NOW + timedelta(days=40)) == 0


def test_a_purged_beginning_cannot_be_moved_on_by_hand(workspace: Workspace) -> None:
    old_trail(workspace, events=3, days=90)
    keep_for(workspace, 30)
    audit_trail.write(workspace, User.objects.get(), events=2)
    audit_retention.purge(now=NOW)
    assert verify().findings == []

    eighth = rows(workspace, 8).get()
    remove(rows(workspace, 8))
    AuditCheckpoint.objects.update(number=8, mac=eighth.mac)

    assert ("checkpoint", 0, 0) in found(verify())
