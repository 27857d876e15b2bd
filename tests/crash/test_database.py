"""PostgreSQL is restarted under everything that is at work: no page and no session is lost.

To whoever has a connection it is a restart: all are cut at once, and none is taken for a while. A
storm (`make storm`) crashes the server itself.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import psycopg
from django.conf import settings
from django.db import connection
from django.utils import timezone
from psycopg import sql

from accounts.models import User
from sessions_app.lifecycle import EndReason
from sessions_app.models import AvatarSession
from sessions_app.services import avatar_sessions
from sessions_app.services.acceptance import Wish
from tests import build
from tests.crash.beats import START
from tests.crash.installation import WEB, Installation
from tests.crash.order import await_order, running
from tests.crash.visitor import Visitor
from tests.crash.waiting import until
from tests.simulator.cloud import SimulatedCloud


@contextmanager
def database_away() -> Iterator[None]:
    """Cuts every connection to the test's database, and lets nobody in until the block is left."""
    name = str(connection.settings_dict["NAME"])
    connection.close()
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as server:

        def may_connect(allowed: bool) -> None:
            change = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
            server.execute(change.format(sql.Identifier(name), sql.Literal(allowed)))

        may_connect(False)
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        try:
            yield
        finally:
            may_connect(True)


if connection.vendor == "postgresql":

    def test_a_restart_of_the_database_costs_no_session_and_no_page_once_it_is_back(
        installation: Installation, cloud: SimulatedCloud, alice: User, wish: Wish
    ) -> None:
        installation.start_missing(WEB)
        staying, leaving = (build.avatar_session(alice, wish) for _ in range(2))
        await_order(cloud)

        with Visitor(installation.address) as visitor, ThreadPoolExecutor(8) as pages:
            visitor.sign_in(alice.email, build.PASSWORD)

            def load(_: int) -> int:
                return visitor.get(f"/api/sessions/{staying.public_id}").status_code

            assert set(pages.map(load, range(24))) == {200}
            # The answer to a start comes while nothing can be written down.
            cloud.door("POST", "faults", {"route": START, "mode": "hang_after", "times": 1})
            coming = build.avatar_session(alice, wish)
            until(lambda: cloud.state()["hung"].get(START))
            with database_away():
                cloud.door("DELETE", "faults")
                until(lambda: not is_ready(installation))
            until(lambda: is_ready(installation))
            assert [load(number) for number in range(4)] == [200] * 4
            assert set(pages.map(load, range(24))) == {200}

        avatar_sessions.request_stop(
            leaving, caller=build.caller(alice), reason=EndReason.PERSON, now=timezone.now()
        )
        await_order(cloud)

        live = AvatarSession.objects.live()
        assert set(live) == {staying, coming}
        assert running(cloud) == sorted(live.values_list("remote_id", flat=True))


def is_ready(installation: Installation) -> bool:
    return httpx.get(f"{installation.address}/readyz", timeout=30).is_success
