"""A database that a test may back up, lose and restore, by the commands of docs/operations.md."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from django.conf import settings

VACUUM = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('VACUUM INTO ?', sys.argv[2:])"


class Refused(Exception):
    """The database would not."""


class Database(Protocol):
    """`url` is what DATABASE_URL says: empty for the file in VAR_DIR."""

    url: str

    def query(self, statement: str) -> list[tuple[Any, ...]]: ...

    def back_up(self, file: Path) -> None: ...

    def lose(self) -> None: ...

    def restore(self, file: Path) -> None: ...


@contextmanager
def database(folder: Path) -> Iterator[Database]:
    """An empty one, of the kind that the tests run on."""
    if settings.DATABASE_URL:
        postgres = Postgres()
        postgres.create()
        yield postgres
        postgres.lose()
    else:
        yield Sqlite(folder / "db.sqlite3")


class Postgres:
    def __init__(self) -> None:
        self._name = f"rehearsal_{uuid4().hex}"
        self.url = urlsplit(settings.DATABASE_URL)._replace(path=f"/{self._name}").geturl()

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        return self._ask(self.url, statement)

    def create(self) -> None:
        self._ask(settings.DATABASE_URL, f"CREATE DATABASE {self._name}")

    def lose(self) -> None:
        self._ask(settings.DATABASE_URL, f"DROP DATABASE {self._name} WITH (FORCE)")

    def back_up(self, file: Path) -> None:
        self._run("pg_dump", "--format=custom", f"--file={file}", self.url)

    def restore(self, file: Path) -> None:
        self.create()
        self._run("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={self.url}", str(file))

    def _ask(self, url: str, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(url, autocommit=True) as connection:
            try:
                asked = connection.execute(statement.encode())
            except psycopg.errors.RaiseException as error:
                raise Refused(str(error)) from error
            return asked.fetchall() if asked.description else []

    def _run(self, program: str, *arguments: str) -> None:
        # The one that came with the server, since an older one would refuse; else the PATH's.
        path = Path(os.environ.get("POSTGRES_PROGRAMS", "")) / program
        subprocess.run([path, *arguments], check=True, capture_output=True)


class Sqlite:
    url = ""

    def __init__(self, file: Path) -> None:
        self._file = file

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self._file, timeout=20)) as connection, connection:
            try:
                return connection.execute(statement).fetchall()
            except sqlite3.IntegrityError as error:
                raise Refused(str(error)) from error

    def back_up(self, file: Path) -> None:
        command = [sys.executable, "-c", VACUUM, str(self._file), str(file)]
        subprocess.run(command, check=True, capture_output=True)

    def lose(self) -> None:
        for file in self._file.parent.glob(f"{self._file.name}*"):
            file.unlink()

    def restore(self, file: Path) -> None:
        shutil.copy(file, self._file)
