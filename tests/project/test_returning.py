"""Updates that return their rows, on both databases and on a SQLite that cannot."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.models import User, Workspace
from liveavatar_web import returning
from liveavatar_web.fields import SealedField
from liveavatar_web.vault import Secret
from sessions_app.lifecycle import State
from sessions_app.models import AvatarSession
from sessions_app.services.acceptance import Wish
from tests import build

pytestmark = pytest.mark.django_db


# Only SQLite has versions that cannot.
_WAYS = ["returning", "two statements"] if connection.vendor == "sqlite" else ["returning"]


@pytest.fixture(params=_WAYS, autouse=True)
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "two statements":
        monkeypatch.setattr(connection.features, "can_return_columns_from_insert", False)


def test_an_update_returns_what_the_row_holds_afterwards(alice: User, wish: Wish) -> None:
    session = build.avatar_session(alice, wish)
    later, seen = session.lease_until + timedelta(hours=1), session.version
    changes: dict[str, Any] = {
        "state": State.STARTING,
        "version": F("version") + 1,
        "lease_until": Greatest("lease_until", later),
    }

    with transaction.atomic():
        (fresh,) = returning.update(AvatarSession.objects.filter(pk=session.pk), **changes)

    assert (fresh.state, fresh.version, fresh.lease_until) == (State.STARTING, seen + 1, later)
    assert (fresh.public_id, fresh.temperature) == (session.public_id, session.temperature)


def test_rows_that_do_not_match_are_neither_updated_nor_returned() -> None:
    mine, other = build.workspace(), build.workspace()

    with transaction.atomic():
        found = returning.update(
            Workspace.objects.filter(pk=mine.pk, version=1), version=F("version") + 1
        )
        again = returning.update(
            Workspace.objects.filter(pk=mine.pk, version=1), version=F("version") + 1
        )

    assert [each.pk for each in found] == [mine.pk]
    assert again == []
    other.refresh_from_db()
    assert other.version == 1


def test_a_row_is_made_fresh_and_keeps_the_rows_it_knows(alice: User, wish: Wish) -> None:
    session = build.avatar_session(alice, wish)
    workspace, key = session.workspace, session.provider_key
    other = build.provider_key(workspace, alice)
    sealed = {
        name: SealedField.seal_for(session, name, Secret("the way in"))
        for name in ("room_url", "room_token")
    }
    changes: dict[str, Any] = {
        "state": State.LIVE,
        "provider_key": other,
        **sealed,
        "started_at": timezone.now(),
        "limit_at": timezone.now(),
        "remote_id": "there",
    }

    with transaction.atomic():
        (fresh,) = returning.update(AvatarSession.objects.filter(pk=session.pk), **changes)
    returning.refresh(session, fresh)

    assert session.state == State.LIVE
    assert session.room_token.open() == Secret("the way in")
    assert session.workspace is workspace
    assert session.provider_key not in {None, key}
    assert session.provider_key == other
