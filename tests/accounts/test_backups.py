"""A backup names the vault keys that it needs; without them nothing is made, migrated or opened."""

import base64
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from accounts.checks import vault_keys_are_at_hand
from accounts.models import User, Workspace
from accounts.services import second_steps, vault_contents
from tests import build


def ring(*named: str, seed: int = 1) -> str:
    return ",".join(
        f"{name}:{base64.b64encode(bytes([seed + len(name)]) * 32).decode()}" for name in named
    )


@pytest.fixture
def sealed(workspace: Workspace, alice: User, settings: Any) -> None:
    """Two keys sealed under the old vault key, and one under the newest."""
    settings.VAULT_KEYS = ring("old")
    build.provider_key(workspace, alice)
    build.provider_key(workspace, alice)
    settings.VAULT_KEYS = ring("newest", "old")
    build.provider_key(workspace, alice)


def manifest(*arguments: str) -> str:
    said = StringIO()
    call_command("backup_manifest", *arguments, stdout=said)
    return said.getvalue()


def test_a_manifest_names_what_is_needed_and_holds_no_key(sealed: None, settings: Any) -> None:
    told = manifest()

    read = json.loads(told)
    assert set(read["vault_keys"]) == {"old", "newest"}
    assert read["sealed"] == {"accounts_providerkey.value": {"newest": 1, "old": 2}}
    assert [each for each in settings.VAULT_KEYS.split(",") if each.split(":")[1] in told] == []


def test_no_manifest_is_made_where_a_key_is_missing_already(sealed: None, settings: Any) -> None:
    settings.VAULT_KEYS = ring("newest")

    with pytest.raises(CommandError, match=r"old, for 2 of accounts_providerkey\.value"):
        manifest()


def test_a_manifest_is_held_against_the_keys_at_hand(
    sealed: None, settings: Any, tmp_path: Path
) -> None:
    file = tmp_path / "manifest.json"
    file.write_text(manifest())

    assert manifest("--check", str(file)) == (
        "VAULT_KEYS holds what this backup needs: newest, old.\n"
    )
    settings.VAULT_KEYS = ring("newest")
    with pytest.raises(CommandError, match="Missing: old"):
        manifest("--check", str(file))
    settings.VAULT_KEYS = ring("newest", "old", seed=9)
    with pytest.raises(CommandError, match="Another key by the name: newest"):
        manifest("--check", str(file))
    file.write_text("{}")
    with pytest.raises(CommandError, match="no manifest"):
        manifest("--check", str(file))


def test_a_database_is_not_migrated_without_its_keys(sealed: None, settings: Any) -> None:
    assert vault_keys_are_at_hand(databases=["default"]) == []

    settings.VAULT_KEYS = ring("newest", seed=9)
    found = vault_keys_are_at_hand(databases=["default"])

    assert [each.id for each in found] == ["accounts.E001"] * 2
    assert "2 rows of accounts_providerkey.value are sealed under the key 'old'" in found[1].msg
    assert vault_keys_are_at_hand() == []


def test_every_sealed_field_is_looked_at(sealed: None) -> None:
    assert {each.place for each in vault_contents.sealed()} == {"accounts_providerkey.value"}


def test_keys_that_only_second_steps_need_are_named_too(alice: User, settings: Any) -> None:
    settings.VAULT_KEYS = ring("old")
    for kind, name in (("totp", "secret"), ("recovery_codes", "seed")):
        Authenticator.objects.create(user=alice, type=kind, data={name: second_steps.seal("x")})
    Authenticator.objects.create(user=alice, type="webauthn", data={"name": "Passkey"})
    settings.VAULT_KEYS = ring("newest", "old")

    read = json.loads(manifest())

    assert read["sealed"] == {"mfa_authenticator.data": {"old": 2}}
    assert set(read["vault_keys"]) == {"newest", "old"}
    settings.VAULT_KEYS = ring("newest")
    (found,) = vault_keys_are_at_hand(databases=["default"])
    assert "2 rows of mfa_authenticator.data are sealed under the key 'old'" in found.msg
