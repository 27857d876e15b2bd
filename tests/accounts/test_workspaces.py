from itertools import product

import pytest

from accounts.models import AuditEvent, Membership, User, Workspace
from accounts.rights import RIGHTS, Right, Role
from accounts.services import workspaces
from accounts.services.callers import Caller
from accounts.services.workspaces import NotAllowed
from tests import build


@pytest.mark.parametrize(("role", "right"), list(product(Role, Right)))
def test_a_role_may_do_what_the_table_says(workspace: Workspace, role: Role, right: Right) -> None:
    somebody = build.user()
    build.member(workspace, somebody, role)
    caller = build.caller(somebody)

    if right in RIGHTS[role]:
        workspaces.require(right, caller=caller, workspace=workspace)
        assert not AuditEvent.objects.exists()
        return
    with pytest.raises(NotAllowed, match=right.value):
        workspaces.require(right, caller=caller, workspace=workspace)
    event = AuditEvent.objects.get()
    assert (event.action, event.refused) == ("permission.refused", True)
    assert (event.actor_id, event.details) == (somebody.public_id, {"right": right.value})
    assert event.workspace_id == workspace.public_id


def test_an_owner_elsewhere_is_a_stranger_here(workspace: Workspace, charlie: User) -> None:
    with pytest.raises(NotAllowed):
        workspaces.require(Right.MANAGE_KEYS, caller=build.caller(charlie), workspace=workspace)


def test_the_system_has_no_role(workspace: Workspace) -> None:
    with pytest.raises(NotAllowed):
        workspaces.require(Right.MANAGE_KEYS, caller=Caller.system("sweep"), workspace=workspace)


def test_a_personal_workspace_belongs_to_the_person_it_is_named_after(db: None) -> None:
    user = build.user("dora")

    workspace = workspaces.create_personal(user, build.caller(user))

    assert workspace.name == "Dora's workspace"
    assert [(each.user, each.role) for each in workspace.memberships.all()] == [(user, "owner")]
    assert AuditEvent.objects.get().action == "workspace.created"


def test_a_workspace_is_never_named_after_an_address(db: None) -> None:
    user = User.objects.create_user("nameless@example.com")

    assert workspaces.create_personal(user, build.caller(user)).name == "My workspace"


def test_people_work_where_they_have_been_longest(alice: User, workspace: Workspace) -> None:
    build.member(build.workspace(), alice)

    assert workspaces.of(alice) == Membership.objects.get(workspace=workspace, user=alice)
    assert workspaces.of(build.user()) is None
