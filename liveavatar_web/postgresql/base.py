"""PostgreSQL with a pool that outlives the server's restart: no request gets a broken connection.

psycopg's pool hands out what it holds. With its own check it would ask the server each time, and
try one connection after the other, each after a longer wait. Here a connection is asked only where
something has come over it unasked, as when the server closes it; and where one is broken all are,
so all are looked at together.
"""

import select
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection, OperationalError
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection[Any]:
        connection: Connection[Any] = super().get_new_connection(conn_params)
        if self.pool is None or not _has_been_told(connection):
            return connection
        try:
            ConnectionPool.check_connection(connection)
        except OperationalError:
            self.pool.putconn(connection)
            self.pool.check()
            connection = super().get_new_connection(conn_params)
        return connection


def _has_been_told(connection: Connection[Any]) -> bool:
    """Whether there is anything to read, the connection's end included. Asks nobody."""
    if connection.closed:
        return True
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))
