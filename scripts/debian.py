"""Packages that only a system's own package manager can bring."""

import os
import shutil
from pathlib import Path

from scripts.steps import StepFailed, run


def install(package: str, *, why: str) -> None:
    """Installs a Debian package when that is ours to do: as root, where apt-get exists.

    Raises StepFailed with one line that says what is missing and what to install otherwise.
    """
    if not can_install():
        raise StepFailed(f"{why}; install it (on Debian: sudo apt-get install {package})")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "-q"], env=quiet, cwd=Path("/"))
    run(["apt-get", "install", "-q", "-y", "--no-install-recommends", package], env=quiet)


def can_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None
