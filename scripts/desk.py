"""What the desk consists of: its folder, keys, ports, environment and processes."""

import base64
import secrets
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.steps import ROOT, StepFailed

VAR = ROOT / "var"
RUN = VAR / "run"
LOOPBACK = "127.0.0.1"
# Account keys of this kind exist in the simulator only.
SIMULATED = "sim-"
# The widgets of the demo, which the demo's shop shows: floating, and inside a page.
DEMO_WIDGET = "5e1f0d3c-7a4b-4c1e-9b7e-0d5a3c2b1a00"
DEMO_INLINE_WIDGET = "5e1f0d3c-7a4b-4c1e-9b7e-0d5a3c2b1a01"


@dataclass(frozen=True)
class Desk:
    """Where this run listens, and whether the cloud is the simulator."""

    port: int
    simulator_port: int | None
    redis_port: int | None
    site_port: int = 8010

    @classmethod
    def from_environment(cls, given: Mapping[str, str]) -> "Desk":
        """Reads PORT, SIMULATOR_PORT, REDIS_PORT, SITE_PORT; raises StepFailed for no port."""
        account_key = given.get("LIVEAVATAR_API_KEY", "")
        is_simulated = not account_key or account_key.startswith(SIMULATED)
        return cls(
            port=_port(given, "PORT", 8000),
            simulator_port=_port(given, "SIMULATOR_PORT", 8900) if is_simulated else None,
            redis_port=_port(given, "REDIS_PORT", 0) or None,
            site_port=_port(given, "SITE_PORT", 8010),
        )

    @property
    def address(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def simulator_address(self) -> str | None:
        return f"http://{LOOPBACK}:{self.simulator_port}" if self.simulator_port else None

    @property
    def site_address(self) -> str:
        """The shop's. Not on 127.0.0.1: to a browser another port alone is the same site."""
        return f"http://localhost:{self.site_port}"

    def listens_on(self) -> dict[str, int]:
        """The variable that chooses each port, and the port."""
        ports = {
            "PORT": self.port,
            "SIMULATOR_PORT": self.simulator_port,
            "REDIS_PORT": self.redis_port,
            "SITE_PORT": self.site_port,
        }
        return {variable: port for variable, port in ports.items() if port}


def _port(given: Mapping[str, str], variable: str, default: int) -> int:
    text = given.get(variable, "").strip() or str(default)
    if not text.isdecimal() or int(text) > 65535:
        raise StepFailed(f"{variable} is {text!r}; write a port number")
    return int(text)


def refuse_ports_in_use(ports: Mapping[str, int]) -> None:
    """Raises StepFailed for the first port that somebody listens on already."""
    for variable, port in ports.items():
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((LOOPBACK, port))
            except OSError as error:
                raise StepFailed(
                    f"Port {port} is in use or closed to us ({error.strerror}). "
                    f"Stop what uses it, or choose another: {variable}={port + 1} make demo"
                ) from error


def make_keys(folder: Path) -> dict[str, str]:
    """Makes the desk's secrets where they are absent; returns the variables that name their files.

    They live as long as the folder, so that a database beside them stays readable.
    """
    folder.mkdir(exist_ok=True)
    vault_key, audit_key = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
    files = {
        "SECRET_KEY_FILE": (folder / "secret.key", secrets.token_urlsafe(50)),
        "VAULT_KEYS_FILE": (folder / "vault.key", f"desk:{vault_key}"),
        "AUDIT_KEYS_FILE": (folder / "audit.key", f"desk:{audit_key}"),
    }
    for path, content in files.values():
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(content, encoding="ascii")
    return {variable: str(path) for variable, (path, _) in files.items()}


def environment(given: Mapping[str, str], desk: Desk, *, redis_url: str) -> dict[str, str]:
    """What every process of the desk finds in its environment; an empty variable is not set."""
    given = {variable: value for variable, value in given.items() if value}
    keys = {
        variable: path
        for variable, path in make_keys(VAR).items()
        if variable.removesuffix("_FILE") not in given
    }
    defaults = {
        "SITE_URL": desk.address,
        "LIVEAVATAR_API_KEY": f"{SIMULATED}desk",
        "LOG_LEVEL": "WARNING",  # else every request's line pushes the password out of sight
        **keys,
    }
    fixed = {"PYTHONUNBUFFERED": "1", "REDIS_URL": redis_url}
    if desk.simulator_address:
        fixed["LIVEAVATAR_API_URL"] = desk.simulator_address
        fixed["OPENAI_BASE_URL"] = f"{desk.simulator_address}/openai/v1"
    return {**defaults, **given, **fixed}


def processes(desk: Desk, folder: Path = VAR) -> dict[str, list[str]]:
    """The processes of the desk by name; Redis runs beside them and stops after them."""
    python = sys.executable
    celery = [python, "-m", "celery", "-A", "liveavatar_web", "--quiet"]
    log = ["--loglevel", "WARNING"]
    worker = [*celery, "worker", "--pool", "threads", *log]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    web = [python, "-m", "uvicorn", "liveavatar_web.asgi:application", "--no-access-log"]
    web += ["--host", LOOPBACK, "--port", str(desk.port), "--log-level", "warning"]
    # A page's open watch request must not hold up the end.
    web += ["--timeout-graceful-shutdown", "2"]
    commands = {
        "web": web,
        "worker-live": [*worker, "-Q", "live", "-c", "16", "-n", "live@%h"],
        "worker-sync": [*worker, "-Q", "sync,sweep", "-c", "8", "-n", "sync@%h"],
        "beat": [*celery, "beat", "--schedule", str(folder / "beat"), "--pidfile=", *log],
    }
    site = [python, "-m", "scripts.host_site", "--port", str(desk.site_port)]
    commands["site"] = [*site, "--app", desk.address]
    commands["site"] += ["--widget", DEMO_WIDGET, "--inline", DEMO_INLINE_WIDGET]
    if desk.simulator_port:
        simulator = [python, "-m", "simulator", "--port", str(desk.simulator_port)]
        commands = {"simulator": simulator, **commands}
    return commands
