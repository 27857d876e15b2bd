"""A workspace that is closed runs nothing, and one that is deleted leaves nothing behind."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, ProviderKey, User, Workspace
from accounts.rights import Role
from accounts.services import closures
from accounts.services.workspaces import NotAllowed
from sessions_app.lifecycle import EndReason, State
from sessions_app.models import AvatarSession, CloudSession, Context, Meter, Visit, Widget
from sessions_app.services import starting
from sessions_app.services.acceptance import NotStartable, Wish
from sessions_app.services.sweep import sweep
from tests import build
from tests.sessions_app.rows import placed, running
from tests.sessions_app.trouble import settle
from tests.simulator.cloud import SimulatedCloud
from tests.work import sweep_and_drain

FORTNIGHT = timedelta(days=14)


@pytest.fixture
def sam(db: None) -> User:
    """Runs the installation."""
    sam = build.user("sam", is_staff=True)
    sam.user_permissions.add(Permission.objects.get(codename="change_workspace"))
    return sam


def end_reasons() -> list[tuple[str, str]]:
    return list(AvatarSession.objects.order_by("id").values_list("state", "end_reason"))


@pytest.mark.django_db(transaction=True)
def test_a_suspension_ends_what_runs_and_lets_nothing_start_until_it_is_lifted(
    cloud: SimulatedCloud, alice: User, sam: User, wish: Wish
) -> None:
    workspace = wish.provider_key.workspace
    build.avatar_session(alice, wish)
    sweep_and_drain()
    assert len(running(cloud)) == 1

    closures.suspend(workspace, caller=build.caller(sam), reason="Unpaid.", now=timezone.now())
    sweep_and_drain()
    settle(rounds=1)

    assert running(cloud) == []
    assert end_reasons() == [(State.ENDED, EndReason.WORKSPACE_CLOSED)]
    workspace.refresh_from_db()
    with pytest.raises(NotStartable, match=r"suspended .* Unpaid"):
        build.avatar_session(alice, wish)
    closures.lift(workspace, caller=build.caller(sam))
    workspace.refresh_from_db()
    assert build.avatar_session(alice, wish).state == State.REQUESTED


@pytest.mark.django_db(transaction=True)
def test_a_start_that_crossed_the_suspension_never_reaches_the_cloud(
    cloud: SimulatedCloud, alice: User, sam: User, wish: Wish
) -> None:
    session = build.avatar_session(alice, wish)
    Workspace.objects.update(suspended_at=timezone.now())

    starting.start(pk=session.pk)

    assert end_reasons() == [(State.FAILED, EndReason.WORKSPACE_CLOSED)]
    assert cloud.state()["sessions"] == []


def test_widgets_of_a_closed_workspace_let_nobody_in(alice: User, plan: Wish) -> None:
    widget = build.widget(alice, plan)
    assert list(Widget.objects.admitting()) == [widget]

    Workspace.objects.update(delete_after=timezone.now())

    assert not Widget.objects.admitting().exists()
    assert not Widget.objects.select_related("workspace").get().admits


def test_only_staff_who_may_change_workspaces_suspend_one(
    workspace: Workspace, alice: User
) -> None:
    looking_on = build.user("ida", is_staff=True)

    for who in (alice, looking_on):
        with pytest.raises(closures.NotStaff):
            closures.suspend(workspace, caller=build.caller(who), reason="", now=timezone.now())
    workspace.refresh_from_db()
    assert workspace.suspended_at is None


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MEMBER, Role.AUDITOR])
def test_nobody_but_an_owner_has_a_workspace_deleted(workspace: Workspace, role: Role) -> None:
    somebody = build.user()
    build.member(workspace, somebody, role)

    with pytest.raises(NotAllowed):
        closures.ask_deletion(workspace, caller=build.caller(somebody), now=timezone.now())


def test_a_deletion_can_be_taken_back_until_it_begins(workspace: Workspace, alice: User) -> None:
    caller, now = build.caller(alice), timezone.now()
    closures.ask_deletion(workspace, caller=caller, now=now)

    assert closures.keep(workspace, caller=caller, now=now + timedelta(days=13))
    closures.ask_deletion(workspace, caller=caller, now=now)
    assert not closures.keep(workspace, caller=caller, now=now + FORTNIGHT)

    workspace.refresh_from_db()
    assert workspace.delete_after == now + FORTNIGHT
    told = AuditEvent.objects.filter(action__startswith="workspace.").order_by("id")
    assert [event.action for event in told] == [
        "workspace.deletion_asked",
        "workspace.deletion_taken_back",
        "workspace.deletion_asked",
    ]


@pytest.mark.django_db(transaction=True)
def test_a_deleted_workspace_leaves_nothing_here_or_in_the_cloud_but_its_trail(
    cloud: SimulatedCloud, alice: User, wish: Wish
) -> None:
    workspace = wish.provider_key.workspace
    build.context(workspace, alice)
    widget = build.widget(alice, wish)
    stranger = placed(alice, wish, State.ENDED)
    AvatarSession.objects.filter(pk=stranger.pk).update(requested_by=None, widget=widget)
    Visit.objects.create(avatar_session=stranger, holder="h", resume_digest="r", visitor="v")
    build.avatar_session(alice, wish)
    sweep_and_drain()
    assert len(running(cloud)) == len(cloud.state()["contexts"]) == 1
    now = timezone.now()

    closures.ask_deletion(workspace, caller=build.caller(alice), now=now)
    sweep_and_drain()
    settle(rounds=2)
    assert ProviderKey.objects.get().state == ProviderKey.State.READY
    Workspace.objects.update(delete_after=now)
    for _ in range(3):
        settle(rounds=2)
        ProviderKey.objects.update(due_at=None)  # the second look, minutes later, found nothing
        sweep(now=timezone.now())

    assert not Workspace.objects.exists()
    rows = (ProviderKey, Context, Widget, AvatarSession, CloudSession, Visit)
    assert [model._default_manager.count() for model in rows] == [0] * len(rows)
    assert list(Meter.objects.values_list("subject", flat=True)) == ["installation"]
    assert running(cloud) == []
    assert cloud.state()["contexts"] == cloud.state()["secrets"] == []
    event = AuditEvent.objects.get(action="workspace.deleted")
    assert event.workspace_id == workspace.public_id
    assert event.details == {"widgets": 1, "contexts": 1, "provider_keys": 1}


def test_a_workspace_that_may_still_run_something_is_not_deleted(alice: User, plan: Wish) -> None:
    session = placed(alice, plan, State.ENDED)
    CloudSession.objects.create(
        avatar_session=session,
        remote_id="doubtful",
        state=CloudSession.State.DOUBTFUL,
        minted_at=timezone.now(),
        doubt_until=timezone.now(),
        due_at=timezone.now() + timedelta(minutes=1),
    )
    ProviderKey.objects.update(state=ProviderKey.State.REVOKED, value=None)
    Workspace.objects.update(delete_after=timezone.now())

    sweep(now=timezone.now())

    assert Workspace.objects.exists()
    assert CloudSession.objects.exists()


PEOPLE = [("owner", 200, 302), ("colleague", 403, 403), ("auditor", 403, 403)]


@pytest.mark.parametrize(("who", "shown", "done"), PEOPLE)
def test_the_page_asks_for_the_name_and_lets_nobody_but_the_owner_through(
    people: Any, workspace: Workspace, client: Client, who: str, shown: int, done: int
) -> None:
    client.force_login(getattr(people, who))

    assert client.get("/workspace/delete").status_code == shown
    wrong = client.post("/workspace/delete", {"name": "another"})
    assert wrong.status_code == shown
    assert not Workspace.objects.closed().exists()
    answer = client.post("/workspace/delete", {"name": workspace.name})

    assert answer.status_code == done
    assert Workspace.objects.closed().exists() is (done == 302)


def test_every_page_of_a_closed_workspace_says_so(
    alice: User, workspace: Workspace, client: Client
) -> None:
    Workspace.objects.update(
        delete_after=timezone.now() + FORTNIGHT,
        suspended_at=timezone.now(),
        suspension_reason="Unpaid.",
    )
    client.force_login(alice)

    page = client.get("/").content.decode()

    assert "Unpaid." in page
    assert "This workspace will be deleted" in page
    client.post("/workspace/keep")
    workspace.refresh_from_db()
    assert workspace.delete_after is None
