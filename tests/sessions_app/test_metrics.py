"""What is counted as it happens, what is read from the rows, and what is never named."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from prometheus_client import REGISTRY, Metric
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries

from accounts.models import ProviderKey, User, Workspace
from accounts.services.callers import Caller
from liveavatar_web import metrics
from sessions_app.lifecycle import EndReason, Event, State
from sessions_app.models import AvatarSession, CloudSession, CloudStranger, Reconciliation
from sessions_app.services import figures, moves, reconciliation
from sessions_app.services.acceptance import Wish
from tests import build
from tests.sessions_app.rows import placed
from tests.sessions_app.trouble import START, fault
from tests.simulator.cloud import SimulatedCloud
from tests.work import drain

Sample = tuple[str, frozenset[tuple[str, str]]]


def families() -> list[Metric]:
    told = text_string_to_metric_families(metrics.tell().decode())
    return [family for family in told if family.name.startswith("liveavatar_")]


def samples() -> dict[Sample, float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families()
        for sample in family.samples
    }


def by_label(name: str) -> dict[str, float]:
    """The values of one name by the value of its only label."""
    return {
        value: amount
        for (each, labels), amount in samples().items()
        if each == name
        for _, value in labels
    }


class Counted:
    """How much a counter of this process has grown since the test began."""

    def __init__(self) -> None:
        self._before = samples()

    def __call__(self, name: str, **labels: str) -> float:
        now = REGISTRY.get_sample_value(name, labels) or 0
        return now - self._before.get((name, frozenset(labels.items())), 0)


@pytest.fixture
def counted(db: None) -> Counted:
    return Counted()


@pytest.fixture
def told(
    cloud: SimulatedCloud, alice: User, wish: Wish, django_capture_on_commit_callbacks: Any
) -> Any:
    """Asks for a session, has it started as far as that goes, and lets what is counted commit."""

    def tell() -> AvatarSession:
        with django_capture_on_commit_callbacks(execute=True):
            session = build.avatar_session(alice, wish)
            drain()
        session.refresh_from_db()
        return session

    return tell


def test_a_start_is_counted_with_its_calls_and_with_how_long_it_took(
    told: Any, counted: Counted
) -> None:
    session = told()

    assert session.state == State.LIVE
    assert counted("liveavatar_sessions_requested_total", by="member") == 1
    assert counted("liveavatar_sessions_started_total") == 1
    assert counted("liveavatar_session_start_seconds_count") == 1
    took = (session.started_at - session.requested_at).total_seconds()
    assert counted("liveavatar_session_start_seconds_sum") == pytest.approx(took)
    start = {"method": "POST", "route": "/v1/sessions/start"}
    assert counted("liveavatar_cloud_calls_total", **start, outcome="ok") == 1
    assert counted("liveavatar_cloud_call_seconds_count", **start) == 1


def test_a_failure_is_counted_by_its_cause(
    cloud: SimulatedCloud, told: Any, counted: Counted
) -> None:
    fault(cloud, START, status=402)

    session = told()

    reason = EndReason.NO_CREDITS.value
    start = {"method": "POST", "route": "/v1/sessions/start"}
    assert (session.state, session.end_reason) == (State.FAILED, reason)
    assert counted("liveavatar_sessions_over_total", state="failed", reason=reason) == 1
    assert counted("liveavatar_sessions_started_total") == 0
    assert counted("liveavatar_cloud_calls_total", **start, outcome="NoCredits") == 1


def test_what_is_undone_was_never_counted(
    alice: User, plan: Wish, counted: Counted, django_capture_on_commit_callbacks: Any
) -> None:
    session = placed(alice, plan, State.WAITING)

    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        assert moves.move(
            session,
            Event.STOP_ASKED,
            cause=EndReason.PERSON,
            now=timezone.now(),
            caller=Caller.system("test"),
        )
        transaction.set_rollback(True)

    assert counted("liveavatar_sessions_over_total", state="ended", reason="person") == 0


def test_open_sessions_are_told_by_state(alice: User, plan: Wish) -> None:
    for state in (State.LIVE, State.LIVE, State.WAITING, State.STOPPING, State.ENDED):
        placed(alice, plan, state)

    assert by_label("liveavatar_sessions_open") == {
        "waiting": 1,
        "requested": 0,
        "starting": 0,
        "uncertain": 0,
        "live": 2,
        "stopping": 1,
    }


def test_the_age_of_due_work_leaves_out_what_a_worker_holds_and_what_is_due_later(
    alice: User, plan: Wish, workspace: Workspace
) -> None:
    now = timezone.now()
    placed(alice, plan, State.STOPPING, due_at=now - timedelta(seconds=90))
    held = {"claimed_until": now + timedelta(seconds=50), "due_at": now - timedelta(seconds=500)}
    placed(alice, plan, State.STOPPING, **held)
    placed(alice, plan, State.LIVE, due_at=now + timedelta(seconds=100))

    ages = by_label("liveavatar_work_oldest_due_seconds")

    assert 90 <= ages.pop("session") < 120
    assert set(ages.values()) == {0}
    assert set(ages) == {
        *(
            "cloud_session",
            "stop_order",
            "invitation",
            "provider_key",
            "context",
            "cloud_account",
            "reconciliation",
        ),
    }


def test_rows_that_need_somebody_are_counted_by_kind(
    alice: User, plan: Wish, workspace: Workspace
) -> None:
    now = timezone.now()
    trouble = {"attempts": 5, "last_error": "OutcomeUnknown"}
    session = placed(alice, plan, State.STOPPING, **trouble)
    placed(alice, plan, State.LIVE, attempts=9)  # kept alive nine times, and well
    state = ProviderKey.State
    build.provider_key(workspace, alice, state=state.REJECTED)
    build.provider_key(workspace, alice, state=state.REVOKING, due_at=now, **trouble)
    CloudSession.objects.create(
        avatar_session=session,
        remote_id="still-running",
        state=CloudSession.State.DOUBTFUL,
        due_at=now,
        minted_at=now,
        doubt_until=now - timedelta(minutes=2),
    )

    failing = by_label("liveavatar_work_failing")
    refused = by_label("liveavatar_work_refused")

    assert {kind for kind, count in failing.items() if count} == {
        *("session", "provider_key", "cloud_session"),
    }
    assert max(failing.values()) == 1
    assert {kind: count for kind, count in refused.items() if count} == {"provider_key": 1}
    assert samples()["liveavatar_cloud_sessions_doubtful", frozenset()] == 1


def test_what_runs_there_is_told_with_how_long_ago_that_was(
    cloud: SimulatedCloud, db: None
) -> None:
    cloud.started()  # by somebody else with the account's key
    reconciliation.sweep(now=timezone.now())
    reconciliation.reconcile("sessions")
    Reconciliation.objects.update(checked_at=timezone.now() - timedelta(seconds=40))

    assert by_label("liveavatar_cloud_listed") == {"sessions": 1}
    assert 40 <= by_label("liveavatar_cloud_list_age_seconds")["sessions"] < 70
    assert samples()["liveavatar_cloud_strangers", frozenset()] == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_the_figures_take_as_many_queries_for_one_row_as_for_three(
    rows: int, alice: User, plan: Wish, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    now = timezone.now()
    for number in range(rows):
        placed(alice, plan, State.LIVE)
        CloudStranger.objects.create(remote_id=f"{number}", first_seen_at=now, last_seen_at=now)

    with django_assert_num_queries(16):
        read = figures.read(now=now)

    assert (read.live, read.strangers) == (rows, rows)


def test_every_number_is_explained_and_names_nobody(told: Any) -> None:
    told()
    reconciliation.sweep(now=timezone.now())
    reconciliation.reconcile("sessions")

    said = {
        value
        for family in families()
        for sample in family.samples
        for value in sample.labels.values()
    }
    named = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}|@|sk-")

    assert {"live", "/v1/sessions/start", "sessions"} <= said
    assert [value for value in said if named.search(value)] == []
    assert [family.name for family in families() if len(family.documentation) < 20] == []
