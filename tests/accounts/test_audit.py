"""What happened is written down with it, keeps no secret, and cannot be written again."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import AuditDoor, AuditEvent, AuditPersonalData, User, Workspace
from accounts.models.audit_event import AppendOnly
from accounts.services import audit
from accounts.services.audit import Action
from accounts.services.callers import Caller
from liveavatar_web.vault import Secret
from tests import build

REWRITING = [
    "UPDATE accounts_auditevent SET action = 'nothing.happened'",
    "DELETE FROM accounts_auditevent",
]
if connection.vendor == "postgresql":
    REWRITING.append("TRUNCATE accounts_auditevent")


@pytest.fixture
def event(workspace: Workspace, alice: User) -> AuditEvent:
    return record(alice, workspace=workspace, obj=workspace)


def record(who: User, action: Action = Action.WORKSPACE_CREATED, **told: Any) -> AuditEvent:
    with transaction.atomic():
        return audit.record(action, caller=build.caller(who), **told)


def execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_event_says_who_did_what_to_what_and_where(workspace: Workspace, alice: User) -> None:
    key = build.provider_key(workspace, alice, name="Showroom")

    event = record(
        alice,
        Action.PROVIDER_KEY_RENAMED,
        workspace=workspace,
        obj=key,
        details={"name_before": "Lobby", "name_after": "Showroom"},
    )

    read = AuditEvent.objects.get(pk=event.pk)
    assert (read.action, read.refused) == ("provider_key.renamed", False)
    assert (read.actor_id, read.actor_label) == (alice.public_id, alice.label)
    assert (read.object_type, read.object_id) == ("provider_key", key.public_id)
    assert read.object_label == str(key)
    assert (read.workspace_id, read.workspace_label) == (workspace.public_id, str(workspace))
    assert read.details == {"name_before": "Lobby", "name_after": "Showroom"}


def test_personal_data_stands_apart_and_may_be_erased(event: AuditEvent, alice: User) -> None:
    personal = AuditPersonalData.objects.get(event_id=event.public_id)

    assert (personal.email, personal.address, personal.agent) == (alice.email, "127.0.0.1", "tests")
    assert event.personal_digest == audit.digest(personal)
    assert alice.email not in str(vars(event))

    personal.delete()
    assert AuditEvent.objects.filter(pk=event.pk).exists()


def test_the_digest_tells_when_personal_data_was_altered(event: AuditEvent) -> None:
    personal = AuditPersonalData.objects.get(event_id=event.public_id)
    personal.address = "192.0.2.7"

    assert audit.digest(personal) != event.personal_digest


def test_a_part_of_the_system_leaves_no_personal_data(db: None) -> None:
    with transaction.atomic():
        event = audit.record(Action.AVATARS_SYNCED, caller=Caller.system("sweep"))

    assert (event.actor_id, event.actor_label) == (None, "system: sweep")
    assert event.personal_digest == ""
    assert not AuditPersonalData.objects.exists()


def test_the_event_of_a_person_without_a_name_does_not_show_their_address(db: None) -> None:
    user = User.objects.create_user("nameless@example.com")

    event = record(user, Action.USER_SIGNED_IN, obj=user)

    assert "nameless" not in event.actor_label + event.object_label


def test_a_detail_that_the_action_does_not_list_is_refused(alice: User) -> None:
    with pytest.raises(ValueError, match="does not list the details \\['prompt'\\]"):
        record(alice, Action.CONTEXT_EDITED, details={"number": 2, "prompt": "Be brief."})

    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("value", [Secret("sk-sim-1"), ["a"], {"a": 1}, b"a"])
def test_a_detail_that_is_not_a_plain_value_is_refused(alice: User, value: Any) -> None:
    with pytest.raises(TypeError, match="not a plain value"):
        record(alice, Action.USER_SIGNED_IN, details={"method": value})


def test_a_long_detail_is_cut(alice: User) -> None:
    event = record(alice, Action.USER_SIGNED_IN, details={"method": "x" * 1000})

    assert event.details == {"method": "x" * 300}


@pytest.mark.django_db(transaction=True)
def test_an_event_is_only_written_inside_a_transaction() -> None:
    with pytest.raises(AssertionError, match="in the transaction of what it tells"):
        audit.record(Action.AVATARS_SYNCED, caller=Caller.system("test"))


@pytest.mark.django_db(transaction=True)
def test_an_event_is_undone_with_its_change_and_a_refusal_is_not() -> None:
    caller = Caller.system("test")

    with transaction.atomic():
        audit.record(Action.AVATARS_SYNCED, caller=caller)
        transaction.set_rollback(True)
    audit.refusal(Action.PERMISSION_REFUSED, caller=caller)

    assert [(event.action, event.refused) for event in AuditEvent.objects.all()] == [
        ("permission.refused", True)
    ]


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_not_written_where_a_rollback_would_take_it_along() -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        audit.refusal(Action.PERMISSION_REFUSED, caller=Caller.system("test"))


def test_the_code_offers_no_way_to_rewrite_an_event(event: AuditEvent) -> None:
    event.action = "nothing.happened"

    with pytest.raises(AppendOnly):
        event.save()
    with pytest.raises(AppendOnly):
        event.delete()
    with pytest.raises(AppendOnly):
        AuditEvent.objects.update(action="nothing.happened")
    with pytest.raises(AppendOnly):
        AuditEvent.objects.all().delete()


@pytest.mark.parametrize("statement", REWRITING)
def test_the_database_refuses_to_rewrite_an_event(event: AuditEvent, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"):
        execute(statement)

    assert AuditEvent.objects.get().action == event.action


@pytest.mark.parametrize("statement", REWRITING)
def test_the_open_door_lets_a_transaction_through(event: AuditEvent, statement: str) -> None:
    with AuditDoor.open():
        execute(statement)

    assert not AuditEvent.objects.filter(action=event.action).exists()
    assert not AuditDoor.objects.exists()


def test_the_door_shuts_behind_whoever_went_through(event: AuditEvent) -> None:
    with AuditDoor.open():
        pass

    with pytest.raises(DatabaseError, match="append-only"):
        execute("DELETE FROM accounts_auditevent")


def test_retention_deletes_what_is_asked_for_and_no_more(event: AuditEvent, alice: User) -> None:
    kept = record(alice, Action.USER_SIGNED_IN)

    purged = AuditEvent.objects.filter(action=event.action).purge()

    assert purged == 1
    assert list(AuditEvent.objects.all()) == [kept]


if connection.vendor == "postgresql":

    def test_the_door_cannot_be_left_open(db: None) -> None:
        AuditDoor.objects.create()

        with pytest.raises(DatabaseError, match="shut before the transaction ends"):
            execute("SET CONSTRAINTS ALL IMMEDIATE")

        AuditDoor.objects.all().delete()
