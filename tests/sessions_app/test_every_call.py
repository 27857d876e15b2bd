"""Every call of the cloud's meets every trouble there is: two sweeps later all is in order.

In order means: the cloud runs exactly the sessions that our rows call live, it holds nothing of
ours twice or without a row, and every row that is on its way has somebody who moves it.

Of many sessions, keys or contexts each meets a trouble of its own, in the order of `EVERYTHING`.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.models import ProviderKey, User, Workspace
from accounts.services import provider_keys
from sessions_app.lifecycle import OVER, State
from sessions_app.models import (
    Avatar,
    AvatarSession,
    CloudAccount,
    CloudSession,
    Context,
    Reconciliation,
)
from sessions_app.services import avatar_sessions, catalogue, contexts, leases, reconciliation
from sessions_app.services.acceptance import Wish
from sessions_app.services.contexts import Script
from sessions_app.services.sweep import sweep
from tests import build, work
from tests.sessions_app.rows import assert_books_balance, time_passes
from tests.sessions_app.trouble import (
    CREATE_CONTEXT,
    CREATE_SECRET,
    CREDITS,
    DELETE_CONTEXT,
    DELETE_SECRET,
    EVERYTHING,
    KEEP_ALIVE,
    LIST_CONTEXTS,
    LIST_SECRETS,
    LIST_SESSIONS,
    MINT,
    OWN_AVATARS,
    PUBLIC_AVATARS,
    READ,
    SLOW,
    START,
    STOP,
    UPDATE_CONTEXT,
    in_trouble,
    settle,
    two_sweeps_pass,
)
from tests.simulator.cloud import SimulatedCloud

Kind = Reconciliation.Kind
_LONG_AGO = timedelta(minutes=5)
_LASTING = ["cut after it took effect", "a fault of the cloud", "nothing in the answer"]
_LASTING += ["too many requests", "a wrong account key"]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client rides out brief trouble, for which it need not take its time here."""
    monkeypatch.setattr("liveavatar.retry.FIRST_WAIT", 0.001)


@pytest.fixture
def roomy(cloud: SimulatedCloud, wish: Wish, settings: Any) -> Wish:
    """Places for one session of each trouble."""
    cloud.door("POST", "switches", {"concurrency_limit": 1000})
    settings.MAX_CONCURRENT_PER_WORKSPACE = settings.MAX_CONCURRENT_SESSIONS = 1000
    settings.MONTHLY_MINUTES_PER_WORKSPACE = 100_000
    return wish


def work_goes_on(*, rounds: int = 2, seconds: int | None = None) -> None:
    """Sweeps pass and workers work, in the middle of the trouble."""
    for _ in range(rounds):
        if seconds is not None:
            time_passes(seconds)
        work.one_round(timezone.now())
    sweep(now=timezone.now())


def lists_are_compared(*kinds: Kind) -> None:
    for kind in kinds:
        Reconciliation.objects.update_or_create(kind=kind, defaults={"due_at": timezone.now()})
        reconciliation.reconcile(kind)


def end(sessions: Iterable[AvatarSession]) -> None:
    for each in sessions:
        by = build.caller(each.requested_by)
        avatar_sessions.stop_by(each, caller=by, now=timezone.now())


def some_talk(by: User, wish: Wish, *, of: int) -> list[AvatarSession]:
    """As many live sessions as there are asked for, with those that are live already."""
    for _ in range(of - AvatarSession.objects.live().count()):
        build.avatar_session(by, wish)
    work.drain()
    AvatarSession.objects.live().update(started_at=F("started_at") - _LONG_AGO)
    return list(AvatarSession.objects.live().select_related("workspace"))


def assert_sessions_are_in_order(cloud: SimulatedCloud) -> None:
    assert_books_balance(cloud)
    assert_somebody_moves_each()
    assert set(AvatarSession.objects.values_list("state", flat=True)) <= {State.LIVE, *OVER}


def assert_somebody_moves_each() -> None:
    rows = [*ProviderKey.objects.all(), *Context.objects.all(), *AvatarSession.objects.open()]
    settled = {"ready", "revoked", "rejected", "deleted"}
    assert [str(row) for row in rows if row.state not in settled and row.due_at is None] == []


