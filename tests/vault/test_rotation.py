"""The vault's keys change while everything runs, and nothing is lost on the way."""

import base64
import io
import os
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEvent, ProviderKey, User, Workspace
from accounts.services import provider_keys, vault_rotation
from accounts.services.callers import Caller
from accounts.services.vault_rotation import Progress
from liveavatar_web.fields import SealedField
from liveavatar_web.vault import Secret, keyring
from sessions_app.models import AvatarSession
from sessions_app.services.acceptance import Wish
from tests import build
from tests.work import drain

VALUE = "sk-sim-sealed-long-ago"


def new_key(name: str) -> str:
    return f"{name}:{base64.b64encode(os.urandom(32)).decode()}"


OLD, NEW = new_key("old"), new_key("new")


@pytest.fixture
def key(workspace: Workspace, alice: User, settings: Any) -> ProviderKey:
    """A key that was sealed before the ring got its newest key."""
    settings.VAULT_KEYS = OLD
    made = build.provider_key(workspace, alice, value=VALUE)
    settings.VAULT_KEYS = f"{NEW},{OLD}"
    return made


def rotate(**options: Any) -> str:
    out = io.StringIO()
    call_command("rotate_vault", stdout=out, **options)
    return out.getvalue()


def last_progress(**options: Any) -> Progress:
    caller = Caller.system("test")
    *_, last = vault_rotation.rotate(ProviderKey, "value", caller=caller, **options)
    return last


def test_after_a_rotation_the_old_key_is_needed_no_more(key: ProviderKey, settings: Any) -> None:
    printed = rotate()

    settings.VAULT_KEYS = NEW
    key.refresh_from_db()
    assert key.value.open() == Secret(VALUE)
    assert key.fingerprint == keyring().fingerprint(Secret(VALUE))
    assert "The newest key is new." in printed
    assert "accounts_providerkey.value: 1 seen, 1 sealed anew" in printed


def test_a_dry_run_counts_and_changes_nothing(key: ProviderKey) -> None:
    printed = rotate(dry_run=True)

    key.refresh_from_db()
    assert "accounts_providerkey.value: 1 seen, 1 to be sealed anew" in printed
    assert not key.value.is_current
    assert not AuditEvent.objects.filter(action="vault.rotated").exists()


def test_a_second_rotation_finds_nothing_to_do(key: ProviderKey) -> None:
    rotate()

    assert "accounts_providerkey.value: 1 seen, 0 sealed anew" in rotate()
    assert AuditEvent.objects.filter(action="vault.rotated").count() == 1


def test_what_does_not_open_is_named_and_left_as_it_is(
    key: ProviderKey, workspace: Workspace, alice: User
) -> None:
    other = build.provider_key(workspace, alice)
    ProviderKey.objects.filter(pk=other.pk).update(value=key.value)

    with pytest.raises(CommandError, match=f"accounts_providerkey.value {other.public_id}"):
        rotate()

    key.refresh_from_db()
    assert key.value.is_current
    told = AuditEvent.objects.get(action="vault.rotated").details
    assert told == {
        "table": "accounts_providerkey",
        "field": "value",
        "resealed": 1,
        "failed": 1,
        "key_name": "new",
    }


def test_a_row_written_meanwhile_is_left_alone(
    key: ProviderKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = SealedField.seal_for(key, "value", Secret("sk-sim-newer"))

    def somebody_else_writes(secret: Secret) -> dict[str, Any]:
        ProviderKey.objects.filter(pk=key.pk).update(value=written)
        return {}

    monkeypatch.setitem(vault_rotation.DERIVED, (ProviderKey, "value"), somebody_else_writes)
    progress = last_progress()

    key.refresh_from_db()
    assert key.value.open() == Secret("sk-sim-newer")
    assert (progress.resealed, progress.overtaken) == (0, 1)


def test_many_rows_are_done_batch_by_batch(
    key: ProviderKey, workspace: Workspace, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault_rotation, "BATCH", 2)
    for _ in range(4):
        build.provider_key(workspace, alice)
    caller = Caller.system("test")

    seen = [each.seen for each in vault_rotation.rotate(ProviderKey, "value", caller=caller)]

    assert seen == [2, 4, 5, 5]


def test_rooms_are_sealed_anew_like_keys(alice: User, wish: Wish, settings: Any) -> None:
    session = build.avatar_session(alice, wish)
    drain()
    settings.VAULT_KEYS = f"{NEW},{settings.VAULT_KEYS}"

    rotate()

    settings.VAULT_KEYS = NEW
    read = AvatarSession.objects.get(pk=session.pk)
    assert read.room_url.open().reveal().startswith("ws://")
    assert read.room_token.is_current


def test_every_sealed_field_is_found() -> None:
    assert set(vault_rotation.sealed_fields()) == {
        (ProviderKey, "value"),
        (AvatarSession, "room_url"),
        (AvatarSession, "room_token"),
    }


def test_a_key_sealed_before_the_rotation_is_still_found_as_a_duplicate(
    key: ProviderKey, workspace: Workspace, alice: User
) -> None:
    with pytest.raises(provider_keys.AlreadyRegistered, match=key.name):
        provider_keys.register(
            caller=build.caller(alice), workspace=workspace, name="again", value=Secret(VALUE)
        )
