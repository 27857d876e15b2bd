"""Production does not start with a vault that anybody could open."""

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
            **environment,
        },
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("keys", ["", settings.DESK_VAULT_KEYS])
def test_without_keys_of_its_own_production_does_not_start(keys: str) -> None:
    process = start(VAULT_KEYS=keys)

    assert process.returncode != 0
    assert "VAULT_KEYS is missing; production does not start without its own" in process.stderr


def test_with_keys_of_its_own_it_does() -> None:
    assert start(VAULT_KEYS=KEY).returncode == 0


def test_a_key_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"{KEY}\n", encoding="utf-8")

    assert start(VAULT_KEYS_FILE=str(file)).returncode == 0