@pytest.mark.parametrize(
    ("starting", "keeping", "ending"), [(MINT, KEEP_ALIVE, STOP), (START, READ, READ)]
)
def test_sessions_are_in_order_after_any_trouble_with_their_calls(
    starting: str, keeping: str, ending: str, cloud: SimulatedCloud, alice: User, roomy: Wish
) -> None:
    with in_trouble(cloud, starting):
        for _ in EVERYTHING:
            build.avatar_session(alice, roomy)
        work_goes_on()
    two_sweeps_pass()
    assert_sessions_are_in_order(cloud)
    assert AvatarSession.objects.live().count() > len(EVERYTHING) / 3

    talking = some_talk(alice, roomy, of=len(EVERYTHING))
    with in_trouble(cloud, keeping):
        for each in talking:
            leases.look_now(each, now=timezone.now())
        work_goes_on()
    two_sweeps_pass()
    assert_sessions_are_in_order(cloud)

    talking = some_talk(alice, roomy, of=len(EVERYTHING))
    with in_trouble(cloud, ending):
        end(talking)
        work_goes_on()
    two_sweeps_pass()
    assert_sessions_are_in_order(cloud)
    assert not AvatarSession.objects.open().exists()


@pytest.mark.parametrize("trouble", _LASTING)
@pytest.mark.parametrize("routes", [[START], [STOP], [READ], [MINT, START, KEEP_ALIVE, READ, STOP]])
def test_sessions_are_in_order_after_trouble_that_lasts(
    routes: list[str], trouble: str, cloud: SimulatedCloud, alice: User, roomy: Wish
) -> None:
    staying, leaving = some_talk(alice, roomy, of=2)
    with in_trouble(cloud, *routes, troubles=[trouble], lasts=True):
        coming = build.avatar_session(alice, roomy)
        leases.look_now(staying, now=timezone.now())
        end([leaving])
        work_goes_on(rounds=5, seconds=3600)
        AvatarSession.objects.filter(pk=coming.pk).update(
            requested_at=F("requested_at") - _LONG_AGO
        )
        work_goes_on(rounds=1)
        coming.refresh_from_db()
        assert coming.state in {State.LIVE, State.STOPPING, *OVER}
        assert coming.cloud_sessions.count() <= 3

    two_sweeps_pass()

    assert_sessions_are_in_order(cloud)
    leaving.refresh_from_db()
    assert leaving.state in OVER


def test_what_runs_in_a_cloud_that_knew_nothing_of_it_for_hours_is_stopped_by_its_list(
    cloud: SimulatedCloud, alice: User, roomy: Wish
) -> None:
    staying, leaving = some_talk(alice, roomy, of=2)
    with in_trouble(cloud, KEEP_ALIVE, READ, STOP, troubles=["nothing by that id"], lasts=True):
        leases.look_now(staying, now=timezone.now())
        end([leaving])
        work_goes_on(rounds=5, seconds=3600)
    assert not AvatarSession.objects.open().exists()
    CloudSession.objects.update(over_at=F("over_at") - _LONG_AGO)

    lists_are_compared(Kind.SESSIONS)
    two_sweeps_pass()

    assert_sessions_are_in_order(cloud)


def test_sessions_are_in_order_whatever_becomes_of_their_list(
    cloud: SimulatedCloud, alice: User, roomy: Wish
) -> None:
    staying, leaving, ended = some_talk(alice, roomy, of=3)
    for trouble in EVERYTHING:
        with in_trouble(cloud, LIST_SESSIONS, troubles=[trouble]):
            lists_are_compared(Kind.SESSIONS)
            work.one_round(timezone.now())
        assert AvatarSession.objects.live().count() == 3, trouble
    cloud.door("POST", f"sessions/{ended.remote_id}/end", {"reason": "SERVER_ERROR"})
    end([leaving])
    lists_are_compared(Kind.SESSIONS)

    two_sweeps_pass()

    assert list(AvatarSession.objects.live()) == [staying]
    assert_sessions_are_in_order(cloud)


@pytest.fixture
def keys(cloud: SimulatedCloud, alice: User, workspace: Workspace) -> list[ProviderKey]:
    """A key for each trouble, on its way to the cloud."""
    waiting = {"state": "pending", "remote_secret_id": "", "due_at": timezone.now()}
    return [build.provider_key(workspace, alice, name=name, **waiting) for name in EVERYTHING]


