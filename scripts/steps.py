"""Steps of a command: each says its name, runs quietly, and says how long it took."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LAST_LINES = 25


class StepFailed(Exception):
    """A command ended badly; its last lines are the message."""


@contextmanager
def step(name: str) -> Iterator[None]:
    """Prints `name …`, then `done in N s` when the block ends well."""
    begun = time.monotonic()
    print(f"{name} … ", end="", flush=True)
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"done in {time.monotonic() - begun:.1f} s", flush=True)


def run(
    argv: Sequence[str | Path], *, env: Mapping[str, str] | None = None, cwd: Path = ROOT
) -> str:
    """Runs a command without input and returns what it printed.

    Raises StepFailed with its last lines when it cannot be run or ends with another code than 0.
    """
    command = [str(word) for word in argv]
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        try:
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        except OSError as error:
            raise StepFailed(f"{command[0]}: {error.strerror}") from error
        code = _wait(process)
        printed = _read(output)
    if code != 0:
        tail = "\n".join(printed.splitlines()[-LAST_LINES:])
        raise StepFailed(f"{' '.join(command)} ended with code {code}\n{tail}")
    return printed


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Waits for the end; on a terminal a dot every few seconds shows that it is still going."""
    interval = 5 if sys.stdout.isatty() else None
    while True:
        try:
            return process.wait(timeout=interval)
        except subprocess.TimeoutExpired:
            print(".", end="", flush=True)
        except BaseException:
            process.terminate()
            process.wait()
            raise


def _read(output: IO[str]) -> str:
    output.seek(0)
    return output.read()
