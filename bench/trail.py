"""Makes an audit trail of any size in PostgreSQL, by COPY: chained, and with personal data.

What it writes is what the product would have written, one event after another, over 400 days.
"""

import itertools
import secrets
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import psycopg

from accounts.models.audit_chain import GENESIS
from accounts.services import audit_chain, audit_keys

DAYS = 400
BATCH = 50_000
TABLES = ("accounts_auditevent", "accounts_auditpersonaldata")
EVENT_COLUMNS = (*audit_chain.FIELDS, "mac")
PERSONAL_COLUMNS = (
    *("event_id", "at", "workspace_id", "actor_id"),
    *("salt", "address", "agent", "email"),
)
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"


def generate(
    connection: psycopg.Connection[Any],
    *,
    workspaces: list[tuple[str, str]],
    events: int,
    now: datetime,
    tick: Callable[[int], None],
) -> None:
    """`workspaces` are public ids and labels; events go round them, and every 50th to none."""
    writer = _Writer(workspaces, now - timedelta(days=DAYS), timedelta(days=DAYS) / events)
    with _without_indexes(connection):
        for start in range(0, events, BATCH):
            count = min(BATCH, events - start)
            rows = [writer.event() for _ in range(count)]
            _copy(connection, TABLES[0], EVENT_COLUMNS, (row for row, _ in rows))
            _copy(connection, TABLES[1], PERSONAL_COLUMNS, (row for _, row in rows if row))
            tick(count)
    heads = [(chain or str(uuid.UUID(int=0)), *head) for chain, head in writer.heads.items()]
    _copy(connection, "accounts_auditchain", ("workspace_id", "number", "mac"), iter(heads))
    connection.execute("ANALYZE accounts_auditevent, accounts_auditpersonaldata")


class _Writer:
    """Writes one event after another, as `audit.record` does."""

    def __init__(self, workspaces: list[tuple[str, str]], begun: datetime, step: timedelta) -> None:
        self.heads: dict[str | None, tuple[int, bytes]] = {}
        self._workspaces = itertools.cycle(workspaces)
        self._people = [str(uuid.uuid4()) for _ in range(50)]
        self._at, self._step, self._count = begun, step, 0
        self._key_name = audit_keys.newest()
        self._key = audit_keys.for_purpose(audit_keys.EVENT)[self._key_name]

    def event(self) -> tuple[tuple[Any, ...], tuple[Any, ...] | None]:
        self._count += 1
        self._at += self._step
        workspace_id, label = (None, "") if self._count % 50 == 0 else next(self._workspaces)
        person = self._people[self._count % 50] if self._count % 2 else None
        personal, digest = self._personal(person)
        number, previous = self.heads.get(workspace_id, (0, GENESIS))
        action, details = _KINDS[self._count % len(_KINDS)]
        values = [
            number + 1,
            self._key_name,
            str(uuid.uuid4()),
            self._at.replace(tzinfo=None).isoformat(" ", "microseconds"),
            action,
            False,
            person,
            "somebody" if person else "system: worker",
            "avatar_session",
            str(uuid.uuid4()),
            f"{action} {self._count}",
            workspace_id,
            label,
            uuid.uuid4().hex,
            details,
            digest,
        ]
        code = audit_chain.mac(self._key, previous, audit_chain.canonical(values))
        self.heads[workspace_id] = number + 1, code
        row = (*values[:14], psycopg.types.json.Jsonb(details), digest, code)
        told = (values[2], values[3], workspace_id, person, *personal) if personal else None
        return row, told

    def _personal(self, person: str | None) -> tuple[tuple[str, ...] | None, str]:
        if person is None:
            return None, ""
        address = f"192.0.2.{self._count % 250}"
        told = (secrets.token_hex(16), address, AGENT, f"{person[:8]}@example.com")
        return told, audit_chain.digest(told)


_KINDS: list[tuple[str, dict[str, Any]]] = [
    (
        "avatar_session.requested",
        {
            "avatar": "Amara",
            "context": "Guide",
            "provider_key": "Talks in the showroom",
            "voice": "alloy",
            "model": "gpt-realtime",
            "temperature": 0.8,
            "is_sandbox": False,
            "max_seconds": 300,
        },
    ),
    ("avatar_session.live", {"cause": "started", "remote_id": uuid.uuid4().hex}),
    ("avatar_session.room_given", {}),
    ("avatar_session.stopping", {"cause": "person", "remote_id": uuid.uuid4().hex}),
    (
        "avatar_session.ended",
        {"cause": "person", "remote_id": uuid.uuid4().hex, "seconds": 181, "credits": "4.00"},
    ),
]


def _copy(
    connection: psycopg.Connection[Any],
    table: str,
    columns: tuple[str, ...],
    rows: Iterator[tuple[Any, ...]],
) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


@contextmanager
def _without_indexes(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Takes the tables' constraints and indexes away for as long, which is far quicker."""
    constraints = connection.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid::regclass::text = ANY(%s) AND contype = 'u'",
        [list(TABLES)],
    ).fetchall()
    for table, name, _ in constraints:
        connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    indexes = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) "
        "AND indexname NOT LIKE '%%_pkey'",
        [list(TABLES)],
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f'DROP INDEX "{name}"')
    yield
    for table, name, definition in constraints:
        connection.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    for _, definition in indexes:
        connection.execute(definition)
