"""Installs the locked packages and builds the front end, each only when its input has changed.

A stamp beside each result holds a digest of what the result was made from.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from scripts import debian
from scripts.steps import ROOT, VENV, StepFailed, run, step

PYTHON = VENV / "bin" / "python"
OLDEST_NODE = 20


def main() -> int:
    try:
        python_packages(ROOT / "requirements" / "desk.txt", VENV / ".installed")
        environment = node_environment()
        node_packages(environment)
        front_end(environment)
    except StepFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def digest(paths: Iterable[Path]) -> str:
    """A digest over the names and contents of files; a folder counts with all that is in it."""
    total = hashlib.sha256()
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file():
                content = hashlib.sha256(file.read_bytes()).hexdigest()
                total.update(f"\0{file.relative_to(ROOT)}\0{content}".encode())
    return total.hexdigest()


def is_current(stamp: Path, expected: str) -> bool:
    return stamp.is_file() and stamp.read_text(encoding="ascii") == expected


def python_packages(lock: Path, stamp: Path) -> None:
    # `pyvenv.cfg` names the Python that the packages are for.
    inputs = [lock, VENV / "pyvenv.cfg"]
    if is_current(stamp, digest(inputs)) and _environment_works():
        return
    if not _environment_works():
        with step("Python environment in .venv"):
            _make_environment()
    with step(f"Python packages of {lock.relative_to(ROOT)} (minutes the first time)"):
        _pip_install(lock)
    stamp.write_text(digest(inputs), encoding="ascii")


def _environment_works() -> bool:
    """False before there is one, and after its Python was removed or replaced by another."""
    if not PYTHON.exists():
        return False
    answer = subprocess.run([PYTHON, "-c", "import pip"], capture_output=True, check=False)
    return answer.returncode == 0


def _make_environment() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        debian.install("python3-venv", why="Python's venv module is missing")
    run([sys.executable, "-m", "venv", "--clear", VENV])


def _pip_install(lock: Path) -> None:
    run([PYTHON, "-m", "pip", "install", "--no-input", "--require-hashes", "-r", lock])


def node_environment() -> dict[str, str]:
    """The environment in which `node` and `npm` are found; installs them if they are missing."""
    environment = {**os.environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    version = _node_version(environment)
    if not node_is_usable(version, has_npm=shutil.which("npm", path=environment["PATH"])):
        with step(f"Node.js from a wheel (found here: {version or 'none'})"):
            _pip_install(ROOT / "requirements" / "node.txt")
    return environment


def node_is_usable(version: str, *, has_npm: object) -> bool:
    """Whether `node --version` printed a version that is new enough, with npm beside it."""
    major = version.removeprefix("v").partition(".")[0]
    return bool(has_npm) and major.isdecimal() and int(major) >= OLDEST_NODE


def _node_version(environment: Mapping[str, str]) -> str:
    node = shutil.which("node", path=environment["PATH"])
    if node is None:
        return ""
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    return answer.stdout.strip()


def node_packages(environment: Mapping[str, str]) -> None:
    stamp = ROOT / "node_modules" / ".installed"
    expected = digest([ROOT / "package.json", ROOT / "package-lock.json"])
    if not is_current(stamp, expected):
        with step("Front-end packages of package-lock.json"):
            run(["npm", "ci", "--no-progress"], env=environment)
        stamp.write_text(expected, encoding="ascii")


def front_end(environment: Mapping[str, str]) -> None:
    stamp = ROOT / "static" / "dist" / ".built"
    static = ROOT / "static"
    locks = [ROOT / "package-lock.json", ROOT / "tsconfig.json"]
    expected = digest([static / "src", *sorted(static.glob("*.mjs")), *locks])
    if not is_current(stamp, expected):
        with step("Front end into static/dist"):
            run(["npm", "run", "build"], env=environment)
        stamp.write_text(expected, encoding="ascii")