def assert_no_secret_is_twice_or_without_a_key(cloud: SimulatedCloud) -> None:
    names = Counter(each["secret_name"] for each in cloud.state()["secrets"])
    gone = ["revoked", "rejected"]
    assert set(names) <= {key.remote_name for key in ProviderKey.objects.exclude(state__in=gone)}
    assert set(names.values()) <= {1}
    assert_somebody_moves_each()


def assert_each_ready_key_is_there(cloud: SimulatedCloud) -> None:
    settle(rounds=2)
    there = {each["id"]: each["secret_name"] for each in cloud.state()["secrets"]}
    assert there == {key.remote_secret_id: key.remote_name for key in ProviderKey.objects.usable()}
    assert not ProviderKey.objects.filter(state__in=ProviderKey.MOVING).exists()


@pytest.mark.parametrize("creations", [True, False], ids=["creating", "looking"])
def test_secrets_are_in_order_after_any_trouble_with_their_calls(
    creations: bool, cloud: SimulatedCloud, alice: User, keys: list[ProviderKey]
) -> None:
    if creations:
        with in_trouble(cloud, CREATE_SECRET):
            work_goes_on()
    else:
        with in_trouble(cloud, CREATE_SECRET, troubles=_LASTING[:1], lasts=True):
            work_goes_on(rounds=1)
        with in_trouble(cloud, LIST_SECRETS):
            work_goes_on(seconds=5)
    two_sweeps_pass()
    assert_no_secret_is_twice_or_without_a_key(cloud)
    assert_each_ready_key_is_there(cloud)
    assert ProviderKey.objects.usable().count() > len(keys) / 2

    with in_trouble(cloud, DELETE_SECRET if creations else LIST_SECRETS):
        for key in ProviderKey.objects.exclude(state=ProviderKey.State.REVOKED):
            provider_keys.revoke(caller=build.caller(alice), key=key)
        work_goes_on()
    two_sweeps_pass()
    assert_no_secret_is_twice_or_without_a_key(cloud)
    settle(rounds=2)
    assert cloud.state()["secrets"] == []
    assert set(ProviderKey.objects.values_list("state", flat=True)) == {"revoked"}


def test_secrets_are_in_order_whatever_becomes_of_their_list(
    cloud: SimulatedCloud, keys: list[ProviderKey]
) -> None:
    work.drain()
    ProviderKey.objects.update(ready_at=F("ready_at") - _LONG_AGO)
    for trouble in EVERYTHING:
        with in_trouble(cloud, LIST_SECRETS, troubles=[trouble]):
            lists_are_compared(Kind.SECRETS)
        assert ProviderKey.objects.usable().count() == len(keys), trouble
    lists_are_compared(Kind.SECRETS)

    two_sweeps_pass()

    assert_no_secret_is_twice_or_without_a_key(cloud)
    assert_each_ready_key_is_there(cloud)


@pytest.fixture
def scripts(cloud: SimulatedCloud, alice: User, workspace: Workspace) -> list[Context]:
    """A context for each trouble, on its way to the cloud."""
    return [build.context(workspace, alice, name=name) for name in EVERYTHING]


def assert_no_context_is_twice_or_without_a_row(cloud: SimulatedCloud) -> None:
    names = Counter(each["name"] for each in cloud.state()["contexts"])
    kept = Context.objects.exclude(state=Context.State.DELETED)
    assert set(names) <= {context.remote_name for context in kept}
    assert set(names.values()) <= {1}
    assert_somebody_moves_each()


def assert_each_ready_context_is_there(cloud: SimulatedCloud) -> None:
    settle(rounds=2)
    there = {each["id"]: each["prompt"] for each in cloud.state()["contexts"]}
    ready = Context.objects.filter(state=Context.State.READY)
    assert there.items() >= {each.remote_context_id: each.prompt for each in ready}.items()
    known = Context.objects.exclude(remote_context_id="")
    assert there.keys() == set(known.values_list("remote_context_id", flat=True))
    states = {Context.State.READY, Context.State.REJECTED, Context.State.DELETED}
    assert set(Context.objects.values_list("state", flat=True)) <= states


def edit_all(by: User, prompt: str) -> None:
    for each in Context.objects.filter(deleted_at=None).select_related("workspace"):
        script = Script(each.name, prompt)
        contexts.edit(each, caller=build.caller(by), script=script, now=timezone.now())


