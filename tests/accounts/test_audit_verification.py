"""Whoever tampers with the trail past its triggers is found, and where."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import (
    AuditChain,
    AuditCheckpoint,
    AuditEvent,
    AuditMark,
    AuditPersonalData,
    User,
    Workspace,
)
from accounts.models.audit_chain import INSTALLATION
from accounts.services import (
    audit_chain,
    audit_keys,
    audit_rows,
    audit_seals,
    audit_verification,
    audit_workers,
)
from accounts.services.audit_chain import FIELDS
from accounts.services.audit_rows import Part
from tests import build
from tests.accounts import audit_trail
from tests.accounts.audit_trail import change, exchange, found, remove, rows, verify

pytestmark = pytest.mark.django_db

OTHER_KEY = "other:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture(autouse=True)
def trail(workspace: Workspace, alice: User, settings: Any, tmp_path: Any) -> None:
    """Six events of Alice's workspace among others."""
    settings.AUDIT_SEALS = tmp_path / "seals"
    other = build.workspace(owner=alice)
    for _ in range(3):
        audit_trail.write(workspace, alice, events=2)
        audit_trail.write(other, alice, events=1)
        audit_trail.write(None, alice, events=1)


@pytest.fixture
def other(workspace: Workspace) -> Workspace:
    return Workspace.objects.exclude(pk=workspace.pk).get()


def seal() -> None:
    audit_seals.seal(now=timezone.now())


def test_a_trail_that_nobody_touched_is_whole(workspace: Workspace) -> None:
    seal()

    report = verify()

    assert report.findings == []
    assert (report.events, report.seals.count) == (12, 1)
    assert report.verified[str(workspace.public_id)] == 6
    assert report.verified[str(INSTALLATION)] == 3
    mark = AuditMark.objects.get(pk=workspace.public_id)
    assert (mark.verified_number, mark.sealed_number, mark.failed_at) == (6, 6, None)


EDITS: dict[str, Any] = {
    "public_id": uuid4(),
    "at": timezone.now() - timedelta(days=1),
    "action": "nothing.happened",
    "refused": True,
    "actor_id": uuid4(),
    "actor_label": "Mallory",
    "object_type": "workspace",
    "object_id": None,
    "object_label": "",
    "workspace_label": "another",
    "request_id": "1",
    "details": {"method": "password 2", "reason": ""},
    "personal_digest": "",
}


@pytest.mark.parametrize("field", EDITS)
def test_an_edit_of_any_field_is_found_where_it_was_made(field: str, workspace: Workspace) -> None:
    change(rows(workspace, 3), **{field: EDITS[field]})

    assert found(verify()) - {("personal data", 3, 3)} == {("altered", 3, 3)}


def test_every_field_was_tried() -> None:
    # The rest have tests of their own.
    assert set(FIELDS) - set(EDITS) == {"number", "workspace_id", "key_name"}


def test_an_edited_code_is_found_by_itself_and_by_the_next_event(workspace: Workspace) -> None:
    change(rows(workspace, 3), mac=bytes(32))

    assert found(verify()) == {("altered", 3, 3), ("altered", 4, 4)}


def test_a_key_that_we_do_not_hold_proves_nothing(workspace: Workspace, settings: Any) -> None:
    change(rows(workspace, 3), key_name="mallory")
    assert found(verify()) == {("key", 3, 3)}

    settings.AUDIT_KEYS = f"{OTHER_KEY},{settings.AUDIT_KEYS}"
    change(rows(workspace, 3), key_name="other")
    assert found(verify()) == {("altered", 3, 3)}


def test_events_of_an_older_key_verify_for_as_long_as_it_is_held(
    workspace: Workspace, alice: User, settings: Any
) -> None:
    old = settings.AUDIT_KEYS
    settings.AUDIT_KEYS = f"{OTHER_KEY},{old}"
    audit_trail.write(workspace, alice, events=1)
    assert verify().findings == []

    settings.AUDIT_KEYS = OTHER_KEY
    assert ("key", 1, 1) in found(verify(), workspace)


@pytest.mark.parametrize(("gone", "gap"), [([1], (1, 1)), ([3], (3, 3)), ([2, 3, 4], (2, 4))])
def test_removed_events_are_missed(
    gone: list[int], gap: tuple[int, int], workspace: Workspace
) -> None:
    remove(rows(workspace, *gone))

    assert found(verify()) == {("missing", *gap)}


def test_removed_events_are_missed_even_where_the_rest_closed_up(workspace: Workspace) -> None:
    remove(rows(workspace, 3))
    for number in (4, 5, 6):
        change(rows(workspace, number), number=number - 1)
    AuditChain.objects.filter(pk=workspace.public_id).update(number=5)

    assert ("altered", 3, 3) in found(verify())


