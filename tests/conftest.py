"""What every test may rely on: real Redis, a real simulator, and people to be."""

import os
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import redis
from django.conf import settings as django_settings

from accounts.models import AuditEvent, User, Workspace
from accounts.rights import Role
from liveavatar_web import queues
from liveavatar_web.celery import app as celery_app
from scripts import services
from sessions_app.models import Avatar
from sessions_app.services.acceptance import Wish
from tests import build, locks
from tests.simulator.cloud import SimulatedCloud


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what touches the database: that runs on each, and the rest cannot tell them apart."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & {"db", "transactional_db"}:
            item.add_marker("database")


@pytest.fixture(scope="session", autouse=True)
def redis_url() -> Iterator[str]:
    """The Redis that `make test` started, or one of this run's own."""
    if "REDIS_URL" in os.environ:
        yield django_settings.REDIS_URL
        return
    with services.redis() as server:
        django_settings.REDIS_URL = server.url
        for cache in django_settings.CACHES.values():
            cache["LOCATION"] = server.url
        celery_app.conf.broker_url = server.url
        yield server.url


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    """Files are looked for when a test asks for one, not listed anew by each test's client.

    WhiteNoise warns where nothing was ever collected; the finders serve what tests ask for.
    """
    django_settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    django_settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    """Most tests make four people, whose passwords would take a second to hash."""
    django_settings.PASSWORD_HASHERS = ["tests.passwords.QuickHasher"]


@pytest.fixture(scope="session", autouse=True)
def patient_queues() -> None:
    """Nobody takes the bells that most tests ring, which therefore pile up."""
    queues.MOST_WAITING = 1_000_000  # type: ignore[misc]


@pytest.fixture
def unanswered_queues(redis_url: str) -> None:
    """As if no worker had ever answered, whatever was tested a minute ago."""
    with redis.Redis.from_url(redis_url) as client:
        client.delete(*[f"liveavatar-web:answered:{name}" for name in queues.QUEUES])


@pytest.fixture(autouse=True)
def no_extensions(settings: Any) -> None:
    """Most tests count what was asked for; those about extensions allow them."""
    settings.EXTENSION_SECONDS = 0


@pytest.fixture(autouse=True)
def locks_in_order() -> Iterator[None]:
    with locks.in_order():
        yield


@pytest.fixture(autouse=True)
def purged_trail(request: pytest.FixtureRequest) -> Iterator[None]:
    """Empties the audit trail through its door before a committing test's flush, which may not."""
    marker = request.node.get_closest_marker("django_db")
    asked = "transactional_db" in request.fixturenames
    if not (asked or (marker and marker.kwargs.get("transaction"))):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    AuditEvent.objects.all().purge()


@pytest.fixture(scope="session")
def simulator_url() -> Iterator[str]:
    """A simulator of this test process's own, on a free port."""
    command = [sys.executable, "-m", "simulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().rpartition(" ")[2].strip()
        process.terminate()


@pytest.fixture(scope="session")
def simulator_http(simulator_url: str) -> Iterator[httpx.Client]:
    """One for all tests: what it may verify of TLS takes longer to load than most of them take."""
    with httpx.Client(base_url=simulator_url, timeout=10) as http:
        yield http


@pytest.fixture
def cloud(
    simulator_url: str, simulator_http: httpx.Client, settings: Any
) -> Iterator[SimulatedCloud]:
    """The cloud of this installation: the simulator, as new."""
    settings.LIVEAVATAR_API_URL = simulator_url
    settings.LIVEAVATAR_API_KEY = "sim-account"
    settings.OPENAI_BASE_URL = f"{simulator_url}/openai/v1"
    cloud = SimulatedCloud(simulator_http)
    cloud.door("POST", "reset")
    yield cloud
    cloud.door("POST", "reset")


@pytest.fixture
def alice(db: None) -> User:
    """Owns the workspace."""
    return build.user("alice")


@pytest.fixture
def workspace(alice: User) -> Workspace:
    return build.workspace(owner=alice)


@pytest.fixture
def bob(workspace: Workspace) -> User:
    """A colleague: member of Alice's workspace."""
    bob = build.user("bob")
    build.member(workspace, bob)
    return bob


@pytest.fixture
def ada(workspace: Workspace) -> User:
    """Audits Alice's workspace."""
    ada = build.user("ada")
    build.member(workspace, ada, Role.AUDITOR)
    return ada


@pytest.fixture
def charlie(db: None) -> User:
    """A stranger, with a workspace of their own."""
    charlie = build.user("charlie")
    build.workspace(owner=charlie)
    return charlie


@pytest.fixture
def wish(cloud: SimulatedCloud, workspace: Workspace, alice: User) -> Wish:
    """A session that the cloud will start: a key it holds and an avatar it knows."""
    key = build.provider_key(workspace, alice, remote_secret_id=cloud.secret())
    avatar = Avatar.objects.create(remote_id=build.AMARA, name="Amara", status=Avatar.ACTIVE)
    return Wish(avatar=avatar, provider_key=key, max_seconds=120)


@pytest.fixture
def people(alice: User, bob: User, ada: User, charlie: User) -> SimpleNamespace:
    return SimpleNamespace(owner=alice, colleague=bob, auditor=ada, stranger=charlie)
