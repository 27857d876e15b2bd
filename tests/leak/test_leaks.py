"""No secret is seen where it has no business: not in the database, Redis, output or answers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from scripts.serving import free_port
from tests import build
from tests.crash.broker import Broker
from tests.crash.installation import BEAT, LIVE, SIMULATOR, SYNC, WEB, Installation, installed
from tests.crash.visitor import Visitor
from tests.leak import evidence
from tests.leak.evidence import Monitor
from tests.leak.marks import Evidence, leaks
from tests.leak.story import Secrets, Story, staff_member
from tests.simulator.cloud import SimulatedCloud


@pytest.fixture
def secrets(settings: Any) -> Secrets:
    secrets = Secrets()
    settings.SECRET_KEY = secrets.secret_key
    return secrets


@pytest.fixture
def monitor() -> Iterator[Monitor]:
    """A Redis that is listened in on from its first command."""
    broker = Broker()
    broker.start()
    with Monitor(broker.url) as monitor:
        yield monitor
    broker.stop()


@pytest.fixture
def installation(
    transactional_db: None, monitor: Monitor, secrets: Secrets, tmp_path: Path
) -> Iterator[Installation]:
    """Everything that there is to run, each process telling as much as it can."""
    with installed(
        tmp_path,
        cloud=f"http://127.0.0.1:{free_port()}",
        REDIS_URL=monitor.url,
        LIVEAVATAR_API_KEY=secrets.account_key,
        SECRET_KEY=secrets.secret_key,
        VAULT_KEYS=secrets.vault_keys,
        SWEEP_SECONDS="1",
    ) as installation:
        installation.chatty()
        installation.start(SIMULATOR, WEB, LIVE, SYNC, BEAT)
        yield installation
        assert installation.gone() == []


@pytest.fixture
def story(installation: Installation, secrets: Secrets) -> Iterator[Story]:
    with Visitor(installation.address) as owner, httpx.Client(base_url=installation.cloud) as http:
        yield Story(owner, SimulatedCloud(http), secrets)


def test_no_secret_is_seen_where_it_has_no_business(
    installation: Installation, monitor: Monitor, secrets: Secrets, story: Story
) -> None:
    story.sign_up()
    story.register_a_key_that_openai_refuses()
    story.register_a_key_that_the_cloud_refuses_quoting_it()
    story.have_it_delivered_again()
    story.register_it_twice()
    story.be_asked_for_the_password_when_registering()
    story.write_a_context()
    story.start_a_session_that_the_cloud_refuses_quoting_the_account_key()
    room_token = story.talk()
    staff = staff_member(build.PASSWORD)
    with Visitor(installation.address) as auditor:
        auditor.sign_in(staff.email, build.PASSWORD)
        story.look_at_everything(auditor)
        while_live = evidence.database()
        story.leave()
        story.look_at_everything(auditor)

    answers = [*story.owner.answers, *auditor.answers]
    found = {
        **evidence.outputs(installation.outputs()),
        **evidence.metrics(installation, LIVE, SYNC, BEAT),
        **evidence.responses(answers),
        **monitor.record(),
        **evidence.database(),
        **{f"{source}, while live": content for source, content in while_live.items()},
    }

    assert _unwitnessed(found) == {}
    assert leaks([*secrets.marks(), room_token], found) == {("room_token", f"GET {story.room}")}


def _unwitnessed(found: Evidence) -> dict[str, bytes]:
    """What should be in the evidence, had it been gathered well, and is not: by where."""
    expected = {
        "beat.output": b"sessions_app.sweep",
        "worker-live.output": b"/v1/sessions/start",
        "worker-sync.output": b"provider_key",
        "worker-live.metrics": b"/v1/sessions/start",
        "web.output": b"request_finished",
        "simulator.output": b"simulator ready",
        "redis": b"accounts.push_provider_key",
        "database": b"Talks",
        "database, while live": b"Talks",
        "sessions": b"_auth_user_id",
        "sessions, while live": b"_auth_user_id",
        "GET /keys/": b"Talks",
        "GET /audit/": b"provider_key.registered",
    }
    return {name: word for name, word in expected.items() if word not in found.get(name, b"")}
