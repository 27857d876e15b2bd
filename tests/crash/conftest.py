"""Real workers, beat and Redis around the test, which keeps making rows through the services."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import pytest
from celery import Celery
from django.utils import timezone

from accounts.models import User, Workspace
from liveavatar_web.celery import app as celery_app
from sessions_app.models import Avatar, Reconciliation
from sessions_app.services.acceptance import Wish
from tests import build
from tests.crash.beats import Beat
from tests.crash.broker import Broker
from tests.crash.installation import BEAT, LIVE, SYNC, Installation, installed
from tests.crash.order import claimed, run_out
from tests.crash.waiting import until
from tests.simulator.cloud import SimulatedCloud

Crash = Callable[..., AbstractContextManager[None]]

# Seconds. A claim outlives two of the calls that are made under it, as it must.
PERIODS = {
    "SWEEP_SECONDS": "1",
    "CLOUD_CALL_DEADLINE": "2",
    "CLAIM_SECONDS": "5",
    "QUEUE_PING_SECONDS": "1",
    "QUEUE_SILENT_SECONDS": "4",
}


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """A Redis that nobody else rings."""
    broker = Broker()
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture(scope="session")
def servers(
    broker: Broker,
    simulator_url: str,
    django_db_setup: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Installation]:
    """One for all of these tests. They ask for `installation`, in which nothing is missing."""
    folder = tmp_path_factory.mktemp("installation")
    with installed(
        folder, cloud=simulator_url, REDIS_URL=broker.url, LOG_JSON="yes", **PERIODS
    ) as servers:
        yield servers


@pytest.fixture
def installation(
    transactional_db: None, cloud: SimulatedCloud, servers: Installation
) -> Iterator[Installation]:
    """Both workers and beat, at work; none of them may end unless it is killed.

    Between the tests they are frozen, so that none of them is in the way when rows are deleted.
    """
    # The lists are read when a test has them read, and never into a fault set for something else.
    later = timezone.now() + timedelta(hours=1)
    for kind in Reconciliation.Kind.values:
        Reconciliation.objects.update_or_create(kind=kind, defaults={"due_at": later})
    servers.go_on()
    servers.start_missing(LIVE, SYNC, BEAT)
    yield servers
    servers.hold_still()
    assert servers.gone() == []


@pytest.fixture(autouse=True)
def bells(broker: Broker) -> Iterator[Celery]:
    """What the test's own services ring is heard by the workers of these tests."""
    bells = Celery("tests", set_as_current=False)
    bells.config_from_object("django.conf:settings", namespace="CELERY")
    bells.conf.broker_url = broker.url
    bells.set_current()
    yield bells
    celery_app.set_current()
    bells.close()


@pytest.fixture
def wish(cloud: SimulatedCloud, workspace: Workspace, alice: User) -> Wish:
    """As elsewhere, but a worker that reads the catalogue may have been faster with the avatar."""
    key = build.provider_key(workspace, alice, remote_secret_id=cloud.secret())
    avatar, _ = Avatar.objects.get_or_create(
        remote_id=build.AMARA, defaults={"name": "Amara", "status": Avatar.ACTIVE}
    )
    return Wish(avatar=avatar, provider_key=key, max_seconds=120)


@pytest.fixture
def crash(installation: Installation, cloud: SimulatedCloud) -> Crash:
    """Kills a worker in the middle of the calls that the block has asked for.

    At each of `beats` the cloud lets one call hang, before or after it has taken its effect. Once
    all of them hang the worker is killed. Then they take their effect, unless they are to
    `stay_hung` until the test lifts the faults, and another worker comes up. The dead one's claims
    have run out by then, unless they are to `keep_claims` for as long as they were made for.
    """

    @contextmanager
    def crash(
        worker: str, *beats: Beat, stay_hung: bool = False, keep_claims: bool = False
    ) -> Iterator[None]:
        for beat in beats:
            fault = {"route": beat.route, "mode": beat.moment, "times": 1}
            cloud.door("POST", "faults", fault)
        yield
        until(lambda: sum(cloud.state()["hung"].values()) == len(beats))
        installation.kill(worker)
        assert claimed() >= len(beats), "the worker was not killed at work: a call had come back"
        if not stay_hung:
            cloud.door("DELETE", "faults")
        if not keep_claims:
            run_out(worker)
        installation.start(worker)

    return crash
