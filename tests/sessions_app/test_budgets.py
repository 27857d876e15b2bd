"""Limits of money: credits a month, a floor under the account, and warnings before they are met."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, Workspace
from liveavatar_web.letters import AGAIN
from sessions_app.lifecycle import EndReason, Event, State
from sessions_app.models import AvatarSession, CloudAccount, Meter
from sessions_app.services import avatar_sessions, budgets, catalogue, limits, moves
from sessions_app.services.acceptance import Wish
from sessions_app.services.limits import QuotaReached
from tests import build
from tests.sessions_app.racing import race
from tests.sessions_app.rows import assert_meters_balance, placed
from tests.simulator.cloud import SimulatedCloud


@pytest.fixture
def month() -> str:
    return limits.periods(timezone.now())[1]


def ended(by: User, plan: Wish, *, seconds: int, cost: str | None = None) -> AvatarSession:
    """A session that was settled with this bill."""
    return settled(bill_of(by, plan, seconds=seconds, cost=cost), by)


def bill_of(by: User, plan: Wish, *, seconds: int, cost: str | None = None) -> AvatarSession:
    """A session that is ending, and this is what it cost."""
    session = placed(by, plan, State.STOPPING)
    session.cloud_sessions.create(
        remote_id=f"remote-{session.pk}",
        state="over",
        minted_at=timezone.now(),
        doubt_until=timezone.now(),
        billed_seconds=seconds,
        credits=None if cost is None else Decimal(cost),
    )
    return session


def settled(session: AvatarSession, by: User) -> AvatarSession:
    with transaction.atomic():
        moves.move(
            session,
            Event.STOPPED,
            cause=EndReason.PERSON,
            now=timezone.now(),
            caller=build.caller(by),
        )
    return session


def test_the_credits_of_a_month_are_held_and_refused_in_words(
    alice: User, plan: Wish, month: str
) -> None:
    workspace = plan.provider_key.workspace
    workspace.monthly_credits = Decimal(3)
    workspace.save()
    build.avatar_session(alice, plan)

    with pytest.raises(QuotaReached, match="has 1 of 3 credits left, and this session may use 2"):
        build.avatar_session(alice, plan)

    meter = budgets.month(workspace, period=month).meter
    assert (meter.held_credits, meter.used_credits) == (2, 0)
    assert_meters_balance()


def test_the_vendors_own_figure_is_what_is_counted(alice: User, plan: Wish, month: str) -> None:
    CloudAccount.objects.create(id=1, credits_left=Decimal(10))

    ended(alice, plan, seconds=61, cost="1.5")

    meter = budgets.month(plan.provider_key.workspace, period=month).meter
    assert (meter.held_credits, meter.used_credits, meter.used_seconds) == (0, Decimal("1.5"), 61)
    assert CloudAccount.objects.get().credits_left == Decimal("8.5")


@pytest.mark.parametrize(
    ("left", "passes"), [(Decimal(12), True), (Decimal("11.9"), False), (None, False)]
)
def test_no_start_takes_the_account_below_its_floor(
    left: Decimal | None, passes: bool, alice: User, plan: Wish, settings: Any
) -> None:
    settings.CREDIT_FLOOR = Decimal(10)
    CloudAccount.objects.create(id=1, credits_left=left)

    if passes:
        assert build.avatar_session(alice, plan).state == State.REQUESTED
    else:
        with pytest.raises(QuotaReached, match="keeps 10 credits in reserve") as refused:
            build.avatar_session(alice, plan)
        assert refused.value.code == "credit_floor"


def test_what_open_sessions_may_still_use_counts_against_the_floor(
    alice: User, plan: Wish, settings: Any
) -> None:
    settings.CREDIT_FLOOR = Decimal(10)
    CloudAccount.objects.create(id=1, credits_left=Decimal("13.9"))
    build.avatar_session(alice, plan)

    with pytest.raises(QuotaReached, match="in reserve"):
        build.avatar_session(alice, plan)


def test_owners_hear_of_each_mark_once(
    alice: User, bob: User, ada: User, plan: Wish, month: str
) -> None:
    workspace = plan.provider_key.workspace
    workspace.monthly_minutes = 10
    workspace.save()

    def told() -> list[str]:
        mail.outbox.clear()
        for meter in Meter.objects.all():
            budgets.tell(pk=meter.pk, now=timezone.now())
        assert [letter.to for letter in mail.outbox] == [[alice.email]] * len(mail.outbox)
        return [letter.subject for letter in mail.outbox]

    words = f"“{workspace.name}” has used {{}} % of this month's budget"
    ended(alice, plan, seconds=299)
    assert told() == []
    ended(alice, plan, seconds=1)
    assert told() == [words.format(50)]
    assert told() == []
    ended(alice, plan, seconds=120)
    ended(alice, plan, seconds=120)
    assert told() == [words.format(80)]
    with pytest.raises(QuotaReached):
        build.avatar_session(alice, plan)
    assert told() == [words.format(100)]
    assert told() == []


def test_under_another_limit_each_mark_is_told_of_anew_and_once(alice: User, plan: Wish) -> None:
    workspace = plan.provider_key.workspace
    limit(workspace, minutes=4)
    ended(alice, plan, seconds=120)
    with pytest.raises(QuotaReached):
        build.avatar_session(alice, replace(plan, max_seconds=180))
    assert marks_told() == ["100"]

    limit(workspace, minutes=100)
    ended(alice, plan, seconds=120)
    assert marks_told() == []
    limit(workspace, minutes=10)
    for _ in range(2):
        ended(alice, plan, seconds=60)
    assert marks_told() == ["50"]
    ended(alice, plan, seconds=120)
    assert marks_told() == ["80"]
    assert marks_told() == []


def limit(workspace: Workspace, *, minutes: int) -> None:
    workspace.monthly_minutes = minutes
    workspace.save()


def marks_told() -> list[str]:
    """The percentages in the letters that are sent now."""
    mail.outbox.clear()
    for meter in Meter.objects.untold(timezone.now()):
        budgets.tell(pk=meter.pk, now=timezone.now())
    return [letter.subject.partition(" has used ")[2].partition(" ")[0] for letter in mail.outbox]


def test_a_letter_about_a_limit_that_is_raised_meanwhile_counts_for_the_old_one(
    half_used: Meter, alice: User, plan: Wish, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(*_: object, **__: object) -> None:
        limit(plan.provider_key.workspace, minutes=4)
        ended(alice, plan, seconds=90)

    with monkeypatch.context() as patched:
        patched.setattr("liveavatar_web.letters.send_mail", send)
        budgets.tell(pk=half_used.pk, now=timezone.now())

    assert marks_told() == ["50"]


@pytest.fixture
def half_used(alice: User, plan: Wish) -> Meter:
    """Of two minutes one is used, and nobody was told yet."""
    workspace = plan.provider_key.workspace
    workspace.monthly_minutes = 2
    workspace.save()
    ended(alice, plan, seconds=60)
    return Meter.objects.untold(timezone.now()).get()


def test_a_letter_that_could_not_be_sent_is_sent_later_and_once(
    half_used: Meter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object, **__: object) -> None:
        raise OSError

    now = timezone.now()
    with monkeypatch.context() as patched:
        patched.setattr("liveavatar_web.letters.send_mail", down)
        budgets.tell(pk=half_used.pk, now=now)
    assert not Meter.objects.untold(now).exists()
    assert Meter.objects.untold(now + AGAIN).exists()

    for _ in range(2):
        budgets.tell(pk=half_used.pk, now=now + AGAIN)

    assert len(mail.outbox) == 1
    assert not Meter.objects.untold(now + 9 * AGAIN).exists()


def test_a_letter_whose_writer_dies_is_written_by_another(
    half_used: Meter, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("liveavatar_web.letters.send_mail", die)
        with pytest.raises(Killed):
            budgets.tell(pk=half_used.pk, now=timezone.now())
    budgets.tell(pk=half_used.pk, now=timezone.now() + AGAIN)

    assert len(mail.outbox) == 1


def test_a_mark_that_is_reached_while_a_letter_is_written_has_a_letter_of_its_own(
    half_used: Meter, alice: User, plan: Wish, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    def send(subject: str, *_: object, **__: object) -> None:
        sent.append(subject.partition(" has used ")[2].partition(" ")[0])
        if len(sent) == 1:
            ended(alice, replace(plan, max_seconds=60), seconds=40)
            budgets.tell(pk=half_used.pk, now=timezone.now())

    monkeypatch.setattr("liveavatar_web.letters.send_mail", send)
    for _ in range(3):
        budgets.tell(pk=half_used.pk, now=timezone.now())

    assert sent == ["50", "80"]


def test_a_name_of_two_lines_does_not_keep_the_letter_from_its_owner(
    half_used: Meter, plan: Wish
) -> None:
    Workspace.objects.update(name="Two\nlines")

    budgets.tell(pk=half_used.pk, now=timezone.now())

    assert mail.outbox[0].subject == "“Two lines” has used 50 % of this month's budget"


@pytest.mark.django_db(transaction=True)
def test_settlements_and_writers_at_once_send_one_letter(alice: User, plan: Wish) -> None:
    workspace = plan.provider_key.workspace
    workspace.monthly_minutes = 20
    workspace.max_concurrent_sessions = 10
    workspace.save()
    ending = iter([bill_of(alice, plan, seconds=105) for _ in range(6)])

    race(lambda: settled(next(ending), alice), runners=6)
    meter = Meter.objects.untold(timezone.now()).get()
    race(lambda: budgets.tell(pk=meter.pk, now=timezone.now()), runners=6)

    assert meter.used_seconds == 630
    assert [letter.subject.partition(" has used ")[2][:2] for letter in mail.outbox] == ["50"]


@pytest.mark.parametrize("seconds", [60, 120])
def test_what_is_used_while_the_cloud_is_asked_for_its_credits_is_gone_all_the_same(
    seconds: int, alice: User, wish: Wish, cloud: SimulatedCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(alice, wish, seconds=60)
    real = catalogue._all_avatars

    def avatars() -> Any:
        ended(alice, wish, seconds=seconds)
        return real()

    monkeypatch.setattr(catalogue, "_all_avatars", avatars)
    catalogue.sync()

    assert CloudAccount.objects.get().credits_left == 1000 - seconds // 60


def test_credits_are_known_though_the_avatars_cannot_be_read(
    cloud: SimulatedCloud, db: None
) -> None:
    cloud.door("POST", "faults", {"route": "GET /v1/avatars", "status": 403})

    catalogue.sync()

    account = CloudAccount.objects.get()
    assert (account.credits_left, account.last_error) == (1000, "Forbidden")


def test_the_dashboard_shows_how_much_is_used_from_half_of_it_on_and_less_of_a_higher_limit(
    alice: User, plan: Wish, client: Client
) -> None:
    client.force_login(alice)
    workspace = plan.provider_key.workspace

    def shown() -> str:
        page = client.get(reverse("dashboard")).content.decode().replace("&#x27;", "'")
        return page.partition(" % of this month's budget is used")[0][-3:].strip(">")

    def is_silent() -> bool:
        return "budget is used" not in client.get(reverse("dashboard")).content.decode()

    limit(workspace, minutes=10)
    assert is_silent()
    ended(alice, plan, seconds=120)
    assert is_silent()
    for _ in range(3):
        ended(alice, plan, seconds=120)
    assert shown() == "80"
    with pytest.raises(QuotaReached):
        build.avatar_session(alice, replace(plan, max_seconds=180))
    assert shown() == "80"
    ended(alice, plan, seconds=120)
    assert shown() == "100"
    limit(workspace, minutes=15)
    assert shown() == "66"
    limit(workspace, minutes=100)
    assert is_silent()


def test_a_month_over_shows_nothing_of_the_last(alice: User, plan: Wish) -> None:
    workspace = plan.provider_key.workspace
    last = limits.periods(timezone.now() - timedelta(days=40))[1]
    Meter.objects.create(
        subject=limits.of_workspace(workspace), period=last, used_seconds=10**6, warned_percent=100
    )

    this = limits.periods(timezone.now())[1]

    assert budgets.month(workspace, period=this).mark == 0
    assert avatar_sessions.wish_of(build.avatar_session(alice, plan)) == plan
