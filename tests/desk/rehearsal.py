"""A small cast for the supervisor: two processes, one of which may leave early.

Run as `python -m tests.desk.rehearsal`, with any of the words `dies`, `redis-dies`, `never-ready`.
"""

import os
import subprocess
import sys

from scripts import supervisor

STAYS = "import os, signal; print(os.environ['ROLE'], 'is on', flush=True); signal.pause()"
DIES = "print('my last words', flush=True); raise SystemExit(3)"


def main(words: list[str]) -> int:
    supervisor.READY_SECONDS = 1
    python = [sys.executable, "-c"]
    programs = {"actor": STAYS, "other": DIES if "dies" in words else STAYS}
    redis = subprocess.Popen([*python, "input()"], stdin=subprocess.PIPE)
    try:
        return supervisor.Supervisor(
            [
                supervisor.Command(name, [*python, program], {**os.environ, "ROLE": name})
                for name, program in programs.items()
            ],
            missing=lambda: ["actor"] if {"dies", "never-ready"} & set(words) else [],
            announce=lambda: _announce(redis, ends="redis-dies" in words),
            beside={"redis": redis},
        ).run()
    finally:
        redis.kill()
        redis.wait()


def _announce(redis: subprocess.Popen[bytes], *, ends: bool) -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    if ends:
        redis.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
