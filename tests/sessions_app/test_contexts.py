"""What avatars are told: every save a version, and one copy in the cloud whatever goes wrong."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, User, Workspace
from accounts.services.workspaces import NotAllowed
from sessions_app.models import Context, ContextVersion
from sessions_app.services import contexts, mirroring
from sessions_app.services.contexts import Script
from tests import build
from tests.sessions_app.racing import aside, race, wait_for
from tests.sessions_app.rows import time_passes
from tests.sessions_app.trouble import TROUBLES, fault, is_hung, lift, settle
from tests.simulator.cloud import SimulatedCloud
from tests.work import drain, sweep_and_drain

CREATE = "POST /v1/contexts"
UPDATE = "PATCH /v1/contexts/{id}"
DELETE = "DELETE /v1/contexts/{id}"
_SLOW = {"hang_before", "hang_after", "drip"}
# For calls that are repeat-safe, these stand for all.
_WORST = ["cut before it took effect", "cut after it took effect", "a fault of the cloud"]


def edit(context: Context, by: User, **texts: str) -> None:
    script = {"name": "Guide", "prompt": "Be brief.", "opening_text": ""} | texts
    contexts.edit(context, caller=build.caller(by), script=Script(**script), now=timezone.now())


def delete(context: Context, by: User) -> None:
    contexts.delete(context, caller=build.caller(by), now=timezone.now())


def remote(cloud: SimulatedCloud) -> list[tuple[str, str]]:
    """Name and prompt of each context that the cloud holds."""
    return [(each["name"], each["prompt"]) for each in cloud.state()["contexts"]]


def assert_mirrored(context: Context, cloud: SimulatedCloud) -> None:
    context.refresh_from_db()
    assert (context.state, context.mirrored_number) == ("ready", context.number)
    assert remote(cloud) == [(context.remote_name, context.prompt)]
    assert cloud.state()["contexts"][0]["id"] == context.remote_context_id


@pytest.fixture
def guide(workspace: Workspace, alice: User) -> Context:
    return build.context(workspace, alice, name="Guide", prompt="Be brief.")


def versions(context: Context) -> list[tuple[int, str]]:
    kept = ContextVersion.objects.filter(context=context).order_by("number")
    return list(kept.values_list("number", "prompt"))


def told() -> list[tuple[str, dict[str, Any]]]:
    return [(event.action, event.details) for event in AuditEvent.objects.order_by("pk")]


def test_a_saved_context_is_its_first_version_and_on_its_way(guide: Context) -> None:
    assert (guide.number, guide.mirrored_number, guide.state) == (1, 0, "pending")
    assert versions(guide) == [(1, "Be brief.")]
    assert told() == [("context.created", {"number": 1})]
    assert list(Context.objects.usable()) == []


def test_a_context_reaches_the_cloud_under_a_name_we_can_find_it_by(
    cloud: SimulatedCloud, guide: Context
) -> None:
    drain()

    assert_mirrored(guide, cloud)
    assert guide.remote_name == f"Guide · {guide.public_id}"
    assert guide.due_at is None
    assert list(Context.objects.usable()) == [guide]


def test_each_edit_is_a_version_and_replaces_what_the_cloud_holds(
    cloud: SimulatedCloud, guide: Context, alice: User
) -> None:
    drain()

    edit(guide, alice, prompt="Be funny.")
    drain()

    assert versions(guide) == [(1, "Be brief."), (2, "Be funny.")]
    assert_mirrored(guide, cloud)


def test_a_save_that_changes_nothing_writes_nothing(guide: Context, alice: User) -> None:
    before = Context.objects.values().get()

    edit(guide, alice)

    assert Context.objects.values().get() == before
    assert versions(guide) == [(1, "Be brief.")]
    assert told() == [("context.created", {"number": 1})]


def test_an_old_version_comes_back_as_a_new_one(
    cloud: SimulatedCloud, guide: Context, alice: User
) -> None:
    edit(guide, alice, prompt="Be funny.")

    contexts.restore(guide, caller=build.caller(alice), number=1, now=timezone.now())
    drain()

    assert versions(guide) == [(1, "Be brief."), (2, "Be funny."), (3, "Be brief.")]
    assert_mirrored(guide, cloud)
    assert told() == [
        ("context.created", {"number": 1}),
        ("context.edited", {"number": 2}),
        ("context.restored", {"number": 3, "restored_number": 1}),
        ("context.mirrored", {"number": 3, "remote_id": guide.remote_context_id}),
    ]


def test_what_a_context_says_is_not_in_the_trail(guide: Context, alice: User) -> None:
    edit(guide, alice, prompt="The word is swordfish.", opening_text="Psst.")

    rows = str(list(AuditEvent.objects.values()))
    assert "swordfish" not in rows
    assert "Psst" not in rows


def test_a_deleted_context_leaves_every_list_and_the_cloud_but_keeps_its_versions(
    cloud: SimulatedCloud, guide: Context, alice: User
) -> None:
    drain()

    delete(guide, alice)
    assert list(Context.objects.visible_to(alice)) == []
    assert list(Context.objects.usable()) == []
    drain()

    guide.refresh_from_db()
    assert (guide.state, guide.remote_context_id, guide.due_at) == ("deleted", "", None)
    assert remote(cloud) == []
    assert versions(guide) == [(1, "Be brief.")]


def test_deleting_twice_is_deleting_once(guide: Context, alice: User) -> None:
    delete(guide, alice)
    before = Context.objects.values().get()

    delete(guide, alice)

    assert Context.objects.values().get() == before
    assert [action for action, _ in told()] == ["context.created", "context.deleted"]


def test_a_context_deleted_meanwhile_cannot_be_edited(guide: Context, alice: User) -> None:
    open_in_another_tab = Context.objects.get()
    delete(guide, alice)
    before = Context.objects.values().get()

    with pytest.raises(contexts.Deleted):
        edit(open_in_another_tab, alice, prompt="Be funny.")

    assert Context.objects.values().get() == before
    assert versions(guide) == [(1, "Be brief.")]


def test_only_those_with_the_right_write_contexts(
    people: SimpleNamespace, guide: Context, workspace: Workspace
) -> None:
    for nobody in (people.auditor, people.stranger):
        with pytest.raises(NotAllowed):
            build.context(workspace, nobody)
        with pytest.raises(NotAllowed):
            edit(guide, nobody, prompt="Be rude.")
        with pytest.raises(NotAllowed):
            delete(guide, nobody)
    edit(guide, people.colleague, prompt="Be kind.")

    assert versions(guide) == [(1, "Be brief."), (2, "Be kind.")]
    assert AuditEvent.objects.filter(action="permission.refused").count() == 6


def test_a_context_is_seen_in_its_workspace_alone(people: SimpleNamespace, guide: Context) -> None:
    seen = {name: Context.objects.visible_to(who).count() for name, who in vars(people).items()}

    assert seen == {"owner": 1, "colleague": 1, "auditor": 1, "stranger": 0}


# Mirroring under trouble.


@pytest.mark.parametrize("trouble", TROUBLES)
def test_whatever_happens_to_its_creation_the_cloud_holds_it_once(
    trouble: str, cloud: SimulatedCloud, guide: Context, settings: Any
) -> None:
    if TROUBLES[trouble].get("mode") in _SLOW:
        settings.CLOUD_CALL_DEADLINE = 0.5
    fault(cloud, CREATE, **TROUBLES[trouble])

    settle(rounds=2)
    lift(cloud)
    settle(rounds=2)

    assert_mirrored(guide, cloud)
    assert guide.due_at is None


@pytest.mark.parametrize("trouble", _WORST)
def test_whatever_happens_to_an_edit_the_cloud_says_the_newest(
    trouble: str, cloud: SimulatedCloud, guide: Context, alice: User
) -> None:
    drain()
    fault(cloud, UPDATE, **TROUBLES[trouble])
    edit(guide, alice, prompt="Be funny.")

    settle(rounds=2)
    lift(cloud)
    settle(rounds=2)

    assert_mirrored(guide, cloud)


@pytest.mark.parametrize("trouble", _WORST)
def test_whatever_happens_to_its_deletion_the_cloud_forgets_it(
    trouble: str, cloud: SimulatedCloud, guide: Context, alice: User
) -> None:
    drain()
    fault(cloud, DELETE, **TROUBLES[trouble])
    delete(guide, alice)

    settle(rounds=2)
    lift(cloud)
    settle(rounds=2)

    guide.refresh_from_db()
    assert (guide.state, remote(cloud)) == ("deleted", [])


def test_a_lost_answer_is_looked_for_before_anything_is_made_again(
    cloud: SimulatedCloud, guide: Context
) -> None:
    fault(cloud, CREATE, mode="close_after")
    drain()
    guide.refresh_from_db()
    assert (guide.state, guide.last_error) == ("uncertain", "OutcomeUnknown")

    settle(rounds=1)

    assert_mirrored(guide, cloud)
    assert cloud.state()["calls"][CREATE] == {"499": 1}


def test_looking_for_what_a_lost_answer_may_have_left_wakes_no_page(
    cloud: SimulatedCloud, guide: Context
) -> None:
    fault(cloud, CREATE, mode="close_after")
    drain()
    settle(rounds=1)
    guide.refresh_from_db()
    before = (guide.version, Workspace.objects.get().version)

    for _ in range(2):
        Context.objects.update(due_at=timezone.now())
        mirroring.mirror(pk=guide.pk)

    guide.refresh_from_db()
    assert guide.due_at is not None
    assert guide.due_at > timezone.now()
    assert (guide.version, Workspace.objects.get().version) == before


def test_a_creation_that_takes_effect_after_the_deletion_is_deleted_too(
    cloud: SimulatedCloud, guide: Context, alice: User, settings: Any
) -> None:
    settings.CLOUD_CALL_DEADLINE = 0.5
    fault(cloud, CREATE, mode="hang_before")
    drain()
    delete(guide, alice)
    drain()
    guide.refresh_from_db()
    assert guide.state == "deleted"
    lift(cloud)
    wait_for(lambda: remote(cloud))

    settle(rounds=2)

    guide.refresh_from_db()
    assert (guide.state, guide.due_at, remote(cloud)) == ("deleted", None, [])


def test_a_refused_context_says_why_and_waits_for_an_edit(
    cloud: SimulatedCloud, guide: Context, alice: User
) -> None:
    fault(cloud, CREATE, status=422, message="The prompt is too long")
    settle(rounds=2)
    guide.refresh_from_db()
    assert (guide.state, guide.due_at) == ("rejected", None)
    assert "The prompt is too long" in guide.last_error_message

    edit(guide, alice, prompt="Short.")
    drain()

    assert_mirrored(guide, cloud)
    assert guide.last_error_message == ""
    assert [action for action, _ in told()] == [
        "context.created",
        "context.rejected",
        "context.edited",
        "context.mirrored",
    ]


def test_a_context_that_somebody_deleted_in_the_cloud_is_made_anew(
    cloud: SimulatedCloud, guide: Context, alice: User
) -> None:
    drain()
    guide.refresh_from_db()
    cloud.account("DELETE", f"/v1/contexts/{guide.remote_context_id}")

    edit(guide, alice, prompt="Be funny.")
    drain()

    assert_mirrored(guide, cloud)


def test_a_context_whose_bell_was_lost_is_delivered_by_the_sweep(
    cloud: SimulatedCloud, guide: Context
) -> None:
    sweep_and_drain()

    assert_mirrored(guide, cloud)


@pytest.mark.django_db(transaction=True)
def test_an_edit_during_the_delivery_is_delivered_next(
    cloud: SimulatedCloud, guide: Context, alice: User
) -> None:
    fault(cloud, CREATE, mode="hang_after")
    with ThreadPoolExecutor(1) as pool:
        push = aside(pool, lambda: mirroring.mirror(pk=guide.pk))
        wait_for(is_hung(cloud, CREATE))
        edit(guide, alice, prompt="Be funny.")
        lift(cloud)
        push.result()

    drain()

    assert_mirrored(guide, cloud)
    assert versions(guide) == [(1, "Be brief."), (2, "Be funny.")]


@pytest.mark.django_db(transaction=True)
def test_a_deletion_during_the_delivery_wins(
    cloud: SimulatedCloud, guide: Context, alice: User
) -> None:
    fault(cloud, CREATE, mode="hang_after")
    with ThreadPoolExecutor(1) as pool:
        push = aside(pool, lambda: mirroring.mirror(pk=guide.pk))
        wait_for(is_hung(cloud, CREATE))
        delete(guide, alice)
        lift(cloud)
        push.result()

    drain()

    guide.refresh_from_db()
    assert (guide.state, remote(cloud)) == ("deleted", [])


@pytest.mark.django_db(transaction=True)
def test_a_delivery_whose_claim_ran_out_doubles_nothing(
    cloud: SimulatedCloud, guide: Context
) -> None:
    fault(cloud, CREATE, mode="hang_after")
    with ThreadPoolExecutor(1) as pool:
        slow = aside(pool, lambda: mirroring.mirror(pk=guide.pk))
        wait_for(is_hung(cloud, CREATE))
        time_passes()
        drain()
        lift(cloud)
        slow.result()

    settle(rounds=2)

    assert_mirrored(guide, cloud)


@pytest.mark.django_db(transaction=True)
def test_saves_at_once_are_versions_one_after_the_other(
    cloud: SimulatedCloud, guide: Context, alice: User
) -> None:
    texts = iter(f"Text {n}" for n in range(6))

    race(lambda: edit(guide, alice, prompt=next(texts)), runners=6)

    assert [number for number, _ in versions(guide)] == [1, 2, 3, 4, 5, 6, 7]
    guide.refresh_from_db()
    assert versions(guide)[-1] == (7, guide.prompt)
