"""Two hundred ask at the same moment, in two processes, where five may: five it is."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from sessions_app.lifecycle import State
from sessions_app.models import AvatarSession, CloudAccount, Meter
from sessions_app.services.acceptance import Wish
from tests import build
from tests.sessions_app.crowd import Crowd, ask_at_once
from tests.sessions_app.rows import assert_meters_balance
from tests.spawning import processes

pytestmark = pytest.mark.django_db(transaction=True)

_PROCESSES = 2
_ASKING = 200
_MAY = 5


@pytest.fixture(scope="module")
def others(
    redis_url: str, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ProcessPoolExecutor]:
    with processes(_PROCESSES, folder=tmp_path_factory.mktemp("others")) as pool:
        yield pool


def two_hundred_ask(
    others: ProcessPoolExecutor, by: User, wish: Wish, *, widget: int | None = None, **settings: Any
) -> Counter[str]:
    """How often each answer was given. Each limit but the one that is tried is out of the way."""
    roomy = {
        "MAX_CONCURRENT_PER_WORKSPACE": 1000,
        "MAX_CONCURRENT_SESSIONS": 1000,
        "MONTHLY_MINUTES_PER_WORKSPACE": 100_000,
        "EXTENSION_SECONDS": 0,
        "MAX_WAITING_IN_LINE": 0,
    }
    crowd = Crowd(
        _ASKING // _PROCESSES,
        by.pk,
        wish.avatar.pk,
        wish.provider_key.pk,
        widget,
        {**roomy, **settings},
    )
    connection.close()
    asked = [others.submit(ask_at_once, crowd) for _ in range(_PROCESSES)]
    return sum((each.result() for each in asked), Counter[str]())


@pytest.mark.parametrize(
    ("code", "limit"),
    [
        ("installation", {"MAX_CONCURRENT_SESSIONS": _MAY}),
        ("monthly_credits", {"MONTHLY_CREDITS_PER_WORKSPACE": Decimal(2 * _MAY)}),
        ("credit_floor", {"CREDIT_FLOOR": Decimal(100)}),
    ],
)
def test_of_two_hundred_starts_at_once_as_many_pass_as_the_limit_has_room_for(
    code: str, limit: dict[str, Any], others: ProcessPoolExecutor, alice: User, plan: Wish
) -> None:
    CloudAccount.objects.create(id=1, credits_left=Decimal(100 + 2 * _MAY))

    answers = two_hundred_ask(others, alice, plan, **limit)

    assert answers == {State.REQUESTED: _MAY, code: _ASKING - _MAY}
    assert AvatarSession.objects.count() == _MAY
    assert_meters_balance()


def test_of_two_hundred_strangers_at_once_as_many_come_in_as_their_widget_has_places(
    others: ProcessPoolExecutor, alice: User, plan: Wish
) -> None:
    widget = build.widget(alice, plan, max_visitors=_MAY, daily_minutes=9999, daily_starts=9999)

    answers = two_hundred_ask(others, alice, plan, widget=widget.pk)

    assert answers == {State.REQUESTED: _MAY, "widget_places": _ASKING - _MAY}
    places = Meter.objects.get(subject=f"widget:{widget.public_id}", period="")
    assert (AvatarSession.objects.count(), places.held_slots) == (_MAY, _MAY)


def test_of_two_hundred_for_whom_there_is_no_place_as_many_wait_as_may(
    others: ProcessPoolExecutor, alice: User, plan: Wish
) -> None:
    answers = two_hundred_ask(
        others, alice, plan, MAX_CONCURRENT_PER_WORKSPACE=_MAY, MAX_WAITING_IN_LINE=20
    )

    assert answers == {State.REQUESTED: _MAY, State.WAITING: 20, "concurrency": _ASKING - _MAY - 20}
    assert_meters_balance()
