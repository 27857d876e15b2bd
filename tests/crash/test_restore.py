"""The database is lost and restored from a backup, as docs/operations.md tells it."""

import base64
import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from subprocess import CalledProcessError

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils import timezone

from accounts.models import ProviderKey, User
from sessions_app.models import AvatarSession, CloudStranger, Reconciliation
from sessions_app.services.acceptance import Wish
from tests import build
from tests.crash.databases import database
from tests.crash.installation import BEAT, LIVE, SYNC, WEB, Installation
from tests.crash.order import running
from tests.crash.waiting import until
from tests.simulator.cloud import SimulatedCloud

OURS = [WEB, LIVE, SYNC, BEAT]
ANOTHER_KEY = f"2026a:{base64.b64encode(bytes(32)).decode()}"


def talk(by: User, wish: Wish) -> str:
    """Starts a conversation; returns the id that it has in the cloud, once it is live."""
    session = build.avatar_session(by, wish)
    until(AvatarSession.objects.live().filter(pk=session.pk).exists)
    # No page is there to renew its lease.
    renewed = AvatarSession.objects.filter(pk=session.pk)
    renewed.update(lease_until=timezone.now() + timedelta(minutes=10))
    return renewed.get().remote_id


def live() -> set[str]:
    return set(AvatarSession.objects.live().values_list("remote_id", flat=True))


def the_list_is_due() -> None:
    sessions = Reconciliation.objects.filter(kind=Reconciliation.Kind.SESSIONS)
    assert sessions.update(due_at=timezone.now())


def told(command: str, *arguments: str) -> str:
    said = StringIO()
    call_command(command, *arguments, stdout=said)
    return said.getvalue()


def test_a_restored_installation_is_whole_and_what_it_forgot_is_found_and_stopped(
    installation: Installation, cloud: SimulatedCloud, alice: User, wish: Wish, tmp_path: Path
) -> None:
    installation.start_missing(WEB)
    value = wish.provider_key.value.open().reveal()
    lost, dump = database(), tmp_path / "database.dump"
    remembered = talk(alice, wish)
    made_at = json.loads(told("backup_manifest"))["made_at"]
    lost.back_up(dump)
    forgotten = talk(alice, wish)
    installation.manage("seal_audit")
    installation.kill(*OURS)
    lost.lose()
    lost.restore(dump)

    # Whoever has the backup and not its keys gets no further than this.
    with pytest.raises(CalledProcessError) as refused:
        installation.manage("migrate", VAULT_KEYS=ANOTHER_KEY)
    assert "sealed under the key 'desk', which VAULT_KEYS does not" in refused.value.stderr

    installation.manage("migrate", "--verbosity", "0")
    installation.manage("seal_audit", "--restored")
    installation.start(*OURS)

    # What began after the backup has no row, so it is a stranger: shown, and left alone.
    the_list_is_due()
    assert until(CloudStranger.objects.all().first).remote_id == forgotten
    assert set(running(cloud)) == {remembered, forgotten}

    assert forgotten in told("stop_strangers", "--begun-after", made_at, "--yes")
    the_list_is_due()
    until(CloudStranger.objects.filter(gone_at__isnull=False).exists)

    assert set(running(cloud)) == live() == {remembered}
    installation.manage("verify_audit")
    assert ProviderKey.objects.get().value.open().reveal() == value
    for statement in (
        "UPDATE accounts_auditevent SET action = 'nothing.happened'",
        "DELETE FROM accounts_auditevent",
    ):
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute(statement)