@pytest.mark.parametrize("is_head_moved", [False, True])
def test_an_event_put_at_the_end_is_found(is_head_moved: bool, workspace: Workspace) -> None:
    forged = AuditEvent(
        action="forged", workspace_id=workspace.public_id, number=7, mac=bytes(32), key_name="desk"
    )
    forged.save(force_insert=True)
    if is_head_moved:
        AuditChain.objects.filter(pk=workspace.public_id).update(number=7, mac=bytes(32))

    head = set() if is_head_moved else {("head", 7, 7)}
    assert found(verify()) == {("altered", 7, 7), *head}


def test_an_event_put_between_others_is_found(workspace: Workspace) -> None:
    for number in (6, 5, 4):
        change(rows(workspace, number), number=number + 1)
    forged = rows(workspace, 3).get()
    forged.pk, forged.number, forged.public_id = None, 4, uuid4()
    forged._state.adding = True
    forged.save(force_insert=True)

    assert {("altered", 4, 4), ("reordered", 4, 4)} <= found(verify())


def test_a_number_that_is_taken_twice_is_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX audit_installation_number_once")
    twin = rows(None, 2).get()
    twin.pk, twin.public_id = None, uuid4()
    twin._state.adding = True
    twin.save(force_insert=True)

    assert ("inserted", 2, 2) in found(verify())


def test_two_events_that_changed_places_are_found(workspace: Workspace) -> None:
    one, two = rows(workspace, 3, 4).order_by("number")
    exchange(one, two, "number")

    assert {("reordered", 3, 3), ("altered", 3, 3), ("altered", 4, 4)} <= found(verify())


def test_two_events_that_changed_places_in_the_table_alone_are_found(workspace: Workspace) -> None:
    """The database's own id, which says what lies where, is in no code."""
    one, two = rows(workspace, 3, 5).order_by("number")
    exchange(one, two, "id")

    wrong = {kind for kind, _, _ in found(verify())}
    assert wrong == {"reordered"}


def test_events_exchanged_between_two_workspaces_are_found(
    workspace: Workspace, other: Workspace
) -> None:
    one, two = rows(workspace, 3).get(), rows(other, 3).get()
    exchange(one, two, "number", "workspace_id")

    report = verify()
    assert ("altered", 3, 3) in found(report, workspace)
    assert ("altered", 3, 3) in found(report, other)


def test_an_event_hidden_in_another_workspace_is_missed_and_found_there(
    workspace: Workspace, other: Workspace
) -> None:
    change(rows(workspace, 6), workspace_id=other.public_id, number=4)

    report = verify()
    assert found(report, workspace) == {("truncated", 6, 6)}
    assert ("altered", 4, 4) in found(report, other)


def test_a_tail_that_was_cut_off_is_missed(workspace: Workspace) -> None:
    remove(rows(workspace, 5, 6))

    assert found(verify()) == {("truncated", 5, 6)}


def cut_off(workspace: Workspace, *numbers: int) -> None:
    """With its head set back, so that the database looks as it did before."""
    remove(rows(workspace, *numbers))
    last = rows(workspace).order_by("number").last()
    heads = AuditChain.objects.filter(pk=workspace.public_id)
    marks = AuditMark.objects.filter(pk=workspace.public_id)
    if last is None:
        heads.delete()
        marks.delete()
    else:
        heads.update(number=last.number, mac=last.mac)
        marks.update(sealed_number=last.number, verified_number=last.number)


def test_a_tail_that_was_cut_off_with_its_head_is_missed_since_it_was_sealed(
    workspace: Workspace, alice: User
) -> None:
    seal()
    cut_off(workspace, 5, 6)
    assert found(verify()) == {("truncated", 5, 6)}

    audit_trail.write(workspace, alice, events=3)
    assert found(verify()) == {("seal", 6, 6)}


def test_what_came_since_the_last_seal_can_be_cut_off_unseen(workspace: Workspace) -> None:
    """The one thing that the chain cannot show, and why sealing is frequent: see docs/audit.md."""
    cut_off(workspace, 5, 6)

    assert verify().findings == []


def test_a_chain_that_was_removed_whole_is_missed(workspace: Workspace) -> None:
    seal()
    cut_off(workspace, *range(1, 7))

    assert found(verify(), workspace) == {("truncated", 1, 6), ("head", 0, 0)}


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"number": 4}, ("head", 5, 6)),
        ({"number": 9}, ("truncated", 7, 9)),
        ({"mac": bytes(32)}, ("head", 6, 6)),
    ],
)
def test_an_altered_head_is_found(
    values: dict[str, Any], wrong: tuple[str, int, int], workspace: Workspace
) -> None:
    AuditChain.objects.filter(pk=workspace.public_id).update(**values)

    assert found(verify()) == {wrong}


