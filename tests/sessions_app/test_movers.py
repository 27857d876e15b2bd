"""No row waits for nobody: each kind of work, in each state it can be in, has somebody to move it.

`_WORKED_ON` says in which states that is a worker. The database refuses such a row that is not due,
and the sweep rings for each that is; in the other states a row waits for a person, or for nothing.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, Final

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts.models import DueWork, ProviderKey, User, WorkspaceInvitation
from accounts.rights import Role
from sessions_app.lifecycle import LIFECYCLE, OPEN, Mover, State
from sessions_app.models import (
    AvatarSession,
    CloudAccount,
    CloudSession,
    Context,
    Meter,
    Reconciliation,
    StopOrder,
)
from sessions_app.services import figures, queue
from sessions_app.services.acceptance import Wish
from sessions_app.services.sweep import sweep
from tests import build
from tests.sessions_app.conftest import Bell
from tests.sessions_app.rows import placed

Commit = Callable[..., AbstractContextManager[Any]]

# By the states of each kind; where it has none a row is always on its way, or until it is over.
_WORKED_ON: Final[dict[type[DueWork], Iterable[str]]] = {
    ProviderKey: ["pending", "pushing", "uncertain", "revoking"],
    Context: ["pending", "pushing", "uncertain", "deleting"],
    AvatarSession: sorted(OPEN),
    CloudSession: ["doubtful"],
    CloudAccount: [""],
    Reconciliation: [""],
    StopOrder: [""],
    WorkspaceInvitation: [],
}
_AT_REST: Final[dict[type[DueWork], set[str]]] = {
    ProviderKey: {"ready", "rejected", "revoked"},
    Context: {"ready", "rejected", "deleted"},
    AvatarSession: {state for state in State if LIFECYCLE[state].mover == Mover.NOBODY},
    # Its session's worker moves one that is minted or running; see `test_sweep` for those whose
    # session is over.
    CloudSession: {"minted", "running", "over"},
}
_CASES = [(kind, state) for kind, states in _WORKED_ON.items() for state in states]
_BELLS: Final = {
    ProviderKey: ({"push_provider_key", "delete_provider_secrets"}, "key_id"),
    Context: ({"mirror_context"}, "context_id"),
    AvatarSession: ({"start_session", "stop_session", "keep_session"}, "session_id"),
    CloudSession: ({"stop_cloud_session"}, "cloud_session_id"),
    CloudAccount: ({"sync_catalogue"}, ""),
    Reconciliation: ({"reconcile"}, "kind"),
    StopOrder: ({"carry_out_stop_order"}, "order_id"),
}


def row_of(kind: type[DueWork], state: str, alice: User, plan: Wish) -> models.Model:
    """A row of that kind in that state, which is due."""
    workspace, now = plan.provider_key.workspace, timezone.now()
    due = {"state": state, "due_at": now}
    if kind is ProviderKey:
        return build.provider_key(workspace, alice, **due)
    if kind is Context:
        context = build.context(workspace, alice)
        Context.objects.filter(pk=context.pk).update(**due)
        return context
    if kind is AvatarSession:
        return placed(alice, plan, State(state), due_at=now)
    if kind is CloudSession:
        dates = {"minted_at": now, "doubt_until": now}
        session = placed(alice, plan, State.LIVE)
        return CloudSession.objects.create(
            avatar_session=session, remote_id="doubtful", **dates, **due
        )
    if kind is StopOrder:
        counts = {"total": 1, "left": 1, "last_session": 1}
        return StopOrder.objects.create(
            workspace=workspace, asked_by=alice, asked_at=now, due_at=now, **counts
        )
    key = {"kind": Reconciliation.Kind.SECRETS} if kind is Reconciliation else {"id": 1}
    return kind._default_manager.create(due_at=now, **key)


def test_every_kind_of_work_and_every_state_is_in_the_tables() -> None:
    kinds = {model for model in apps.get_models() if issubclass(model, DueWork)}
    assert set(_WORKED_ON) == kinds == set(figures.KINDS.values())
    for kind in kinds:
        states = {"", *(value for value, _ in getattr(kind, "State", models.TextChoices).choices)}
        if kind is AvatarSession:
            states |= set(State)
        told = {*_WORKED_ON[kind], *_AT_REST.get(kind, set())}
        assert told >= states - {""}, kind
        assert not {*_WORKED_ON[kind]} & _AT_REST.get(kind, set())


@pytest.mark.parametrize(("kind", "state"), _CASES)
def test_the_database_refuses_a_row_on_its_way_that_is_not_due(
    kind: type[DueWork], state: str, alice: User, plan: Wish
) -> None:
    row = row_of(kind, state, alice, plan)

    with pytest.raises(IntegrityError), transaction.atomic():
        kind._default_manager.filter(pk=row.pk).update(due_at=None)


@pytest.mark.parametrize(("kind", "state"), _CASES)
def test_staff_see_each_row_on_its_way_in_the_queue(
    kind: type[DueWork], state: str, alice: User, plan: Wish
) -> None:
    row, now = row_of(kind, state, alice, plan), timezone.now()
    name = next(name for name, model in figures.KINDS.items() if model is kind)

    shown = [entry for entry in queue.page(name, after=None, now=now).entries if entry.row == row]

    assert [(entry.is_late, entry.mover != "") for entry in shown] == [(True, True)]


@pytest.mark.parametrize(("kind", "state"), _CASES)
def test_the_sweep_rings_for_each_row_on_its_way_that_is_due(
    kind: type[DueWork],
    state: str,
    alice: User,
    plan: Wish,
    bells: list[Bell],
    django_capture_on_commit_callbacks: Commit,
) -> None:
    row = row_of(kind, state, alice, plan)
    bells.clear()

    with django_capture_on_commit_callbacks(execute=True):
        sweep(now=timezone.now())

    tasks, name = _BELLS[kind]
    if state == State.WAITING:
        row.refresh_from_db()
        assert row.state == State.FAILED  # type: ignore[attr-defined]
        return
    ids = {name: row.pk} if name else {}
    assert [task.partition(".")[2] in tasks for task, _, told in bells if told == ids] == [True]


def test_the_sweep_rings_for_each_letter_that_nobody_has_sent(
    alice: User,
    plan: Wish,
    bells: list[Bell],
    django_capture_on_commit_callbacks: Commit,
) -> None:
    now, workspace = timezone.now(), plan.provider_key.workspace
    widget = build.widget(alice, plan, paused_at=now, pause_mail_at=now)
    meter = Meter.objects.create(
        subject=f"workspace:{workspace.public_id}", period="2026-11", warned_percent=80
    )
    invitation = WorkspaceInvitation.objects.create(
        workspace=workspace,
        email="new@example.com",
        role=Role.MEMBER,
        invited_by=alice,
        expires_at=now + timedelta(days=1),
        due_at=now,
    )
    bells.clear()

    with django_capture_on_commit_callbacks(execute=True):
        sweep(now=now)

    rung = [(task, ids) for task, _, ids in bells]
    assert ("sessions_app.tell_of_pause", {"widget_id": widget.pk}) in rung
    assert ("sessions_app.tell_of_budget", {"meter_id": meter.pk}) in rung
    assert ("accounts.send_invitation", {"invitation_id": invitation.pk}) in rung
