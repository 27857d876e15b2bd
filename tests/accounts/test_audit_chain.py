"""Every event is numbered in its chain and bound to the one before it, whoever writes at once."""

import hmac
import json
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import AuditChain, AuditDoor, AuditEvent, Workspace
from accounts.models.audit_chain import GENESIS, INSTALLATION
from accounts.services import audit, audit_chain, audit_keys, audit_rows, changes
from accounts.services.audit import Action
from accounts.services.audit_rows import Part
from accounts.services.callers import Caller
from liveavatar_web.keys import parse
from tests import build
from tests.accounts import audit_trail
from tests.sessions_app.racing import race

SYSTEM = Caller.system("test")
OWN = "own:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


def record(workspace: Workspace | None, method: str = "test") -> AuditEvent:
    with transaction.atomic():
        details = {"method": method}
        return audit.record(
            Action.USER_SIGNED_IN, caller=SYSTEM, workspace=workspace, details=details
        )


def numbers(workspace: Workspace | None) -> list[int]:
    own = AuditEvent.objects.filter(workspace_id=workspace.public_id if workspace else None)
    return list(own.order_by("id").values_list("number", flat=True))


def test_events_are_numbered_by_workspace_and_those_of_none_by_themselves(
    workspace: Workspace,
) -> None:
    other = build.workspace()

    for where in (workspace, None, workspace, other, None, workspace):
        record(where)

    assert (numbers(workspace), numbers(other), numbers(None)) == ([1, 2, 3], [1], [1, 2])
    heads = dict(AuditChain.objects.values_list("workspace_id", "number"))
    assert heads == {workspace.public_id: 3, other.public_id: 1, INSTALLATION: 2}


def test_a_code_can_be_made_anew_by_whoever_holds_the_key_and_reads_the_documents(
    workspace: Workspace,
) -> None:
    """Written after `docs/audit.md` and not after the code."""
    key = parse(settings.AUDIT_KEYS, setting="AUDIT_KEYS")[0]
    derived = hmac.digest(key.material, b"audit event", "sha256")
    previous = bytes(32)

    for method in ("password", "Schlüssel \N{KEY}"):
        event = record(workspace, method)
        event.refresh_from_db()

        written = [
            "event 1",
            event.number,
            key.name,
            str(event.public_id),
            f"{event.at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}",
            "user.signed_in",
            False,
            None,
            "system: test",
            "",
            None,
            "",
            str(workspace.public_id),
            str(workspace),
            "",
            {"method": method},
            "",
        ]
        message = json.dumps(written, ensure_ascii=False).encode()
        previous = hmac.digest(derived, previous + message, "sha256")
        assert bytes(event.mac) == previous


def test_every_field_of_an_event_stands_in_its_code() -> None:
    stored = {field.attname for field in AuditEvent._meta.concrete_fields}

    assert stored - set(audit_chain.FIELDS) == {"id", "mac"}
    assert len(audit_chain.FIELDS) == len(set(audit_chain.FIELDS))


# What PostgreSQL takes as text, which is all that can be stored.
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60)
numbers_as_kept = st.floats(-1e14, 1e14).filter(lambda number: "e" not in repr(number))
details = st.dictionaries(
    st.sampled_from(["reason", "method", "é", "a b"]),
    texts | st.integers() | st.booleans() | st.none() | numbers_as_kept.map(lambda x: x + 0),
    max_size=3,
)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    label=texts,
    told=details,
    at=st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),
    refused=st.booleans(),
)
def test_what_is_read_back_is_what_was_written_on_either_database(
    db: None, label: str, told: dict[str, Any], at: datetime, refused: bool
) -> None:
    event = AuditEvent(
        at=at, action="a", refused=refused, actor_label=label, object_label=label, details=told
    )
    with transaction.atomic():
        audit_chain.append(event)

        (row,) = audit_rows.read(Part.chain(INSTALLATION, since=event.number))
        transaction.set_rollback(True)

    assert row.message == audit_chain.canonical(audit_chain.values_of(event))
    assert (row.chain, row.number, row.mac) == (str(INSTALLATION), event.number, event.mac)


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_leave_one_whole_chain() -> None:
    workspace = build.workspace()

    race(lambda: [record(workspace) for _ in range(8)], runners=5)

    assert numbers(workspace) == list(range(1, 41))
    previous = GENESIS
    for row in audit_rows.read(Part.chain(workspace.public_id, since=1)):
        key = audit_keys.for_purpose(audit_keys.EVENT)[row.key_name]
        previous = audit_chain.mac(key, previous, row.message)
        assert row.mac == previous


def test_what_is_rolled_back_leaves_no_gap(workspace: Workspace) -> None:
    record(workspace)
    with transaction.atomic():
        record(workspace)
        transaction.set_rollback(True)
    record(workspace)

    assert numbers(workspace) == [1, 2]


def test_the_newest_key_writes_and_says_so(workspace: Workspace, settings: Any) -> None:
    first = record(workspace)
    settings.AUDIT_KEYS = f"{OWN},{settings.AUDIT_KEYS}"
    second = record(workspace)

    assert (first.key_name, second.key_name) == ("desk", "own")


@pytest.mark.parametrize("where", ["workspace", "installation"])
def test_the_database_takes_no_number_twice(where: str, workspace: Workspace) -> None:
    record(workspace if where == "workspace" else None)
    AuditChain.objects.update(number=0)

    with pytest.raises(IntegrityError):
        record(workspace if where == "workspace" else None)


@pytest.mark.django_db
@pytest.mark.parametrize("number", [float("inf"), float("nan"), 1e16, -1e300, 1e-5])
def test_a_number_that_databases_spell_differently_is_refused(number: float) -> None:
    with pytest.raises(TypeError, match="no number of a usual size"):
        record(None, method=number)  # type: ignore[arg-type]


def test_events_from_before_the_chain_are_numbered_in_their_order(
    workspace: Workspace, settings: Any, tmp_path: Path
) -> None:
    settings.AUDIT_SEALS = tmp_path
    for where in (workspace, None, workspace):
        record(where)
    with AuditDoor.open(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_auditevent SET number = id + 1000, key_name = 'none'")
        AuditChain.objects.all().delete()

        migration = "0008_audit_is_chained"
        history = MigrationLoader(connection, replace_migrations=False)
        then = history.project_state(("accounts", migration)).apps
        import_module(f"accounts.migrations.{migration}").chain(then, None)

    assert (numbers(workspace), numbers(None)) == ([1, 2], [1])
    assert audit_trail.verify().findings == []
    assert record(workspace).number == 3


def test_a_chain_that_is_locked_after_its_workspace_fails_a_test(workspace: Workspace) -> None:
    with transaction.atomic():
        audit.hold(workspace)
        changes.announce(workspace.pk)
        record(workspace)

    with transaction.atomic():
        changes.announce(workspace.pk)
        with pytest.raises(AssertionError, match="locked before workspaces"):
            record(workspace)


def test_chains_are_locked_in_one_order_the_installations_first(workspace: Workspace) -> None:
    other = build.workspace()

    with CaptureQueriesContext(connection) as asked, transaction.atomic():
        audit.hold(other, None, workspace)

    begun = [query["sql"].replace("-", "") for query in asked if "INSERT" in query["sql"]]
    order = sorted([INSTALLATION, workspace.public_id, other.public_id])
    assert [key.hex in sql for key, sql in zip(order, begun, strict=True)] == [True] * 3
