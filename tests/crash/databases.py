"""The test's database: backed up, lost and restored as docs/operations.md tells it."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

VACUUM = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('VACUUM INTO ?', sys.argv[2:])"


class Database(Protocol):
    def back_up(self, file: Path) -> None: ...

    def lose(self) -> None: ...

    def restore(self, file: Path) -> None: ...


def database() -> Database:
    name = str(connection.settings_dict["NAME"])
    return Sqlite(Path(name)) if connection.vendor == "sqlite" else Postgres(name)


def somebody_is_in_a_transaction() -> bool:
    """Whether anybody but us holds locks in the test's database, or is about to."""
    if connection.vendor == "sqlite":
        return Sqlite(Path(connection.settings_dict["NAME"])).is_locked()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid != pg_backend_pid() AND state != 'idle'"
        )
        return bool(cursor.fetchone()[0])


class Postgres:
    def __init__(self, name: str) -> None:
        self._name = name
        self._url = urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()

    def back_up(self, file: Path) -> None:
        self._run("pg_dump", "--format=custom", f"--file={file}", self._url)

    def lose(self) -> None:
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
        self._tell("DROP DATABASE {} WITH (FORCE)")

    def restore(self, file: Path) -> None:
        self._tell("CREATE DATABASE {}")
        restored = ["--exit-on-error", "--no-owner", f"--dbname={self._url}", str(file)]
        self._run("pg_restore", *restored)

    def _tell(self, statement: str) -> None:
        with psycopg.connect(settings.DATABASE_URL, autocommit=True) as server:
            server.execute(sql.SQL(statement).format(sql.Identifier(self._name)))

    def _run(self, program: str, *arguments: str) -> None:
        # The one that came with the server, since an older one would refuse; else the PATH's.
        path = Path(os.environ.get("POSTGRES_PROGRAMS", "")) / program
        run([str(path), *arguments])


class Sqlite:
    def __init__(self, file: Path) -> None:
        self._file = file

    def back_up(self, file: Path) -> None:
        run([sys.executable, "-c", VACUUM, str(self._file), str(file)])

    def lose(self) -> None:
        connection.close()
        for file in self._file.parent.glob(f"{self._file.name}*"):
            file.unlink()

    def restore(self, file: Path) -> None:
        shutil.copy(file, self._file)

    def is_locked(self) -> bool:
        probe = sqlite3.connect(self._file, timeout=0, isolation_level=None)
        try:
            probe.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        finally:
            probe.close()
        return False


def run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)
