"""Many sessions are ended at once: all that were asked for, whatever dies meanwhile."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, User, Workspace
from accounts.rights import Role
from accounts.services.workspaces import NotAllowed
from sessions_app.lifecycle import State
from sessions_app.models import AvatarSession, StopOrder
from sessions_app.services import stop_orders
from sessions_app.services.acceptance import Wish
from sessions_app.services.selections import Selection
from sessions_app.services.stop_orders import NothingToStop
from tests import build
from tests.sessions_app.conftest import Bell
from tests.sessions_app.rows import placed

EVERYTHING = Selection()


@pytest.fixture(autouse=True)
def room(workspace: Workspace) -> None:
    Workspace.objects.update(max_concurrent_sessions=100)


def give(who: User, workspace: Workspace, selection: Selection = EVERYTHING) -> StopOrder:
    return stop_orders.give(
        selection, workspace=workspace, caller=build.caller(who), now=timezone.now()
    )


def states() -> list[str]:
    return list(AvatarSession.objects.order_by("pk").values_list("state", flat=True))


def test_everything_that_runs_is_ended_and_each_is_told_of(
    alice: User, bob: User, plan: Wish
) -> None:
    for state in (State.LIVE, State.WAITING, State.REQUESTED, State.STOPPING, State.FAILED):
        placed(bob, plan, state)

    order = give(alice, plan.provider_key.workspace)
    stop_orders.carry_out(pk=order.pk)

    order.refresh_from_db()
    assert states() == ["stopping", "ended", "ended", "stopping", "failed"]
    assert (order.total, order.left, order.due_at) == (3, 0, None)
    assert order.finished_at is not None
    ordered = AuditEvent.objects.get(action="avatar_sessions.stop_ordered")
    assert ordered.details == {"filter": "everything", "sessions": 3}
    ended = AuditEvent.objects.filter(details__cause="admin", actor_id=alice.public_id)
    assert len(ended) == 3


def test_only_what_the_filter_finds_is_ended(alice: User, bob: User, plan: Wish) -> None:
    placed(bob, plan, State.LIVE)
    placed(alice, plan, State.LIVE)

    order = give(alice, plan.provider_key.workspace, Selection(who=str(bob.public_id)))
    stop_orders.carry_out(pk=order.pk)

    assert states() == ["stopping", "live"]


def test_another_workspace_is_left_alone(alice: User, charlie: User, plan: Wish) -> None:
    theirs = charlie.memberships.get().workspace
    wish = Wish(avatar=plan.avatar, provider_key=build.provider_key(theirs, charlie))
    placed(charlie, wish, State.LIVE)
    placed(alice, plan, State.LIVE)

    stop_orders.carry_out(pk=give(alice, plan.provider_key.workspace).pk)

    assert states() == ["live", "stopping"]


def test_what_begins_after_the_order_goes_on(alice: User, plan: Wish) -> None:
    placed(alice, plan, State.LIVE)
    order = give(alice, plan.provider_key.workspace)
    placed(alice, plan, State.LIVE)

    stop_orders.carry_out(pk=order.pk)

    assert states() == ["stopping", "live"]


def test_it_goes_on_in_steps_those_that_wait_first_and_the_sweep_finds_a_lost_bell(
    alice: User,
    plan: Wish,
    monkeypatch: pytest.MonkeyPatch,
    bells: list[Bell],
    django_capture_on_commit_callbacks: Any,
) -> None:
    monkeypatch.setattr(stop_orders, "BATCH", 1)
    placed(alice, plan, State.LIVE)
    placed(alice, plan, State.WAITING)
    order = give(alice, plan.provider_key.workspace)

    stop_orders.carry_out(pk=order.pk)
    order.refresh_from_db()
    assert (states(), order.left, order.finished_at) == (["live", "ended"], 1, None)

    with django_capture_on_commit_callbacks(execute=True):
        stop_orders.sweep(now=timezone.now())
    assert bells == [("sessions_app.carry_out_stop_order", "live", {"order_id": order.pk})]
    stop_orders.carry_out(pk=order.pk)
    order.refresh_from_db()
    assert (states(), order.left, order.done) == (["stopping", "ended"], 0, 2)


def test_two_workers_do_not_carry_it_out_at_once(alice: User, plan: Wish) -> None:
    placed(alice, plan, State.LIVE)
    order = give(alice, plan.provider_key.workspace)
    claim = StopOrder.objects.claim(pk=order.pk, now=timezone.now(), seconds=60)
    assert claim is not None

    stop_orders.carry_out(pk=order.pk)

    assert states() == ["live"]


def test_where_nothing_runs_there_is_no_order(alice: User, plan: Wish) -> None:
    placed(alice, plan, State.ENDED)

    with pytest.raises(NothingToStop):
        give(alice, plan.provider_key.workspace)
    assert not StopOrder.objects.exists()


@pytest.mark.parametrize("role", [Role.MEMBER, Role.AUDITOR])
def test_those_who_may_not_end_others_give_none(role: Role, alice: User, plan: Wish) -> None:
    placed(alice, plan, State.LIVE)
    somebody = build.user()
    build.member(plan.provider_key.workspace, somebody, role)

    with pytest.raises(NotAllowed):
        give(somebody, plan.provider_key.workspace)
    assert states() == ["live"]


# The pages.


def asked(who: User, query: str = "", *, post: bool = False) -> Any:
    client = Client()
    client.force_login(who)
    return (client.post if post else client.get)(f"/sessions/stop{query}")


def test_the_page_says_how_many_will_end_before_any_does(
    alice: User, bob: User, plan: Wish
) -> None:
    for who in (bob, bob, alice):
        placed(who, plan, State.LIVE)
    query = f"?who={bob.public_id}"

    page = asked(alice, query).content.decode()
    assert "2 conversations will end" in page
    assert bob.email in page
    assert states() == ["live"] * 3

    answer = asked(alice, query, post=True)
    order = StopOrder.objects.get()
    assert answer.headers["Location"] == f"/sessions/stops/{order.public_id}"
    assert order.query == f"who={bob.public_id}"


def test_everything_takes_the_password_again(alice: User, plan: Wish) -> None:
    placed(alice, plan, State.LIVE)
    User.objects.update(date_joined=timezone.now() - timedelta(days=1))

    for post in (False, True):
        answer = asked(alice, post=post)
        assert answer.headers["Location"].startswith("/account/reauthenticate/?next=%2Fsessions")
    assert not StopOrder.objects.exists()
    assert asked(alice, "?state=open&who=visitors").status_code == 200


def test_a_filter_that_makes_no_sense_ends_nothing(alice: User, plan: Wish) -> None:
    placed(alice, plan, State.LIVE)

    answer = asked(alice, "?who=nobody-at-all", post=True)

    assert "This filter cannot be used" in answer.content.decode()
    assert not StopOrder.objects.exists()


def test_progress_is_for_those_who_may_read_the_trail(people: SimpleNamespace, plan: Wish) -> None:
    placed(people.owner, plan, State.LIVE)
    order = give(people.owner, plan.provider_key.workspace)
    statuses = {}
    for name, somebody in vars(people).items():
        client = Client()
        client.force_login(somebody)
        statuses[name] = client.get(f"/sessions/stops/{order.public_id}").status_code

    assert statuses == {"owner": 200, "auditor": 200, "colleague": 404, "stranger": 404}


# The live view.


@pytest.mark.parametrize(("who", "seen"), [("owner", 2), ("auditor", 2), ("colleague", 1)])
def test_the_live_view_shows_who_talks_to_those_who_may_see_it(
    who: str, seen: int, people: SimpleNamespace, plan: Wish
) -> None:
    placed(people.owner, plan, State.LIVE)
    placed(people.colleague, plan, State.WAITING)
    placed(people.colleague, plan, State.ENDED)
    client = Client()
    client.force_login(getattr(people, who))

    answer = client.get("/sessions/live")

    assert len(answer.context["rows"]) == seen
    assert ("End them all" in answer.content.decode()) == (who == "owner")


def test_the_live_view_says_what_it_has_cost_so_far(alice: User, plan: Wish) -> None:
    begun = timezone.now() - timedelta(seconds=61)
    placed(alice, plan, State.LIVE, started_at=begun, limit_at=begun + timedelta(seconds=120))
    placed(alice, plan, State.WAITING)
    client = Client()
    client.force_login(alice)

    rows = client.get("/sessions/live").context["rows"]

    assert [(row.state, cost) for row, cost in rows] == [("waiting", 0), ("live", 2)]


@pytest.mark.parametrize("count", [1, 3])
def test_the_live_view_takes_the_same_queries_however_many_talk(
    count: int, alice: User, plan: Wish, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        placed(build.user(), plan, State.LIVE, widget=None)
    client = Client()
    client.force_login(alice)
    client.get("/sessions/live")

    with django_assert_num_queries(4):  # session, person, memberships, rows
        client.get("/sessions/live")