def test_contexts_are_in_order_after_any_trouble_with_their_calls(
    cloud: SimulatedCloud, alice: User, scripts: list[Context]
) -> None:
    with in_trouble(cloud, CREATE_CONTEXT):
        work_goes_on()
    assert_contexts_are_in_order(cloud, scripts)

    # Those that were refused are there now as well.
    edit_all(alice, "Be brief.")
    work.drain()
    with in_trouble(cloud, UPDATE_CONTEXT):
        edit_all(alice, "Be kind.")
        work_goes_on()
    assert_contexts_are_in_order(cloud, scripts)

    assert_they_can_be_deleted_in_trouble(DELETE_CONTEXT, cloud, alice, scripts)


def test_contexts_are_in_order_after_any_trouble_with_looking_for_them(
    cloud: SimulatedCloud, alice: User, scripts: list[Context]
) -> None:
    with in_trouble(cloud, CREATE_CONTEXT, troubles=_LASTING[:1], lasts=True):
        work_goes_on(rounds=1)
    with in_trouble(cloud, LIST_CONTEXTS):
        work_goes_on(seconds=5)
    assert_contexts_are_in_order(cloud, scripts)

    assert_they_can_be_deleted_in_trouble(LIST_CONTEXTS, cloud, alice, scripts)


def assert_contexts_are_in_order(cloud: SimulatedCloud, scripts: list[Context]) -> None:
    two_sweeps_pass()
    assert_no_context_is_twice_or_without_a_row(cloud)
    assert_each_ready_context_is_there(cloud)
    assert Context.objects.filter(state="ready").count() > len(scripts) / 2


def assert_they_can_be_deleted_in_trouble(
    route: str, cloud: SimulatedCloud, by: User, scripts: list[Context]
) -> None:
    with in_trouble(cloud, route):
        for each in scripts:
            contexts.delete(each, caller=build.caller(by), now=timezone.now())
        work_goes_on()
    two_sweeps_pass()
    assert_no_context_is_twice_or_without_a_row(cloud)
    settle(rounds=2)
    assert cloud.state()["contexts"] == []
    assert set(Context.objects.values_list("state", flat=True)) == {"deleted"}


def test_contexts_that_are_gone_there_are_made_once_in_spite_of_any_trouble(
    cloud: SimulatedCloud, alice: User, scripts: list[Context]
) -> None:
    work.drain()
    for each in Context.objects.all():
        cloud.account("DELETE", f"/v1/contexts/{each.remote_context_id}")
    with in_trouble(cloud, CREATE_CONTEXT):
        edit_all(alice, "Be kind.")
        work_goes_on()

    two_sweeps_pass()

    assert_no_context_is_twice_or_without_a_row(cloud)


def test_contexts_are_in_order_whatever_becomes_of_their_list(
    cloud: SimulatedCloud, scripts: list[Context]
) -> None:
    work.drain()
    Context.objects.update(updated_at=F("updated_at") - _LONG_AGO)
    for trouble in EVERYTHING:
        with in_trouble(cloud, LIST_CONTEXTS, troubles=[trouble]):
            lists_are_compared(Kind.CONTEXTS)
        assert Context.objects.filter(state="ready").count() == len(scripts), trouble
    lists_are_compared(Kind.CONTEXTS)

    two_sweeps_pass()

    assert_no_context_is_twice_or_without_a_row(cloud)
    assert_each_ready_context_is_there(cloud)


@pytest.mark.parametrize("route", [CREDITS, PUBLIC_AVATARS, OWN_AVATARS])
@pytest.mark.django_db
def test_the_account_is_read_again_after_any_trouble(route: str, cloud: SimulatedCloud) -> None:
    for trouble in EVERYTHING.keys() - SLOW:
        catalogue.account()
        CloudAccount.objects.update(catalogue_due_at=None, due_at=timezone.now())
        with in_trouble(cloud, route, troubles=[trouble]):
            catalogue.sync()
        account: Any = CloudAccount.objects.get()
        assert account.last_error, trouble
        time_passes()
        catalogue.sync()
        account.refresh_from_db()
        assert (account.last_error, account.credits_left) == ("", 1000)
        assert account.due_at > timezone.now()
    assert Avatar.objects.listed().count() == 12
