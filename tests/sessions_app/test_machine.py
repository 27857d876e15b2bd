"""Random lives: whatever happens in whatever order, two sweeps later rows and cloud agree."""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from accounts.models import ProviderKey, User
from sessions_app.lifecycle import State
from sessions_app.models import AvatarSession, CloudSession, Reconciliation
from sessions_app.services import (
    avatar_sessions,
    leases,
    line,
    reconciliation,
    starting,
    stopping,
    takeovers,
)
from sessions_app.services.acceptance import NotStartable, Wish
from sessions_app.services.limits import QuotaReached
from sessions_app.services.sweep import sweep
from tests import build, work
from tests.sessions_app.rows import assert_books_balance, assert_one_offs_are_needed, time_passes
from tests.sessions_app.trouble import (
    KEEP_ALIVE,
    MINT,
    READ,
    START,
    STOP,
    TROUBLES,
    fault,
    lift,
)
from tests.simulator.cloud import SimulatedCloud

_QUICK = [
    name
    for name, script in TROUBLES.items()
    if script.get("mode") not in {"hang_before", "hang_after", "drip"}
]
_REFUSALS = {
    "no credits": {"status": 402, "body": {"code": 4020, "message": "Not enough credits"}},
    "too many": {"status": 403, "body": {"code": 4003, "message": "Session concurrency limit"}},
    "not allowed": {"status": 400, "body": {"code": 4000, "message": "Bad request error"}},
    "unknown": {"status": 404, "body": {"code": 4040, "message": "not found"}},
}
_FAULTS = {name: TROUBLES[name] for name in _QUICK} | _REFUSALS
_FAULT = st.sampled_from(sorted(_FAULTS))
_TIMES = st.integers(1, 3)
_CONTEXT = ["POST /v1/contexts", "DELETE /v1/contexts/{id}"]
_PLACES = 2
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class Killed(BaseException):
    """The worker dies here, and writes nothing more."""