def test_a_forged_checkpoint_hides_nothing(workspace: Workspace) -> None:
    third = rows(workspace, 3).get()
    remove(rows(workspace, 1, 2, 3))
    AuditCheckpoint.objects.create(
        workspace_id=workspace.public_id,
        number=3,
        mac=third.mac,
        at=timezone.now(),
        days=30,
        key_name=third.key_name,
        signature=bytes(32),
    )

    assert found(verify()) == {("checkpoint", 0, 0), ("missing", 1, 3)}


@pytest.mark.parametrize("field", ["salt", "address", "agent", "email", "actor_id", "at"])
def test_altered_personal_data_is_found_at_its_event(field: str, workspace: Workspace) -> None:
    values = {"actor_id": uuid4(), "at": timezone.now()}
    event = rows(workspace, 3).get()
    AuditPersonalData.objects.filter(event_id=event.public_id).update(
        **{field: values.get(field, "altered")}
    )

    assert found(verify()) == {("personal data", 3, 3)}


def test_erased_personal_data_is_as_it_should_be() -> None:
    AuditPersonalData.objects.all().delete()

    assert verify().findings == []


def test_personal_data_put_where_there_was_none_is_found(workspace: Workspace) -> None:
    event = build.audit_event(workspace)
    AuditPersonalData.objects.create(
        event_id=event.public_id, at=event.at, workspace_id=event.workspace_id, salt="", email="a@b"
    )

    assert found(verify()) == {("personal data", 7, 7)}


def test_not_even_who_holds_the_key_writes_the_past_anew_once_it_is_sealed(
    workspace: Workspace,
) -> None:
    seal()
    previous = bytes(rows(workspace, 2).get().mac)
    for event in rows(workspace, 3, 4, 5, 6).order_by("number"):
        event.actor_label = "Mallory"
        key = audit_keys.for_purpose("audit event")[event.key_name]
        message = audit_chain.canonical(audit_chain.values_of(event))
        previous = audit_chain.mac(key, previous, message)
        change(rows(workspace, event.number), actor_label="Mallory", mac=previous)
    AuditChain.objects.filter(pk=workspace.public_id).update(mac=previous)

    assert found(verify()) == {("seal", 6, 6)}


numbers = st.integers(1, 6)
tampering = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), numbers, st.sampled_from(sorted(EDITS))),
        st.tuples(st.just("remove"), numbers, st.just("")),
        st.tuples(st.just("exchange"), numbers, numbers.map(str)),
        st.tuples(st.just("move"), numbers, st.integers(1, 9).map(str)),
        st.tuples(st.just("hide"), numbers, st.just("")),
    ),
    min_size=1,
    max_size=4,
)


def tamper(workspace: Workspace, how: str, number: int, with_what: str) -> None:
    event = rows(workspace, number).first()
    if event is None:
        return
    if how == "edit":
        # An id of which there may be one.
        value = uuid4() if with_what == "public_id" else EDITS[with_what]
        change(rows(workspace, number), **{with_what: value})
    elif how == "remove":
        remove(rows(workspace, number))
    elif how == "exchange" and (other := rows(workspace, int(with_what)).first()):
        exchange(event, other, "number")
    elif how == "move" and not rows(workspace, int(with_what)).exists():
        change(rows(workspace, number), number=int(with_what))
    elif how == "hide" and not rows(None, number + 10).exists():
        change(rows(workspace, number), workspace_id=None, number=number + 10)


def as_it_stands() -> list[Any]:
    return [(row.message, row.mac) for row in audit_rows.read(Part.ids(0, 10**9))]


@hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(steps=tampering)
def test_whatever_is_done_is_found_unless_it_was_undone(
    steps: list[tuple[str, int, str]], workspace: Workspace
) -> None:
    before = as_it_stands()
    with transaction.atomic():
        for step in steps:
            tamper(workspace, *step)
        after, findings = as_it_stands(), verify().findings
        transaction.set_rollback(True)

    assert bool(findings) == (after != before)


if connection.vendor == "postgresql":

    @pytest.mark.django_db(transaction=True)
    def test_several_processes_find_what_one_finds(
        workspace: Workspace, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(audit_workers, "WORTH_IT", 0)
        change(rows(workspace, 3), action="nothing.happened")
        remove(rows(workspace, 5))
        told: list[int] = []

        report = audit_verification.verify(now=timezone.now(), processes=2, tick=told.append)

        assert found(report) == found(verify()) == {("altered", 3, 3), ("missing", 5, 5)}
        assert (report.events, sum(told)) == (11, 11)
