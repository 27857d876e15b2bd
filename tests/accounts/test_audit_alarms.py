"""Staff say that they know what verification found, and are told of whatever is found after."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from structlog.testing import capture_logs

from accounts.models import AuditEvent, AuditMark, User, Workspace
from accounts.models.audit_chain import INSTALLATION
from accounts.services import (
    audit_findings,
    audit_keeping,
    audit_marks,
    audit_seals,
    audit_status,
    audit_verification,
)
from tests import build
from tests.accounts import audit_trail
from tests.accounts.audit_trail import change, rows, verify

REASON = "A disk failed, and was replaced."


@pytest.fixture
def sam(db: None) -> User:
    """May acknowledge."""
    sam = build.user("sam", is_staff=True)
    sam.user_permissions.set(Permission.objects.filter(codename="change_auditmark"))
    return sam


@pytest.fixture
def ida(db: None) -> User:
    """May only look."""
    return build.user("ida", is_staff=True)


@pytest.fixture(autouse=True)
def altered(workspace: Workspace, alice: User, settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_SEALS = tmp_path / "seals"
    audit_trail.write(workspace, alice, events=4)
    change(rows(workspace, 2), actor_label="Mallory")
    verify()


def of(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


def alarms(who: User) -> Any:
    return of(who).get("/staff/audit/alarms/").context["alarms"]


def acknowledge(who: User, chain: Workspace | UUID, reason: str = REASON, seen: str = "") -> Any:
    """What the page shows of it, unless something else is `seen`."""
    key = getattr(chain, "public_id", chain)
    shown = {alarm.mark.pk: alarm.seen for alarm, _ in alarms(who)}
    address = f"/staff/audit/alarms/{key}/acknowledge"
    form = {"reason": reason, "seen": seen or shown[key]}
    return of(who).post(address, form)


def rings() -> bool:
    """Whether the alarm is told; in the log of a round as in the numbers."""
    with capture_logs() as logs:
        audit_keeping.keep(now=timezone.now())
    is_logged = "audit.not_as_written" in [each["event"] for each in logs]
    assert is_logged == bool(audit_status.of_installation(now=timezone.now()).failing)
    return is_logged


def test_an_acknowledged_alarm_rings_no_more_and_says_who_knew_of_it_when_and_why(
    sam: User, workspace: Workspace
) -> None:
    assert rings()

    answer = acknowledge(sam, workspace)
    verify()

    assert answer.headers["Location"] == "/staff/audit/alarms/"
    assert not rings()
    ((alarm, _),) = alarms(sam)
    assert (alarm.mark.known_by, alarm.mark.known_reason) == (sam, REASON)
    page = of(sam).get("/staff/audit/alarms/").content.decode()
    assert REASON in page
    assert sam.email in page
    event = AuditEvent.objects.get(action="audit.acknowledged")
    assert (event.workspace_id, event.actor_label) == (None, f"staff: {sam.label}")
    assert event.details == {"chain": str(workspace.public_id), "findings": 1, "reason": REASON}


def test_the_workspace_is_told_all_the_same_and_that_staff_know(
    sam: User, alice: User, workspace: Workspace
) -> None:
    acknowledge(sam, workspace)

    page = of(alice).get("/audit/").content.decode()

    assert "The audit trail is not as it was written" in page
    assert "The staff of this installation have known of it" in page
    assert REASON not in page
    assert "/staff/" not in page


def test_whatever_else_is_found_rings_again_and_less_does_not(
    sam: User, workspace: Workspace
) -> None:
    acknowledge(sam, workspace)
    before = rows(workspace, 4).get().actor_label

    change(rows(workspace, 4), actor_label="Mallory")
    verify()
    assert rings()
    assert len(alarms(sam)[0][0].mark.found) == 2

    acknowledge(sam, workspace)
    change(rows(workspace, 4), actor_label=before)
    verify()
    assert not rings()
    change(rows(workspace, 3), actor_label="Mallory")
    verify()
    assert rings()


def test_what_is_in_order_again_is_forgotten_with_the_word_about_it(
    sam: User, workspace: Workspace
) -> None:
    acknowledge(sam, workspace)
    change(rows(workspace, 2), actor_label=rows(workspace, 1).get().actor_label)
    verify()
    mark = AuditMark.objects.get(pk=workspace.public_id)
    assert (mark.failed_at, mark.known, mark.known_at, mark.known_by) == (None, [], None, None)

    change(rows(workspace, 2), actor_label="Mallory")
    verify()

    assert rings()


def test_what_was_found_since_the_page_was_shown_is_not_acknowledged_with_it(
    sam: User, workspace: Workspace
) -> None:
    ((shown, _),) = alarms(sam)
    change(rows(workspace, 3), actor_label="Mallory")
    verify()

    acknowledge(sam, workspace, seen=shown.seen)

    assert rings()
    assert not AuditEvent.objects.filter(action="audit.acknowledged").exists()


def test_what_the_newest_events_show_stands_beside_what_was_found_before(
    sam: User, alice: User, workspace: Workspace
) -> None:
    change(rows(workspace, 2), actor_label=rows(workspace, 1).get().actor_label)
    verify()
    change(rows(workspace, 2), actor_label="Mallory")
    verify()
    ((shown, _),) = alarms(sam)
    audit_trail.write(workspace, alice, events=1)
    change(rows(workspace, 5), actor_label="Mallory")

    audit_trail.verify_recent()

    acknowledge(sam, workspace, seen=shown.seen)
    assert rings()
    ((alarm, _),) = alarms(sam)
    assert len(alarm.mark.found) == 2
    assert "event 2" in alarm.mark.failure
    assert "event 5" in alarm.mark.failure


def test_an_acknowledged_seal_that_cannot_be_mended_stays_acknowledged(
    sam: User, workspace: Workspace, settings: Any
) -> None:
    change(rows(workspace, 2), actor_label=rows(workspace, 1).get().actor_label)
    audit_seals.seal(now=timezone.now())
    with next(settings.AUDIT_SEALS.glob("*.jsonl")).open("a") as file:
        file.write("{}\n")
    verify()
    acknowledge(sam, INSTALLATION)

    verify()

    assert not rings()
    assert AuditMark.objects.get(pk=INSTALLATION).known_by == sam


def test_a_chain_whose_findings_may_be_cut_off_is_not_taken_for_whole(
    sam: User, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    acknowledge(sam, workspace)
    monkeypatch.setattr(audit_verification, "MOST", 0)

    verify()

    assert AuditMark.objects.get(pk=workspace.public_id).known_by == sam


def test_more_than_is_kept_of_one_verification_cannot_be_acknowledged_for_long(
    sam: User, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_marks, "MOST", 1)
    acknowledge(sam, workspace)
    assert audit_findings.MOST > 1

    verify()

    assert rings()


def test_a_reason_is_asked_for_and_the_permission(
    sam: User, ida: User, workspace: Workspace
) -> None:
    page = acknowledge(sam, workspace, reason="No")
    assert "Ensure this value has at least 5 characters" in page.content.decode()
    assert acknowledge(ida, workspace).status_code == 403
    assert AuditEvent.objects.get(action="audit.acknowledged").refused
    assert "Acknowledge it" not in of(ida).get("/staff/audit/alarms/").content.decode()

    assert rings()


@pytest.mark.parametrize("more", [0, 2])
def test_the_page_takes_the_same_queries_however_much_is_wrong(
    more: int, sam: User, django_assert_num_queries: Any
) -> None:
    for number in range(more):
        key = INSTALLATION if number else build.workspace(owner=build.user()).public_id
        AuditMark.objects.create(pk=key, failed_at=timezone.now(), known_by=build.user())
    client = of(sam)

    with django_assert_num_queries(7):
        page = client.get("/staff/audit/alarms/")

    assert len(page.context["alarms"]) == 1 + more
