"""The worker is killed while it brings keys and contexts to the cloud, or takes them away again."""

from django.utils import timezone

from accounts.models import ProviderKey, User, Workspace
from accounts.services import provider_keys
from liveavatar_web.vault import Secret
from sessions_app.models import Context
from sessions_app.services import contexts
from sessions_app.services.contexts import Script
from tests import build
from tests.crash.beats import (
    CREATE_CONTEXT,
    CREATE_SECRET,
    DELETE_CONTEXT,
    DELETE_SECRET,
    LIST_CONTEXTS,
    LIST_SECRETS,
    UPDATE_CONTEXT,
    after,
    before,
)
from tests.crash.conftest import Crash
from tests.crash.installation import SYNC, Installation
from tests.crash.order import await_order
from tests.crash.waiting import until
from tests.simulator.cloud import SimulatedCloud


def register(workspace: Workspace, by: User, name: str) -> ProviderKey:
    return provider_keys.register(
        caller=build.caller(by),
        workspace=workspace,
        name=name,
        value=Secret(f"sk-sim-crash-test-{name}"),
    )


def secrets(cloud: SimulatedCloud) -> dict[str, str]:
    """Their names in the cloud by their ids."""
    return {each["id"]: each["secret_name"] for each in cloud.state()["secrets"]}


def prompts(cloud: SimulatedCloud) -> dict[str, str]:
    """What the contexts in the cloud say, by their ids."""
    return {each["id"]: each["prompt"] for each in cloud.state()["contexts"]}


def ready_keys() -> dict[str, str]:
    return {key.remote_secret_id: key.remote_name for key in ProviderKey.objects.usable()}


def ready_contexts() -> dict[str, str]:
    ready = Context.objects.filter(state=Context.State.READY)
    return dict(ready.values_list("remote_context_id", "prompt"))


def the_next_look_is_due() -> None:
    for model in (ProviderKey, Context):
        model.objects.filter(due_at__isnull=False).update(due_at=timezone.now())


def test_keys_and_contexts_whose_delivery_is_killed_are_in_the_cloud_once(
    crash: Crash, cloud: SimulatedCloud, workspace: Workspace, alice: User
) -> None:
    creations = [before(CREATE_SECRET), after(CREATE_SECRET)]
    creations += [before(CREATE_CONTEXT), after(CREATE_CONTEXT)]
    with crash(SYNC, *creations):
        for name in ("first", "second"):
            register(workspace, alice, name)
            build.context(workspace, alice, prompt=name)

    await_order(cloud)

    assert secrets(cloud) == ready_keys()
    assert prompts(cloud) == ready_contexts()
    assert sorted(prompts(cloud).values()) == ["first", "second"]
    assert len(secrets(cloud)) == 2


def test_what_was_lost_on_the_way_is_looked_for_though_the_worker_is_killed_that_looks(
    crash: Crash, cloud: SimulatedCloud, workspace: Workspace, alice: User
) -> None:
    for route in (CREATE_SECRET, CREATE_CONTEXT):
        cloud.door("POST", "faults", {"route": route, "mode": "close_after", "times": 1})
    with crash(SYNC, before(LIST_SECRETS), before(LIST_CONTEXTS)):
        register(workspace, alice, "lost")
        build.context(workspace, alice, prompt="lost")

    await_order(cloud)

    assert secrets(cloud) == ready_keys()
    assert prompts(cloud) == ready_contexts()
    assert (len(secrets(cloud)), len(prompts(cloud))) == (1, 1)


def test_creations_that_take_effect_after_their_successors_go_at_the_second_look(
    crash: Crash, cloud: SimulatedCloud, workspace: Workspace, alice: User
) -> None:
    with crash(SYNC, before(CREATE_SECRET), before(CREATE_CONTEXT), stay_hung=True):
        register(workspace, alice, "late")
        build.context(workspace, alice, prompt="late")
    until(lambda: len(ready_keys()) == len(ready_contexts()) == 1)
    cloud.door("DELETE", "faults")
    until(lambda: len(secrets(cloud)) == len(prompts(cloud)) == 2)

    the_next_look_is_due()
    until(lambda: len(secrets(cloud)) == len(prompts(cloud)) == 1)
    await_order(cloud)

    assert secrets(cloud) == ready_keys()
    assert prompts(cloud) == ready_contexts()


def test_creations_that_take_effect_after_their_removal_go_at_the_second_look(
    crash: Crash, cloud: SimulatedCloud, workspace: Workspace, alice: User
) -> None:
    with crash(SYNC, before(CREATE_SECRET), before(CREATE_CONTEXT), stay_hung=True):
        key = register(workspace, alice, "late")
        context = build.context(workspace, alice, prompt="late")
    provider_keys.revoke(caller=build.caller(alice), key=key)
    contexts.delete(context, caller=build.caller(alice), now=timezone.now())
    await_order(cloud)
    cloud.door("DELETE", "faults")
    until(lambda: len(secrets(cloud)) == len(prompts(cloud)) == 1)

    the_next_look_is_due()
    until(lambda: (secrets(cloud), prompts(cloud)) == ({}, {}))
    await_order(cloud)


def test_contexts_whose_edit_is_killed_say_what_their_newest_version_says(
    crash: Crash,
    installation: Installation,
    cloud: SimulatedCloud,
    workspace: Workspace,
    alice: User,
) -> None:
    written = [build.context(workspace, alice, prompt=prompt) for prompt in ("first", "second")]
    await_order(cloud)

    with crash(SYNC, before(UPDATE_CONTEXT), after(UPDATE_CONTEXT)):
        for context in written:
            script = Script(context.name, f"{context.prompt}, but kind")
            contexts.edit(context, caller=build.caller(alice), script=script, now=timezone.now())
    await_order(cloud)

    assert prompts(cloud) == ready_contexts()
    assert sorted(prompts(cloud).values()) == ["first, but kind", "second, but kind"]


def test_keys_and_contexts_whose_removal_is_killed_are_gone_from_the_cloud(
    crash: Crash,
    installation: Installation,
    cloud: SimulatedCloud,
    workspace: Workspace,
    alice: User,
) -> None:
    names = ["first", "second", "third"]
    keys = [register(workspace, alice, name) for name in names]
    written = [build.context(workspace, alice, prompt=name) for name in names]
    await_order(cloud)

    removals = [before(LIST_SECRETS), before(DELETE_SECRET), after(DELETE_SECRET)]
    removals += [before(LIST_CONTEXTS), before(DELETE_CONTEXT), after(DELETE_CONTEXT)]
    with crash(SYNC, *removals):
        for key in keys:
            provider_keys.revoke(caller=build.caller(alice), key=key)
        for context in written:
            contexts.delete(context, caller=build.caller(alice), now=timezone.now())
    await_order(cloud)

    revoked = ProviderKey.objects.filter(state=ProviderKey.State.REVOKED, value__isnull=True)
    assert revoked.count() == 3
    assert list(Context.objects.values_list("state", flat=True)) == [Context.State.DELETED] * 3
    assert (secrets(cloud), prompts(cloud)) == ({}, {})
