import base64
import socket
import stat
from pathlib import Path

import pytest

from scripts import desk
from scripts.demo import sole_use_of
from scripts.desk import Desk
from scripts.steps import StepFailed

SIMULATED = Desk(port=8000, simulator_port=8900, redis_port=None)
REAL = Desk(port=8000, simulator_port=None, redis_port=None)


@pytest.fixture(autouse=True)
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(desk, "VAR", tmp_path)
    return tmp_path


def test_a_desk_without_an_account_has_a_simulator() -> None:
    assert Desk.from_environment({}) == SIMULATED


def test_an_account_key_of_the_simulator_keeps_the_simulator() -> None:
    assert Desk.from_environment({"LIVEAVATAR_API_KEY": "sim-mine"}) == SIMULATED


def test_a_real_account_key_leaves_the_simulator_out() -> None:
    assert Desk.from_environment({"LIVEAVATAR_API_KEY": "la_1234"}) == REAL
    assert "simulator" not in desk.processes(REAL)


def test_every_port_can_be_chosen() -> None:
    given = {
        "PORT": "8001",
        "SIMULATOR_PORT": "8901",
        "REDIS_PORT": "6400",
        "SITE_PORT": "8011",
    }

    chosen = Desk.from_environment(given)

    assert chosen.listens_on() == {name: int(port) for name, port in given.items()}


@pytest.mark.parametrize("text", ["http", "-1", "65536", "80.5"])
def test_what_is_no_port_is_refused_by_name(text: str) -> None:
    with pytest.raises(StepFailed) as failure:
        Desk.from_environment({"PORT": text})

    assert str(failure.value) == f"PORT is {text!r}; write a port number"


def test_a_port_in_use_is_named_with_the_variable_that_moves_it() -> None:
    with socket.socket() as listener:
        listener.bind((desk.LOOPBACK, 0))
        listener.listen()
        port = listener.getsockname()[1]

        with pytest.raises(StepFailed) as failure:
            desk.refuse_ports_in_use({"SIMULATOR_PORT": port})

    assert str(failure.value) == (
        f"Port {port} is in use or closed to us (Address already in use). "
        f"Stop what uses it, or choose another: SIMULATOR_PORT={port + 1} make demo"
    )


def test_a_second_demo_of_the_same_folder_is_refused(tmp_path: Path) -> None:
    second = sole_use_of(tmp_path)

    with sole_use_of(tmp_path), pytest.raises(StepFailed, match="runs already"):
        second.__enter__()

    with sole_use_of(tmp_path):
        assert tmp_path.is_dir()


def test_the_desks_keys_are_made_once_and_only_their_owner_reads_them(var: Path) -> None:
    first = {name: Path(path).read_text() for name, path in desk.make_keys(var).items()}
    second = {name: Path(path).read_text() for name, path in desk.make_keys(var).items()}

    assert first == second
    assert len(base64.b64decode(first["VAULT_KEYS_FILE"].removeprefix("desk:"))) == 32
    assert len(base64.b64decode(first["AUDIT_KEYS_FILE"].removeprefix("desk:"))) == 32
    assert first["AUDIT_KEYS_FILE"] != first["VAULT_KEYS_FILE"]
    assert len(first["SECRET_KEY_FILE"]) >= 50
    assert {stat.S_IMODE(path.stat().st_mode) for path in var.glob("*.key")} == {0o600}


def test_the_simulated_desk_talks_to_nobody_outside(var: Path) -> None:
    given = {"HOME": "/home/alice", "DATABASE_URL": "", "OPENAI_BASE_URL": "https://example.com"}

    assert desk.environment(given, SIMULATED, redis_url="redis://127.0.0.1:6400/0") == {
        "AUDIT_KEYS_FILE": str(var / "audit.key"),
        "HOME": "/home/alice",
        "LIVEAVATAR_API_KEY": "sim-desk",
        "LIVEAVATAR_API_URL": "http://127.0.0.1:8900",
        "LOG_LEVEL": "WARNING",
        "OPENAI_BASE_URL": "http://127.0.0.1:8900/openai/v1",
        "PYTHONUNBUFFERED": "1",
        "REDIS_URL": "redis://127.0.0.1:6400/0",
        "SECRET_KEY_FILE": str(var / "secret.key"),
        "SITE_URL": "http://127.0.0.1:8000",
        "VAULT_KEYS_FILE": str(var / "vault.key"),
    }


def test_what_a_person_sets_wins_over_what_the_desk_would_choose() -> None:
    given = {
        "LIVEAVATAR_API_KEY": "la_1234",
        "LOG_LEVEL": "DEBUG",
        "SECRET_KEY": "mine",
        "VAULT_KEYS": "mine:also",
        "AUDIT_KEYS": "mine:too",
        "SITE_URL": "http://desk.local:8000",
        "OPENAI_BASE_URL": "https://openai.example",
    }

    variables = desk.environment(given, REAL, redis_url="redis://127.0.0.1:6400/0")

    chosen = {"PYTHONUNBUFFERED": "1", "REDIS_URL": "redis://127.0.0.1:6400/0"}
    assert variables == {**given, **chosen}
