"""The demo's people, key and contexts: made once, found again."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Membership, ProviderKey, User
from sessions_app.models import Context
from tests.simulator.cloud import SimulatedCloud
from tests.work import drain


@pytest.fixture
def seed(db: None, cloud: SimulatedCloud, settings: Any, tmp_path: Path) -> Any:
    settings.VAR_DIR = tmp_path

    def run() -> None:
        call_command("seed_demo")

    return run


def test_the_demo_has_its_people_a_key_and_contexts(seed: Any, capsys: Any) -> None:
    seed()
    drain()

    memberships = Membership.objects.values_list("user__email", "role")
    assert set(memberships) == {
        ("demo@example.com", "owner"),
        ("admin@example.com", "admin"),
        ("member@example.com", "member"),
        ("reader@example.com", "auditor"),
    }
    auditor = User.objects.get(email="auditor@example.com")
    assert (auditor.is_staff, auditor.is_superuser) == (True, False)
    assert auditor.has_perm("sessions_app.view_avatarsession")
    assert not auditor.has_perm("sessions_app.change_avatarsession")
    assert [key.state for key in ProviderKey.objects.all()] == ["ready"]
    assert [context.state for context in Context.objects.all()] == ["ready", "ready"]


def test_the_password_is_shown_kept_to_oneself_and_opens(
    seed: Any, capsys: Any, tmp_path: Path
) -> None:
    seed()

    file = tmp_path / "demo-password"
    password = file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o777 == 0o600
    assert f"Password     {password}" in capsys.readouterr().out
    assert User.objects.get(email="demo@example.com").check_password(password)


def test_a_second_run_makes_nothing_twice(seed: Any, cloud: SimulatedCloud) -> None:
    seed()
    drain()
    people, contexts = User.objects.count(), Context.objects.count()

    seed()
    drain()

    assert (User.objects.count(), Context.objects.count()) == (people, contexts)
    assert ProviderKey.objects.count() == 1
    assert len(cloud.state()["secrets"]) == 1
    assert len(cloud.state()["contexts"]) == 2


def test_a_cloud_that_forgot_everything_is_told_again(seed: Any, cloud: SimulatedCloud) -> None:
    seed()
    drain()
    cloud.door("POST", "reset")

    seed()
    drain()

    assert [key.state for key in ProviderKey.objects.all()] == ["ready"]
    assert [context.state for context in Context.objects.all()] == ["ready", "ready"]
    assert len(cloud.state()["contexts"]) == 2


def test_production_takes_no_demo_people(seed: Any, settings: Any) -> None:
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="seed_demo is for the desk"):
        seed()

    assert User.objects.count() == 0
