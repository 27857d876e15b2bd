"""Runs a server for as long as a block lasts, and leaves no process behind."""

import os
import pwd
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import IO

# Several start side by side, on machines that have other things to do.
READY_SECONDS = 60
STOP_SECONDS = 5
# Who the servers are that refuse to run as root. Exists on every Linux and macOS.
UNPRIVILEGED = "nobody"


class ServiceFailed(Exception):
    """A server is missing, did not start or did not become ready; says which, and why."""


def free_port() -> int:
    """A TCP port on loopback that nobody listens on at this moment."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def unprivileged_user() -> pwd.struct_passwd | None:
    """The user to become when we are root, else nobody: we already are unprivileged."""
    return pwd.getpwnam(UNPRIVILEGED) if os.geteuid() == 0 else None


def launch(
    command: Sequence[str],
    output: IO[str],
    user: pwd.struct_passwd | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Starts a command in a session of its own.

    Its own session keeps a terminal's Ctrl-C away from it: what uses the server stops first.
    """
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        cwd="/",
        env=environment,
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
    )


@contextmanager
def serving(
    name: str,
    command: Sequence[str],
    *,
    is_ready: Callable[[], bool],
    user: pwd.struct_passwd | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Yields once `is_ready`; raises ServiceFailed with the server's words when it never is."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        process = launch(command, output, user, environment)
        try:
            if not _becomes_ready(process, is_ready):
                output.seek(0)
                raise ServiceFailed(f"{name} did not become ready:\n{output.read()}")
            yield process
        finally:
            stop(process)


def _becomes_ready(process: subprocess.Popen[bytes], is_ready: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if is_ready():
            return True
        time.sleep(0.02)
    return False


def stop(process: subprocess.Popen[bytes]) -> None:
    """Asks the process to end, and ends it with all of its session when it does not."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
