"""Production does not start with keys that anybody could have."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

KEY = "own:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """Loads the settings the way every process does first."""
    return subprocess.run(
        [sys.executable, "-c", "from django.conf import settings; settings.VAULT_KEYS"],
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "liveavatar_web.settings",
            "PRODUCTION": "yes",
            "SECRET_KEY": "a-secret-key-of-this-test",
            "VAULT_KEYS": KEY,
            "AUDIT_KEYS": KEY,
            **environment,
        },
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["VAULT_KEYS", "AUDIT_KEYS"])
@pytest.mark.parametrize("whose", ["none", "desk"])
def test_without_keys_of_its_own_production_does_not_start(name: str, whose: str) -> None:
    keys = "" if whose == "none" else getattr(settings, f"DESK_{name}")

    process = start(**{name: keys})

    assert process.returncode != 0
    assert f"{name} is missing; production does not start without its own" in process.stderr


def test_with_keys_of_its_own_it_does() -> None:
    assert start().returncode == 0


@pytest.mark.parametrize("name", ["VAULT_KEYS", "AUDIT_KEYS"])
def test_keys_may_come_from_a_file(name: str, tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"{KEY}\n", encoding="utf-8")

    assert start(**{name: "", f"{name}_FILE": str(file)}).returncode == 0
