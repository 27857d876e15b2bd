"""Connections outlive a restart of the database: nobody gets a broken one from the pool."""

import time
from threading import Barrier

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from accounts.models import User
from tests.sessions_app.racing import race

_HELD = 8


def terminate_all() -> None:
    """Cuts every connection to the test's database, as a restart does."""
    name = str(connection.settings_dict["NAME"])
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid, timeout => 5000) FROM pg_stat_activity"
            " WHERE datname = %s",
            [name],
        )


if connection.vendor == "postgresql":

    @pytest.mark.django_db(transaction=True)
    def test_after_a_restart_the_pool_gives_no_broken_connection_and_nobody_waits() -> None:
        together = Barrier(_HELD)

        def hold_one() -> None:
            User.objects.exists()
            together.wait()

        race(hold_one, runners=_HELD)
        connection.close()

        terminate_all()

        asked_at = time.monotonic()
        assert [User.objects.exists() for _ in range(2)] == [False, False]
        assert race(User.objects.exists, runners=_HELD) == [False] * _HELD
        assert time.monotonic() - asked_at < 3
