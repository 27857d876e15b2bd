"""Our settings loaded in a process of their own, as on another machine."""

import base64
import os
import subprocess
import sys

from tests.project.imports import ROOT

PRODUCTION = {
    "PRODUCTION": "yes",
    "SECRET_KEY": base64.b64encode(bytes(range(60))).decode(),
    "VAULT_KEYS": "own:" + base64.b64encode(bytes(range(32))).decode(),
    "AUDIT_KEYS": "own:" + base64.b64encode(bytes(range(1, 33))).decode(),
    "ALLOWED_HOSTS": "avatars.example.com",
    "DATABASE_URL": "postgresql://liveavatar@127.0.0.1:1/liveavatar",
    "LIVEAVATAR_API_KEY": "an-account-key",
}


# Only an image collects static files into one folder; see the same line in pyproject.toml.
WARNINGS = ["-W", "error", "-W", "ignore:No directory at:UserWarning"]


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs Python in our folder with no variable but these."""
    return subprocess.run(
        [sys.executable, *WARNINGS, *arguments],
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "liveavatar_web.settings",
            **environment,
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return python("manage.py", *arguments, **environment)
