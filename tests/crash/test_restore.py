"""The database is lost and restored from a backup, as docs/operations.md tells it."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from subprocess import CalledProcessError
from uuid import UUID, uuid4

import httpx
import pytest

from liveavatar_web.vault import Keyring, Place, Secret
from scripts.stack import Stack, stack
from tests import build
from tests.crash.broker import Broker
from tests.crash.databases import Database, Refused, database
from tests.crash.installation import BEAT, LIVE, SIMULATOR, SYNC, WEB
from tests.crash.order import running
from tests.crash.visitor import Visitor
from tests.crash.waiting import until
from tests.simulator.cloud import SimulatedCloud

OURS = [WEB, LIVE, SYNC, BEAT]
KEY, ANOTHER = (f"2026a:{base64.b64encode(bytes([number]) * 32).decode()}" for number in (7, 8))


@pytest.fixture
def lost(tmp_path: Path) -> Iterator[Database]:
    """The database that will be."""
    with database(tmp_path) as lost:
        yield lost


@pytest.fixture
def installation(tmp_path: Path, broker: Broker, lost: Database) -> Iterator[Stack]:
    with stack(
        folder=tmp_path,
        redis_url=broker.url,
        database_url=lost.url,
        only=[SIMULATOR, *OURS],
        VAULT_KEYS=KEY,
        SWEEP_SECONDS="1",
        RECONCILE_SECONDS="1",
        LEASE_SECONDS="600",  # no page is there to renew it
    ) as installation:
        yield installation


def talk(installation: Stack, lost: Database, password: str) -> str:
    """Starts a conversation; returns the id that it has in the cloud, once it is live."""
    before = live(lost)
    ready = "SELECT public_id FROM accounts_providerkey WHERE state = 'ready'"
    contexts = "SELECT public_id FROM sessions_app_context WHERE state = 'ready'"
    avatars = f"SELECT public_id FROM sessions_app_avatar WHERE remote_id = '{build.AMARA}'"
    chosen = {"provider_key": ready, "context": contexts, "avatar": avatars}
    body = {
        name: str(UUID(str(until(lambda query=query: lost.query(query))[0][0])))
        for name, query in chosen.items()
    }
    with Visitor(installation.address) as visitor:
        visitor.sign_in("demo@example.com", password)
        answer = visitor.call("/api/sessions", body, **{"Idempotency-Key": str(uuid4())})
    assert answer.status_code == 202, answer.text
    return until(lambda: live(lost) - before).pop()


def live(lost: Database) -> set[str]:
    rows = lost.query("SELECT remote_id FROM sessions_app_avatarsession WHERE state = 'live'")
    return {remote_id for (remote_id,) in rows}


def opened(lost: Database) -> Secret:
    """The one provider key, out of the row as it is stored."""
    ((public_id, sealed),) = lost.query("SELECT public_id, value FROM accounts_providerkey")
    place = Place("accounts_providerkey", "value", str(UUID(str(public_id))))
    return Keyring(KEY).open(sealed, place)


def test_a_restored_installation_is_whole_and_what_it_forgot_is_found_and_stopped(
    installation: Stack, lost: Database, tmp_path: Path
) -> None:
    password = (tmp_path / "demo-password").read_text().strip()
    with httpx.Client(base_url=installation.simulator_address, timeout=10) as http:
        cloud = SimulatedCloud(http)
        remembered = talk(installation, lost, password)
        manifest, dump = tmp_path / "manifest.json", tmp_path / "database.dump"
        manifest.write_text(installation.manage("backup_manifest"))
        lost.back_up(dump)
        forgotten = talk(installation, lost, password)
        for name in OURS:
            installation.processes[name].kill()
        lost.lose()

        # Whoever has the backup and not its keys gets no further than this.
        lost.restore(dump)
        stranger = replace(
            installation, environment={**installation.environment, "VAULT_KEYS": ANOTHER}
        )
        with pytest.raises(CalledProcessError) as refused:
            stranger.manage("migrate")
        assert "sealed under the key '2026a', which VAULT_KEYS does not" in refused.value.stderr

        installation.manage("migrate", "--verbosity", "0")
        for name in OURS:
            installation.processes[name].__enter__()

        # What began after the backup has no row, so it is a stranger: shown, and left alone.
        until(lambda: lost.query("SELECT remote_id FROM sessions_app_cloudstranger"))
        assert lost.query("SELECT remote_id FROM sessions_app_cloudstranger") == [(forgotten,)]
        assert set(running(cloud)) == {remembered, forgotten}

        made_at = json.loads(manifest.read_text())["made_at"]
        told = installation.manage("stop_strangers", "--begun-after", made_at, "--yes")
        assert forgotten in told
        gone = "SELECT remote_id FROM sessions_app_cloudstranger WHERE gone_at IS NOT NULL"
        until(lambda: lost.query(gone))

        assert set(running(cloud)) == live(lost) == {remembered}
        assert opened(lost).reveal().startswith("sk-sim-")
        for statement in (
            "UPDATE accounts_auditevent SET action = 'nothing.happened'",
            "DELETE FROM accounts_auditevent",
        ):
            with pytest.raises(Refused):
                lost.query(statement)