class Lives(RuleBasedStateMachine):
    """Sessions of one workspace with two places, their worker, their cloud and the sweep."""

    cloud: ClassVar[SimulatedCloud]
    alice: ClassVar[User]
    wish: ClassVar[Wish]
    patch: ClassVar[pytest.MonkeyPatch]

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.cloud.door("DELETE", "faults")
        for each in self.cloud.state()["sessions"]:
            if each["state"] == "active":  # left by an example that failed
                self.cloud.door("POST", f"sessions/{each['id']}/end", {"reason": "UNKNOWN"})

    def teardown(self) -> None:
        try:
            self.settles()
            self.stops_all()
            self.settles()
            assert [each.state for each in AvatarSession.objects.open()] == []
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    @rule()
    def somebody_asks(self) -> None:
        try:
            build.avatar_session(self.alice, self.wish)
        except (QuotaReached, NotStartable):
            assert AvatarSession.objects.open().exists() or not self.is_key_ready

    @rule()
    def workers_work(self) -> None:
        work.one_round(timezone.now())

    @rule(at=st.sampled_from(["_write_down", "_go_live", "_start_failed"]))
    def the_worker_dies_while_starting(self, at: str) -> None:
        self.dies(starting, at, lambda pk: starting.start(pk=pk), State.REQUESTED)

    @rule(at=st.sampled_from(["_look_up", "close"]))
    def the_worker_dies_while_stopping(self, at: str) -> None:
        self.dies(stopping, at, lambda pk: stopping.stop(pk=pk), State.STOPPING)

    @rule(number=st.integers(0, 5))
    def the_person_ends_it(self, number: int) -> None:
        if session := self.pick(number):
            avatar_sessions.stop_by(session, caller=build.caller(self.alice), now=timezone.now())

    @rule(number=st.integers(0, 5), said=st.booleans(), route=st.sampled_from([*_CONTEXT, ""]))
    def the_person_goes_on(self, number: int, said: bool, route: str) -> None:
        session = self.pick(number)
        if session is None or session.state != State.LIVE:
            return
        AvatarSession.objects.filter(pk=session.pk).update(limit_at=timezone.now())
        session.refresh_from_db()
        if said:
            line = {"kind": "user_line", "text": "Hello", "page_key": "1"}
            session.events.get_or_create(page_key="1", defaults=line)
        if route:
            fault(self.cloud, route, mode="close_after")
        with contextlib.suppress(QuotaReached, NotStartable):
            takeovers.request(session, caller=build.caller(self.alice), now=timezone.now())
            takeovers.finish(session, caller=build.caller(self.alice), now=timezone.now())

    @rule(number=st.integers(0, 5))
    def the_page_is_closed(self, number: int) -> None:
        if session := self.pick(number):
            leases.cut_short(session, now=timezone.now())
            AvatarSession.objects.filter(pk=session.pk).update(lease_until=timezone.now())

    @rule(number=st.integers(0, 5))
    def the_page_lost_the_room(self, number: int) -> None:
        if session := self.pick(number):
            leases.look_now(session, now=timezone.now())

    @rule(number=st.integers(0, 5), reason=st.sampled_from(["IDLE_TIMEOUT", "SERVER_ERROR"]))
    def the_cloud_ends_it(self, number: int, reason: str) -> None:
        running = [each for each in self.cloud.state()["sessions"] if each["state"] == "active"]
        if running:
            remote_id = running[number % len(running)]["id"]
            self.cloud.door("POST", f"sessions/{remote_id}/end", {"reason": reason})

    @rule(route=st.sampled_from([MINT, START]), name=_FAULT, times=_TIMES)
    def a_start_goes_wrong(self, route: str, name: str, times: int) -> None:
        fault(self.cloud, route, times=times, **_FAULTS[name])
        self.somebody_asks()
        self.workers_work()

    @rule(route=st.sampled_from([STOP, READ]), name=_FAULT, times=_TIMES, number=st.integers(0, 5))
    def an_end_goes_wrong(self, route: str, name: str, times: int, number: int) -> None:
        if name == "unknown":
            return  # it would say of a session that runs that it does not
        fault(self.cloud, route, times=times, **_FAULTS[name])
        self.the_person_ends_it(number)
        self.workers_work()

    @rule(route=st.sampled_from([KEEP_ALIVE, READ]), name=_FAULT, times=_TIMES)
    def keeping_goes_wrong(self, route: str, name: str, times: int) -> None:
        fault(self.cloud, route, times=times, **_FAULTS[name])
        self.time_goes_by(120)
        self.workers_work()

    @rule(name=_FAULT)
    def the_list_goes_wrong(self, name: str) -> None:
        fault(self.cloud, "GET /v1/sessions", **_FAULTS[name])
        self.the_lists_are_compared()

    @rule(seconds=st.sampled_from([5, 61, 120, 3600]))
    def time_goes_by(self, seconds: int) -> None:
        time_passes(seconds)

    @rule()
    def the_limit_is_reached(self) -> None:
        AvatarSession.objects.live().update(limit_at=timezone.now())

    @rule()
    def the_sweep_passes(self) -> None:
        sweep(now=timezone.now())

    @rule()
    def the_lists_are_compared(self) -> None:
        Reconciliation.objects.update_or_create(kind="sessions", defaults={"due_at": EPOCH})
        reconciliation.reconcile("sessions")

    @rule()
    def the_line_moves(self) -> None:
        line.advance(now=timezone.now())

    @rule()
    def settles(self) -> None:
        """The trouble is over, and two sweeps pass."""
        lift(self.cloud)
        for _ in range(2):
            sweep(now=timezone.now())
            for _ in range(6):
                time_passes()
                work.one_round(timezone.now())
            CloudSession.objects.update(doubt_until=timezone.now())
        assert_books_balance(self.cloud)
        assert_one_offs_are_needed(self.cloud)
        states = list(AvatarSession.objects.open().values_list("state", flat=True))
        assert set(states) <= {State.LIVE, State.WAITING}
        assert State.WAITING not in states or states.count(State.LIVE) == _PLACES

    def stops_all(self) -> None:
        for session in AvatarSession.objects.open():
            avatar_sessions.stop_by(session, caller=build.caller(self.alice), now=timezone.now())

    @property
    def is_key_ready(self) -> bool:
        return ProviderKey.objects.usable().exists()

    def pick(self, number: int) -> AvatarSession | None:
        sessions = list(AvatarSession.objects.open().select_related("workspace"))
        return sessions[number % len(sessions)] if sessions else None

    def dies(self, module: Any, at: str, act: Callable[[int], None], state: State) -> None:
        def kill(*_: object, **__: object) -> None:
            raise Killed

        session = AvatarSession.objects.filter(state=state).first()
        if session is None:
            return
        with self.patch.context() as patched:
            patched.setattr(module, at, kill)
            with contextlib.suppress(Killed):
                act(session.pk)


@pytest.mark.django_db
def test_in_whatever_order_it_happens_no_session_is_leaked_doubled_lost_or_stuck(
    cloud: SimulatedCloud,
    alice: User,
    wish: Wish,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cloud.door("POST", "credits", {"credits": 1_000_000})
    wish.provider_key.workspace.max_concurrent_sessions = _PLACES
    wish.provider_key.workspace.monthly_minutes = 1_000_000
    wish.provider_key.workspace.save()
    Lives.cloud, Lives.alice, Lives.wish, Lives.patch = cloud, alice, wish, monkeypatch
    monkeypatch.setattr(django_settings, "MAX_WAITING_IN_LINE", 1_000)
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Lives,
        settings=settings(
            max_examples=30,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
