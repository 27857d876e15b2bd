"""A Chromium for the browser tests."""

import os
import shutil
import sys
from pathlib import Path

from scripts import debian
from scripts.steps import StepFailed, run

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def provide() -> Path:
    """The one that CHROMIUM names, else one on the PATH, else a newly installed one.

    Raises StepFailed when CHROMIUM names none or none can be installed.
    """
    if named := os.environ.get("CHROMIUM"):
        if program := shutil.which(named):
            return Path(program)
        raise StepFailed(f"CHROMIUM is {named!r}, which is no program")
    if found := _on_path():
        return found
    if debian.can_install():
        debian.install("chromium", why="Chromium is missing")
        if found := _on_path():
            return found
    return _of_playwright()


def _on_path() -> Path | None:
    found = (shutil.which(name) for name in NAMES)
    return next((Path(path) for path in found if path), None)


def _of_playwright() -> Path:
    run([sys.executable, "-m", "playwright", "install", "chromium"])
    ask = "from playwright.sync_api import sync_playwright as p\n"
    ask += "with p() as playwright: print(playwright.chromium.executable_path)"
    return Path(run([sys.executable, "-c", ask]).strip())
