"""Holds our rows against the simulator's sessions after the storm, and says what is wrong."""

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
from psycopg.rows import dict_row

_OPEN = (
    "SELECT id FROM sessions_app_avatarsession WHERE state NOT IN ('ended', 'failed') "
    "UNION ALL SELECT id FROM accounts_providerkey "
    "WHERE state NOT IN ('ready', 'revoked', 'rejected') "
    "UNION ALL SELECT id FROM sessions_app_context "
    "WHERE state NOT IN ('ready', 'deleted', 'rejected')"
)
# What the cloud should hold by our rows; what was refused may have been accepted once.
_SECRETS = "SELECT remote_secret_id AS id FROM accounts_providerkey WHERE state = 'ready'"
_CONTEXTS = (
    "SELECT remote_context_id AS id FROM sessions_app_context "
    "WHERE deleted_at IS NULL AND remote_context_id != ''"
)
_DUE = (
    "SELECT id, due_at FROM sessions_app_avatarsession WHERE due_at IS NOT NULL "
    "UNION ALL SELECT id, due_at FROM sessions_app_cloudsession WHERE due_at IS NOT NULL "
    "UNION ALL SELECT id, due_at FROM sessions_app_context WHERE due_at IS NOT NULL "
    "UNION ALL SELECT id, due_at FROM accounts_providerkey WHERE due_at IS NOT NULL"
)


class Judge:
    """Everybody has left: in the end nothing may run, there or here."""

    def __init__(self, database_url: str, cloud: httpx.Client, *, sweep_seconds: int) -> None:
        self._database_url = database_url
        self._cloud = cloud
        self._sweep_seconds = sweep_seconds

    def wait_until_calm(self, seconds: float) -> float | None:
        """Seconds until nothing ran and nothing was due any more; None where that never came."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if not self._unrest():
                return time.monotonic() - began
            time.sleep(0.2)
        return None

    def verdict(self, calm: float | None) -> int:
        """Prints the figures; returns what to end with."""
        # Two sweeps more, for what a list might still bring to light.
        time.sleep(2 * self._sweep_seconds)
        wrong = self._wrong()
        sessions, joined = self._sessions(), self._joined()
        billed = sum(each["billed_seconds"] for each in sessions)
        wasted = sum(each["billed_seconds"] for each in sessions if each["id"] not in joined)
        print(f"asked for: {self._states('sessions_app_avatarsession')}")
        print(f"keys: {self._states('accounts_providerkey')}")
        print(f"contexts: {self._states('sessions_app_context')}")
        print(f"started there: {sum(each['started_at'] is not None for each in sessions)}")
        for what, count in wrong.items():
            print(f"{what}: {count}")
        for remote_id in self._leaked():
            print(f"leaked {remote_id}: {self._told_of(remote_id)}")
        share = 100 * wasted / billed if billed else 0
        print(f"billed {billed:.0f} s, of which {wasted:.0f} s with nobody there ({share:.1f} %)")
        print("never calm" if calm is None else f"calm {calm:.1f} s after the last fault")
        return 1 if calm is None or any(wrong.values()) else 0

    def _wrong(self) -> dict[str, int]:
        running = Counter(self._running())
        live = self._live()
        ours = {
            row["remote_id"]: row["avatar_session_id"]
            for row in self._ask(
                "SELECT remote_id, avatar_session_id FROM sessions_app_cloudsession"
            )
        }
        per_row = Counter(ours[remote_id] for remote_id in running if remote_id in ours)
        there, named, held = *self._mirrored(), self._held()
        return {
            "leaked": len(self._leaked()),
            "doubled": sum(count > 1 for count in per_row.values()),
            "lost": len(live - running.keys()),
            "stuck": len(self._overdue()),
            "secrets or contexts doubled": sum(count > 1 for count in named.values()),
            "secrets or contexts without a row": len(there - held),
            "secrets or contexts lost": len(held - there),
        }

    def _running(self) -> list[str]:
        return [each["id"] for each in self._sessions() if each["state"] == "active"]

    def _leaked(self) -> set[str]:
        return set(self._running()) - self._live()

    def _told_of(self, remote_id: str) -> str:
        """What our rows say of a session that runs there."""
        rows = self._ask(
            "SELECT state, due_at, over_at, avatar_session_id FROM sessions_app_cloudsession "
            "WHERE remote_id = %s",
            remote_id,
        )
        return str(rows[0]) if rows else "no row knows of it"

    def _unrest(self) -> bool:
        running = any(each["state"] == "active" for each in self._sessions())
        try:
            return running or bool(self._ask(_OPEN)) or self._mirrored()[0] != self._held()
        except psycopg.OperationalError:
            return True

    def _overdue(self) -> list[dict[str, Any]]:
        """Rows that are due and that nobody has moved for longer than two sweeps take."""
        latest = datetime.now(UTC) - timedelta(seconds=2 * self._sweep_seconds + 1)
        return [row for row in self._ask(_DUE) if row["due_at"] < latest]

    def _states(self, table: str) -> str:
        states = self._ask(f"SELECT state, count(*) FROM {table} GROUP BY state ORDER BY state")  # noqa: S608
        return ", ".join(f"{row['count']} {row['state']}" for row in states)

    def _live(self) -> set[str]:
        rows = self._ask("SELECT remote_id FROM sessions_app_avatarsession WHERE state = 'live'")
        return {row["remote_id"] for row in rows}

    def _joined(self) -> set[str]:
        rows = self._ask(
            "SELECT remote_id FROM sessions_app_avatarsession WHERE joined_at IS NOT NULL"
        )
        return {row["remote_id"] for row in rows}

    def _mirrored(self) -> tuple[set[str], Counter[str]]:
        """The ids and the names of all secrets and contexts that the cloud holds."""
        state = self._cloud.get("/_sim/state").json()
        secrets, contexts = state["secrets"], state["contexts"]
        names = [each["secret_name"] for each in secrets] + [each["name"] for each in contexts]
        return {each["id"] for each in [*secrets, *contexts]}, Counter(names)

    def _held(self) -> set[str]:
        """The ids that our rows say it holds."""
        return {row["id"] for query in (_SECRETS, _CONTEXTS) for row in self._ask(query)}

    def _sessions(self) -> list[dict[str, Any]]:
        return list(self._cloud.get("/_sim/state").json()["sessions"])

    def _ask(self, query: str, *values: str) -> list[dict[str, Any]]:
        with psycopg.connect(self._database_url, row_factory=dict_row) as connection:
            return connection.execute(query, values or None).fetchall()
