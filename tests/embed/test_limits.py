"""What strangers may use of an owner's money, however many they are and however hard they try."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from accounts.models import User, Workspace
from sessions_app.models import AvatarSession, Meter, Widget, WidgetTally
from sessions_app.services import challenges, limits, reservations, tallies
from sessions_app.services.acceptance import Wish
from sessions_app.services.visitors import visitor_of
from tests import build
from tests.embed.visitor import Visitor
from tests.sessions_app.rows import running
from tests.simulator.cloud import SimulatedCloud
from tests.work import drain


def code_of(answer: Any) -> str:
    return str(answer.json()["error"]["code"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ({"max_visitors": 0}, "no_place"),
        ({"visitor_daily_starts": 0}, "used_up"),
        ({"visitor_daily_minutes": 1}, "used_up"),
        ({"daily_starts": 0}, "used_up"),
        ({"daily_minutes": 1}, "used_up"),
        ({"monthly_starts": 0}, "used_up"),
        ({"monthly_minutes": 1}, "used_up"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else value,
)
def test_each_limit_is_said_with_the_ticket_before_any_work_is_asked_for(
    visitor: Visitor, limit: dict[str, int], code: str
) -> None:
    Widget.objects.update(**limit)
    visitor.open_frame()

    answer = visitor.ask_for_ticket()

    assert (answer.status_code, code_of(answer)) == (429, code)


@pytest.mark.django_db
def test_a_limit_reached_after_the_ticket_still_holds(visitor: Visitor) -> None:
    visitor.open_frame()
    visitor.ask_for_ticket()
    Widget.objects.update(daily_starts=0)

    answer = visitor.start()

    assert (answer.status_code, code_of(answer)) == (429, "used_up")
    assert not AvatarSession.objects.exists()


@pytest.mark.django_db
def test_the_workspaces_own_limits_hold_for_strangers_too(
    visitor: Visitor, workspace: Workspace
) -> None:
    Workspace.objects.update(max_concurrent_sessions=0)
    visitor.open_frame()

    answer = visitor.ask_for_ticket()

    assert (code_of(answer), "Ask whoever runs" in str(answer.json())) == ("no_place", False)


@pytest.mark.django_db
def test_a_visitor_has_their_starts_and_the_next_one_theirs(widget: Widget) -> None:
    Widget.objects.update(visitor_daily_starts=1, max_visitors=9)
    Workspace.objects.update(max_concurrent_sessions=9)
    assert Visitor(widget, address="203.0.113.7").come_in().status_code == 202
    again = Visitor(widget, address="203.0.113.7")
    again.open_frame()

    assert code_of(again.ask_for_ticket()) == "used_up"
    assert Visitor(widget, address="203.0.113.8").come_in().status_code == 202


@pytest.mark.django_db
def test_when_every_place_is_taken_a_visitor_waits_once_and_comes_in(widget: Widget) -> None:
    Widget.objects.update(max_visitors=1)
    talking = Visitor(widget, address="203.0.113.7")
    waiting = Visitor(widget, address="203.0.113.8")
    assert talking.come_in().json()["state"] == "requested"
    assert waiting.come_in().json()["state"] == "waiting"
    drain()
    assert waiting.in_session().json()["place"] == 1
    twice = Visitor(widget, address="203.0.113.8")
    twice.open_frame()
    assert code_of(twice.ask_for_ticket()) == "no_place"

    reloaded = Visitor(widget, address="203.0.113.8")
    assert reloaded.resume(waiting.resume_token).json()["session"]["state"] == "waiting"
    talking.in_session("/stop", {})
    drain()

    assert reloaded.in_session().json()["state"] == "live"
    used = tallies.used(widget, now=timezone.now())
    assert (used.visitors_now, used.today_starts) == (1, 2)


@pytest.mark.django_db
def test_what_a_visitor_used_is_forgotten_once_the_day_is_long_over(visitor: Visitor) -> None:
    visitor.come_in()
    drain()
    visitor.in_session("/stop", {})
    drain()

    assert reservations.forget_visitors(now=timezone.now() + timedelta(days=1)) == 0
    assert reservations.forget_visitors(now=timezone.now() + timedelta(days=2)) == 1
    assert not Meter.objects.filter(subject__startswith="visitor:").exists()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
    ],
)
def test_a_visitor_is_an_address_or_the_half_of_one_that_a_household_has(
    one: str, other: str, same: bool
) -> None:
    now = timezone.now()

    assert (visitor_of(one, now=now) == visitor_of(other, now=now)) is same


def test_no_day_knows_the_visitors_of_another_nor_any_address() -> None:
    now = timezone.now()
    today, tomorrow = (visitor_of("203.0.113.7", now=now + timedelta(days=d)) for d in (0, 1))

    assert today != tomorrow
    assert "203.0.113.7" not in today


@pytest.mark.django_db(transaction=True)
def test_500_hostile_starts_spend_at_most_the_budget_and_a_bystander_notices_nothing(
    wish: Wish, alice: User, charlie: User, cloud: SimulatedCloud, settings: Any
) -> None:
    """They take every step of a real page, each from an address of its own."""
    workspace = wish.provider_key.workspace
    Workspace.objects.update(max_concurrent_sessions=1_000, monthly_minutes=100_000)
    attacked = build.widget(
        alice,
        wish,
        max_seconds=60,
        max_visitors=1_000,
        daily_minutes=10,
        daily_starts=1_000,
        monthly_starts=1_000,
    )
    quiet = build.widget(alice, wish, name="Quiet")
    bystander = Visitor(quiet, address="198.51.100.1")

    def attack(number: int) -> Any:
        hostile = Visitor(attacked, address=f"203.0.{number // 250}.{number % 250}")
        try:
            hostile.open_frame()
            ticket = hostile.ask_for_ticket()
            return hostile.start().status_code if ticket.status_code == 201 else ticket.status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as attackers:
        attacks = attackers.map(attack, range(500))
        assert bystander.come_in().status_code == 202
        answers = list(attacks)

    held = Meter.objects.get(subject=limits.of_widget(attacked), period__regex=r"-\d\d-\d\d$")
    assert (answers.count(202), set(answers)) == (10, {202, 429})
    assert held.held_seconds + held.used_seconds == 600
    assert AvatarSession.objects.filter(widget=attacked).count() == 10
    assert AvatarSession.objects.filter(widget=quiet).count() == 1
    assert workspace.avatar_sessions.count() == 11
    assert len(running(cloud)) == 0  # nothing is billed before a worker starts it


@pytest.fixture
def asked_for(widget: Widget) -> Callable[..., None]:
    def ask(times: int, *, hours_ago: int = 0) -> None:
        then = timezone.now() - timedelta(hours=hours_ago)
        tallies.add(widget.pk, tallies.TICKETS, times, now=then)

    return ask


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "doublings"), [(1, 0), (30, 0), (31, 1), (60, 1), (240, 3), (1_000_000, 9)]
)
def test_the_work_doubles_with_the_rate_and_ordinary_visitors_do_not_feel_it(
    widget: Widget, asked_for: Callable[..., None], asked: int, doublings: int
) -> None:
    asked_for(asked)

    assert challenges.doublings(widget, now=timezone.now()) == doublings


@pytest.mark.django_db
def test_a_widget_that_is_always_busy_is_not_made_hard_by_its_own_norm(
    widget: Widget, asked_for: Callable[..., None]
) -> None:
    for hour in range(2, 24 * 7):
        asked_for(200, hours_ago=hour)
    asked_for(150)

    assert challenges.doublings(widget, now=timezone.now()) == 0


@pytest.mark.django_db
def test_what_happened_is_counted_by_day_and_by_reason(visitor: Visitor, widget: Widget) -> None:
    visitor.open_frame()
    visitor.open_frame(referer="https://evil.example/")
    Widget.objects.update(daily_starts=0)
    visitor.ask_for_ticket()
    WidgetTally.objects.create(
        widget=widget, hour=timezone.now() - timedelta(days=40), kind="started", count=9
    )
    drain()

    days = tallies.usage(widget, days=2, now=timezone.now())

    assert [(day.started, day.refused) for day in days] == [
        (0, {"origin": 1, "widget_day": 1}),
        (0, {}),
    ]


@pytest.mark.django_db
def test_a_page_cannot_make_us_keep_more_than_a_conversation_holds(visitor: Visitor) -> None:
    visitor.come_in()
    drain()
    session = AvatarSession.objects.get()
    said = [
        {"key": str(number), "role": "user", "text": "la", "at": timezone.now().isoformat()}
        for number in range(2 * session.max_seconds + 50)
    ]

    for start in range(0, len(said), 200):
        visitor.in_session("/lines", {"lines": said[start : start + 200]})

    assert session.events.exclude(page_key=None).count() == 2 * session.max_seconds


@pytest.mark.django_db
def test_a_page_that_reports_without_end_is_not_listened_to(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessions_app.services.reports.MOST_REPORTS", 3)
    visitor.come_in()
    drain()

    for _ in range(5):
        assert visitor.in_session("/reports", {"event": "reconnected"}).status_code == 204

    assert AvatarSession.objects.get().events.filter(kind="notice").count() == 3


@pytest.mark.django_db
def test_a_conversation_that_asks_without_end_is_slowed_down(visitor: Visitor) -> None:
    visitor.come_in()
    drain()

    answers = [visitor.in_session().status_code for _ in range(242)]

    assert (answers[239], answers[-1]) == (200, 429)
