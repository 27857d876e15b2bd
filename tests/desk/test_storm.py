"""The judge of the storm sees what is wrong, and says so by how it ends."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import User
from scripts.storm.judge import Judge
from sessions_app.lifecycle import State
from sessions_app.models import CloudSession
from sessions_app.services.acceptance import Wish
from tests import build
from tests.sessions_app.rows import placed
from tests.simulator.cloud import SimulatedCloud


def started(cloud: SimulatedCloud, wish: Wish) -> str:
    """One that runs there, with the secret of ours."""
    openai = {"secret_id": wish.provider_key.remote_secret_id}
    return str(cloud.started(openai=openai)["session_id"])


WRONGS = {
    "leaked": "leaked",
    "doubled": "doubled",
    "lost": "lost",
    "stuck": "stuck",
    "named twice": "secrets or contexts doubled",
    "a stray": "secrets or contexts without a row",
    "a key without a secret": "secrets or contexts lost",
}

if connection.vendor == "postgresql":

    @pytest.fixture
    def judge(cloud: SimulatedCloud, transactional_db: None) -> Judge:
        name = str(connection.settings_dict["NAME"])
        url = urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()
        return Judge(url, cloud.http, sweep_seconds=0)

    def test_an_installation_in_order_is_let_go(
        judge: Judge, cloud: SimulatedCloud, alice: User, wish: Wish
    ) -> None:
        cloud.door("POST", "clock", {"advance_s": 1})
        running = started(cloud, wish)
        later = timezone.now() + timedelta(minutes=1)
        placed(alice, wish, State.LIVE, remote_id=running, due_at=later)

        assert judge.verdict(calm=1.0) == 0

    def test_one_that_never_came_to_rest_is_found_guilty(judge: Judge) -> None:
        assert judge.verdict(calm=None) == 1

    @pytest.mark.parametrize("wrong", WRONGS)
    def test_each_wrong_is_seen_and_named(
        wrong: str,
        judge: Judge,
        cloud: SimulatedCloud,
        alice: User,
        wish: Wish,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        now = timezone.now()
        later = now + timedelta(minutes=1)
        match wrong:
            case "leaked":
                started(cloud, wish)
            case "lost":
                placed(alice, wish, State.LIVE, remote_id="not-there", due_at=later)
            case "doubled":
                live = started(cloud, wish)
                session = placed(alice, wish, State.LIVE, remote_id=live, due_at=later)
                for remote_id in (live, started(cloud, wish)):
                    CloudSession.objects.create(
                        avatar_session=session,
                        remote_id=remote_id,
                        state="running",
                        minted_at=now,
                        doubt_until=now,
                    )
            case "stuck":
                placed(alice, wish, State.STOPPING, due_at=now - timedelta(seconds=5))
            case "named twice":
                cloud.secret()
            case "a stray":
                cloud.context()
            case "a key without a secret":
                build.provider_key(wish.provider_key.workspace, alice)

        assert judge.verdict(calm=1.0) == 1

        assert f"{WRONGS[wrong]}: 1\n" in capsys.readouterr().out
