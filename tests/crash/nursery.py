"""A process that has imported everything, and forks the others: each is up in a tenth of the time.

    python -m tests.crash.nursery

An order is a line of JSON on its input; the answer is the pid of what was born of it.
"""

import gc
import json
import os
import random
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil

from scripts.steps import ROOT

IMPORTED = (
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.bin.celery",
    "celery.concurrency.thread",
    "celery.worker.consumer",
    "liveavatar_web.asgi",
    "liveavatar_web.celery",
    "liveavatar_web.urls",
    "uvicorn.main",
    "uvicorn.protocols.http.httptools_impl",
)


class Nursery:
    """The asking side. When it is closed, or its process dies, all that was born dies too."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            cwd=ROOT,
            env=environment,
            text=True,
        )

    def bear(
        self, command: Sequence[str], output: Path, settings: Mapping[str, object]
    ) -> psutil.Process:
        """Starts `python -m …` in a session of its own; `settings` are this one's alone."""
        python, flag, *module_and_arguments = command
        assert (python, flag) == (sys.executable, "-m"), command
        order = {"run": module_and_arguments, "output": str(output), "settings": dict(settings)}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return psutil.Process(int(self._process.stdout.readline()))

    def close(self) -> None:
        self._process.communicate()


def main() -> None:
    # Nobody waits for the children here, so that none of them stays behind as a zombie.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    import_module("django").setup()
    for name in IMPORTED:
        import_module(name)
    import_module("liveavatar_web.celery").app.loader.import_default_modules()
    gc.freeze()
    for line in sys.stdin:
        if (pid := os.fork()) == 0:
            return _become(**json.loads(line))
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
    for child in psutil.Process().children():
        child.kill()


def _become(run: Sequence[str], output: str, settings: Mapping[str, Any]) -> None:
    from django.conf import settings as django_settings

    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    written = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(written, 1)
    os.dup2(written, 2)
    random.seed()
    for name, value in settings.items():
        setattr(django_settings, name, value)
    sys.argv = list(run)
    runpy.run_module(run[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
