"""Our rows and the cloud's own lists come to agree, whichever of the two is wrong."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.models import AuditEvent, ProviderKey, User, Workspace
from accounts.services import provider_keys
from liveavatar_web.vault import Secret
from sessions_app.lifecycle import EndReason, State
from sessions_app.models import AvatarSession, CloudSession, CloudStranger, Context, Reconciliation
from sessions_app.services import avatar_sessions, reconciliation
from sessions_app.services.acceptance import Wish
from sessions_app.services.sweep import sweep
from tests import build
from tests.sessions_app.conftest import Bell
from tests.sessions_app.rows import assert_books_balance, running, time_passes
from tests.sessions_app.trouble import fault
from tests.simulator.cloud import SimulatedCloud
from tests.work import drain, sweep_and_drain

Kind = Reconciliation.Kind
_LONG_AGO = timedelta(minutes=5)


def reconciled(kind: Kind) -> Reconciliation:
    """The lists are compared, and whatever that makes due is done."""
    rows = Reconciliation.objects.filter(kind=kind)
    rows.get_or_create(kind=kind)
    rows.update(due_at=timezone.now())
    reconciliation.reconcile(kind)
    drain()
    return rows.get()


def live(by: User, wish: Wish) -> AvatarSession:
    session = build.avatar_session(by, wish)
    drain()
    AvatarSession.objects.update(started_at=F("started_at") - _LONG_AGO)
    session.refresh_from_db()
    assert session.state == State.LIVE
    return session


def test_a_session_that_ended_there_gets_its_end_reason(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    session = live(alice, wish)
    cloud.door("POST", f"sessions/{session.remote_id}/end", {"reason": "MAX_DURATION_REACHED"})

    row = reconciled(Kind.SESSIONS)

    session.refresh_from_db()
    assert (session.state, session.end_reason) == (State.ENDED, EndReason.LIMIT)
    assert session.vendor_end_reason == "MAX_DURATION_REACHED"
    assert row.there == 0
    assert_books_balance(cloud)


def test_a_session_that_runs_there_though_it_was_struck_off_is_stopped_and_billed_once(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    session = live(alice, wish)
    avatar_sessions.stop_by(session, caller=build.caller(alice), now=timezone.now())
    drain()
    revived = cloud.started()["session_id"]
    before = timezone.now() - _LONG_AGO
    CloudSession.objects.create(
        avatar_session=session,
        remote_id=revived,
        state=CloudSession.State.OVER,
        minted_at=before,
        doubt_until=before,
        over_at=before,
    )
    cloud.door("POST", "clock", {"advance_s": 60})

    reconciled(Kind.SESSIONS)
    time_passes()
    sweep_and_drain()

    assert running(cloud) == []
    assert_books_balance(cloud)


def test_a_session_of_somebody_else_is_shown_to_staff_and_goes_on(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    mine = live(alice, wish)
    theirs = cloud.started()["session_id"]

    row = reconciled(Kind.SESSIONS)

    assert row.there == 2
    assert CloudStranger.objects.get().remote_id == theirs
    assert sorted(running(cloud)) == sorted([theirs, mine.remote_id])

    cloud.stop(theirs)
    reconciled(Kind.SESSIONS)

    assert CloudStranger.objects.get().gone_at is not None


def test_a_session_younger_than_the_list_is_left_alone(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    session = live(alice, wish)
    AvatarSession.objects.update(started_at=timezone.now())
    cloud.door("POST", f"sessions/{session.remote_id}/end", {"reason": "IDLE_TIMEOUT"})

    reconciled(Kind.SESSIONS)

    session.refresh_from_db()
    assert session.state == State.LIVE


@pytest.mark.django_db
def test_more_sessions_than_a_page_holds_are_all_looked_at(cloud: SimulatedCloud) -> None:
    cloud.door("POST", "switches", {"concurrency_limit": 200})
    for _ in range(103):
        cloud.started()

    row = reconciled(Kind.SESSIONS)

    assert row.there == 103
    assert CloudStranger.objects.count() == 103


def delivered(alice: User, workspace: Workspace) -> ProviderKey:
    key = provider_keys.register(
        caller=build.caller(alice),
        workspace=workspace,
        name="Lobby",
        value=Secret("sk-sim-0123456789"),
    )
    drain()
    ProviderKey.objects.update(ready_at=F("ready_at") - _LONG_AGO)
    key.refresh_from_db()
    assert key.state == ProviderKey.State.READY
    return key


def secrets(cloud: SimulatedCloud) -> list[tuple[str, str]]:
    return [(each["id"], each["secret_name"]) for each in cloud.state()["secrets"]]


def test_a_secret_that_is_gone_there_is_marked_and_made_again(
    cloud: SimulatedCloud, alice: User, workspace: Workspace
) -> None:
    key = delivered(alice, workspace)
    cloud.account("DELETE", f"/v1/secrets/{key.remote_secret_id}")

    reconciled(Kind.SECRETS)

    key.refresh_from_db()
    assert key.state == ProviderKey.State.READY
    assert secrets(cloud) == [(key.remote_secret_id, key.remote_name)]
    assert AuditEvent.objects.filter(action="provider_key.missing").count() == 1


@pytest.mark.parametrize("revoked", [False, True])
def test_a_stray_secret_that_bears_our_name_is_deleted(
    cloud: SimulatedCloud, alice: User, workspace: Workspace, *, revoked: bool
) -> None:
    key = delivered(alice, workspace)
    if revoked:
        provider_keys.revoke(caller=build.caller(alice), key=key)
        drain()
        ProviderKey.objects.update(due_at=None)
    body = {"secret_name": key.remote_name, "secret_value": "x", "secret_type": "OPENAI_API_KEY"}
    cloud.account("POST", "/v1/secrets", json=body)
    foreign = cloud.secret()

    row = reconciled(Kind.SECRETS)

    kept = {foreign} if revoked else {foreign, key.remote_secret_id}
    assert {secret_id for secret_id, _ in secrets(cloud)} == kept
    assert row.there == len(kept) + 1


def mirrored(alice: User, workspace: Workspace) -> Context:
    context = build.context(workspace, alice, name="Guide", prompt="Be brief.")
    drain()
    Context.objects.update(updated_at=F("updated_at") - _LONG_AGO)
    context.refresh_from_db()
    assert context.state == Context.State.READY
    return context


def contexts(cloud: SimulatedCloud) -> list[tuple[str, str]]:
    return [(each["id"], each["prompt"]) for each in cloud.state()["contexts"]]


def test_a_context_that_is_gone_there_is_marked_and_made_again(
    cloud: SimulatedCloud, alice: User, workspace: Workspace
) -> None:
    context = mirrored(alice, workspace)
    cloud.account("DELETE", f"/v1/contexts/{context.remote_context_id}")

    reconciled(Kind.CONTEXTS)

    context.refresh_from_db()
    assert context.state == Context.State.READY
    assert contexts(cloud) == [(context.remote_context_id, "Be brief.")]
    assert AuditEvent.objects.filter(action="context.missing").count() == 1


def test_more_contexts_than_a_page_holds_are_all_looked_at(
    cloud: SimulatedCloud, alice: User, workspace: Workspace
) -> None:
    context = mirrored(alice, workspace)
    body = {"name": context.remote_name, "prompt": "Be long.", "opening_text": ""}
    stray = cloud.account("POST", "/v1/contexts", json=body).json()["data"]["id"]
    # The newest are listed first, so that both of ours are on the second page.
    foreign = {cloud.context() for _ in range(100)}

    row = reconciled(Kind.CONTEXTS)

    there = {context_id for context_id, _ in contexts(cloud)}
    assert there == {context.remote_context_id, *foreign}
    assert (row.there, stray in there) == (102, False)
    assert not AuditEvent.objects.filter(action="context.missing").exists()


def test_a_hundred_secrets_of_somebody_else_are_left_alone(
    cloud: SimulatedCloud, alice: User, workspace: Workspace
) -> None:
    key = delivered(alice, workspace)
    foreign = {cloud.secret() for _ in range(101)}

    row = reconciled(Kind.SECRETS)

    assert {secret_id for secret_id, _ in secrets(cloud)} == {key.remote_secret_id, *foreign}
    assert row.there == 102


def test_a_stray_context_that_carries_our_id_is_deleted(
    cloud: SimulatedCloud, alice: User, workspace: Workspace
) -> None:
    context = mirrored(alice, workspace)
    body = {"name": context.remote_name, "prompt": "Be long.", "opening_text": ""}
    cloud.account("POST", "/v1/contexts", json=body)
    foreign = cloud.context()

    reconciled(Kind.CONTEXTS)

    assert {context_id for context_id, _ in contexts(cloud)} == {
        foreign,
        context.remote_context_id,
    }


def test_a_list_that_cannot_be_read_changes_nothing_and_is_read_again(
    cloud: SimulatedCloud, alice: User, workspace: Workspace
) -> None:
    key = delivered(alice, workspace)
    fault(cloud, "GET /v1/secrets", times=None, status=500)

    row = reconciled(Kind.SECRETS)

    key.refresh_from_db()
    assert key.state == ProviderKey.State.READY
    assert (row.checked_at, row.there, row.last_error) == (None, None, "ServerFault")
    assert row.due_at is not None


def test_the_sweep_rings_for_each_list_at_its_own_pace(
    cloud: SimulatedCloud,
    alice: User,
    bells: list[Bell],
    django_capture_on_commit_callbacks: object,
) -> None:
    now = timezone.now()

    def rung(at: timedelta) -> list[object]:
        bells.clear()
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            sweep(now=now + at)
        kinds: list[object] = [
            ids["kind"] for task, _, ids in bells if task == "sessions_app.reconcile"
        ]
        return sorted(kinds, key=str)

    assert rung(timedelta()) == ["contexts", "secrets", "sessions"]
    for kind in Kind.values:
        reconciliation.reconcile(kind)
    assert rung(timedelta(seconds=30)) == []
    assert rung(timedelta(seconds=90)) == ["sessions"]
    assert rung(timedelta(seconds=700)) == ["contexts", "secrets", "sessions"]
