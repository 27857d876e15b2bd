import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis as redis_client

from scripts import services, serving


def test_a_private_redis_answers_until_its_block_ends_and_then_is_gone() -> None:
    with services.redis() as server, redis_client.Redis.from_url(server.url) as client:
        kept = client.set("colour", "blue"), client.get("colour")
        persistence = client.config_get("save")["save"], client.config_get("dir")["dir"]

    assert kept == (True, b"blue")
    assert persistence == ("", "/")
    assert server.process.poll() == 0
    with (
        redis_client.Redis.from_url(server.url) as client,
        pytest.raises(redis_client.ConnectionError),
    ):
        client.ping()


def test_a_redis_on_the_path_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "valkey-server"
    installed.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert services.redis_server() == installed


def test_without_a_redis_on_the_path_the_wheels_server_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    server = services.redis_server()

    assert server.parent.parent.name == "_binaries"
    assert os.access(server, os.X_OK)


def test_a_private_postgres_answers_until_its_block_ends_and_leaves_nothing() -> None:
    with services.postgres() as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE another")
            fsync, folder = (
                connection.execute("SELECT current_setting(%s)", [name]).fetchone()
                for name in ("fsync", "data_directory")
            )
        dump = subprocess.run(
            [server.programs / "pg_dump", server.url], capture_output=True, check=True
        )

    assert fsync == ("off",)
    assert b"PostgreSQL database dump complete" in dump.stdout
    assert server.process.poll() == 0
    assert folder is not None
    assert not Path(folder[0]).parent.exists()


def test_a_server_that_ends_at_once_is_reported_with_its_own_words() -> None:
    grumble = ["sh", "-c", "echo no disk left; exit 1"]

    grumbler = serving.serving("Grumbler", grumble, is_ready=lambda: False)
    with pytest.raises(serving.ServiceFailed) as failure:
        grumbler.__enter__()

    assert str(failure.value) == "Grumbler did not become ready:\nno disk left\n"


def test_a_server_that_ignores_the_request_to_stop_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "STOP_SECONDS", 0.1)
    deaf = tmp_path / "deaf"
    program = "import pathlib, signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    program += "pathlib.Path(sys.argv[1]).touch(); signal.pause()"
    command = [sys.executable, "-c", program, str(deaf)]

    with serving.serving("Deaf", command, is_ready=deaf.exists) as process:
        pass

    assert process.poll() == -signal.SIGKILL
