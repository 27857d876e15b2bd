"""The cloud account as we last saw it: every avatar of it, and its credits."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, User
from sessions_app.models import Avatar, CloudAccount
from sessions_app.services import catalogue
from tests import build
from tests.sessions_app.rows import time_passes
from tests.sessions_app.trouble import TROUBLES, fault, lift
from tests.simulator.cloud import SimulatedCloud

OWN = "GET /v1/avatars"
PUBLIC = "GET /v1/avatars/public"
CREDITS = "GET /v1/users/credits"


def page(*avatars: dict[str, Any], more: bool = False) -> dict[str, Any]:
    following = "https://elsewhere.example/?page=2" if more else None
    results = [{"type": "VIDEO", "status": "ACTIVE", **avatar} for avatar in avatars]
    data = {"count": 99, "next": following, "previous": None, "results": results}
    return {"code": 1000, "message": "Success", "data": data}


def named(name: str, number: int) -> dict[str, Any]:
    return {"id": f"00000000-0000-4000-8000-{number:012}", "name": name}


def account() -> CloudAccount:
    return CloudAccount.objects.get()


def test_the_first_sync_reads_every_avatar_and_the_credits(db: None, cloud: SimulatedCloud) -> None:
    catalogue.sync()

    assert Avatar.objects.filter(is_own=False).count() == 10
    own = Avatar.objects.filter(is_own=True).order_by("name")
    assert [(avatar.name, avatar.status) for avatar in own] == [
        ("June", "ACTIVE"),
        ("Kofi", "FAILED"),
    ]
    assert [avatar.name for avatar in Avatar.objects.filter(is_expired=True)] == ["Ivo"]
    assert account().credits_left == Decimal(1000)
    assert account().catalogue_synced_at is not None
    event = AuditEvent.objects.get()
    assert (event.action, event.details) == (
        "avatars.synced",
        {"listed": 12, "added": 12, "gone": 0},
    )


def test_only_what_is_active_and_not_expired_can_be_used(db: None, cloud: SimulatedCloud) -> None:
    catalogue.sync()

    unusable = Avatar.objects.listed().exclude(pk__in=Avatar.objects.usable())
    assert sorted(avatar.name for avatar in unusable) == ["Ivo", "Kofi"]
    assert all(avatar.is_usable for avatar in Avatar.objects.usable())
    assert not any(avatar.is_usable for avatar in unusable)


def test_the_sandbox_avatar_is_marked(db: None, cloud: SimulatedCloud) -> None:
    catalogue.sync()

    assert [avatar.name for avatar in Avatar.objects.filter(is_sandbox=True)] == ["Wayne"]


def test_all_pages_are_read(db: None, cloud: SimulatedCloud) -> None:
    fault(cloud, PUBLIC, status=200, body=page(named("Ann", 1), more=True))
    fault(cloud, PUBLIC, status=200, body=page(named("Ben", 2), more=True))
    fault(cloud, PUBLIC, status=200, body=page(named("Cid", 3)))

    catalogue.sync()

    public = Avatar.objects.filter(is_own=False).order_by("name")
    assert [avatar.name for avatar in public] == ["Ann", "Ben", "Cid"]


def test_an_avatar_that_is_both_own_and_public_is_our_own(db: None, cloud: SimulatedCloud) -> None:
    june = Avatar(remote_id="9eafbccb-ebda-4b9b-8aaf-fdbcdebbaf0a", name="June")
    fault(cloud, PUBLIC, status=200, body=page({"id": june.remote_id, "name": "June"}))

    catalogue.sync()

    assert Avatar.objects.get(remote_id=june.remote_id).is_own


def test_an_avatar_that_is_listed_no_more_is_gone_and_may_come_back(
    db: None, cloud: SimulatedCloud
) -> None:
    catalogue.sync()
    amara = Avatar.objects.get(name="Amara")
    fault(cloud, PUBLIC, status=200, body=page(named("Ann", 1)))
    CloudAccount.objects.update(catalogue_due_at=timezone.now())
    time_passes()
    catalogue.sync()
    amara.refresh_from_db()
    assert amara.gone_at is not None
    assert not amara.is_usable

    CloudAccount.objects.update(catalogue_due_at=timezone.now())
    time_passes()
    catalogue.sync()

    amara.refresh_from_db()
    assert amara.gone_at is None
    assert [event.details for event in AuditEvent.objects.order_by("pk")] == [
        {"listed": 12, "added": 12, "gone": 0},
        {"listed": 3, "added": 1, "gone": 10},
        {"listed": 12, "added": 0, "gone": 1},
    ]


def test_an_avatar_keeps_its_id_here_when_the_cloud_renames_it(
    db: None, cloud: SimulatedCloud
) -> None:
    old = build.avatar(build.AMARA, name="Somebody")

    catalogue.sync()

    renamed = Avatar.objects.get(remote_id=build.AMARA)
    assert (renamed.pk, renamed.public_id, renamed.name) == (old.pk, old.public_id, "Amara")


def test_words_of_any_length_are_kept_as_far_as_they_fit(db: None, cloud: SimulatedCloud) -> None:
    long = {
        "name": "n" * 300,
        "type": "t" * 40,
        "status": "s" * 40,
        "preview_url": "https://pictures.example/" + "p" * 2000,
    }
    fault(cloud, PUBLIC, status=200, body=page({**named("", 1), **long}))

    catalogue.sync()

    avatar = Avatar.objects.get(is_own=False)
    assert (avatar.name, avatar.type, avatar.status) == ("n" * 200, "t" * 16, "s" * 32)
    assert avatar.preview_url == ""


@pytest.mark.parametrize("route", [OWN, PUBLIC, CREDITS])
@pytest.mark.parametrize(
    "trouble", ["cut before it took effect", "a gateway's page", "an answer that is none"]
)
def test_a_sync_that_fails_keeps_what_was_known_and_says_why(
    trouble: str, route: str, db: None, cloud: SimulatedCloud
) -> None:
    catalogue.sync()
    fault(cloud, route, **{**TROUBLES[trouble], "times": None})
    CloudAccount.objects.update(catalogue_due_at=timezone.now())
    time_passes()

    catalogue.sync()

    assert Avatar.objects.listed().count() == 12
    failed = account()
    assert failed.credits_left == Decimal(1000)
    assert failed.last_error
    assert failed.last_error_message
    assert failed.due_at is not None
    assert failed.due_at - timezone.now() <= timedelta(seconds=5)
    lift(cloud)
    time_passes(10)
    catalogue.sync()
    assert (account().last_error, account().last_error_message) == ("", "")


def test_an_installation_without_an_account_says_so(
    db: None, cloud: SimulatedCloud, settings: Any
) -> None:
    settings.LIVEAVATAR_API_KEY = ""

    catalogue.sync()

    assert account().last_error_message == "LIVEAVATAR_API_KEY is not set"


def test_credits_are_read_each_minute_and_avatars_each_hour(
    db: None, cloud: SimulatedCloud
) -> None:
    catalogue.sync()
    cloud.door("POST", "credits", {"credits": 7.5})
    catalogue.sync()
    assert account().credits_left == Decimal(1000)

    time_passes(60)
    catalogue.sync()

    assert account().credits_left == Decimal("7.5")
    assert cloud.state()["calls"][PUBLIC] == {"200": 1}


def test_whoever_asks_has_the_avatars_read_at_once(cloud: SimulatedCloud, alice: User) -> None:
    catalogue.sync()
    before = account().version

    catalogue.request_sync(caller=build.caller(alice), now=timezone.now())
    assert account().version > before
    catalogue.sync()

    assert cloud.state()["calls"][PUBLIC] == {"200": 2}
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == [
        "avatars.synced",
        "catalogue.sync_requested",
        "avatars.synced",
    ]
