"""Whose sessions the pages tell of: those of a workspace to a member, everybody's to staff."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Self

from accounts.models import Membership, User, Workspace
from accounts.requests import MemberRequest, StaffRequest
from accounts.rights import STAFF_RIGHTS, Right
from accounts.services import changes
from accounts.services.callers import Caller
from liveavatar_web import watch
from liveavatar_web.compiled import Compiled
from sessions_app.models import AvatarSession, SavedFilter
from sessions_app.models.avatar_session import AvatarSessionQuerySet
from sessions_app.selection_forms import EverywhereForm, SelectionForm

_PAGES: Final = (
    *("sessions", "sessions_live", "sessions_stop", "sessions_export", "stop_order"),
    *("session", "session_stop", "transcript_read", "audit"),
    *("filter_save", "filter_rename", "filter_delete"),
)
# The names of the addresses, by what members' are called.
OF_MEMBERS: Final = {name: name for name in _PAGES}
OF_STAFF: Final = {name: f"staff_{name}" for name in _PAGES}

_SAVED: Final = Compiled(
    lambda workspace, user: SavedFilter.objects.shown_in(
        Membership(workspace_id=workspace, user_id=user)
    ),
    workspace=int,
    user=int,
)
_SAVED_OF_STAFF: Final = Compiled(
    lambda user: SavedFilter.objects.shown_to_staff(User(pk=user)), user=int
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What one set of pages shows, and lets its reader do; `workspace` is None where it is all."""

    rows: AvatarSessionQuerySet
    form: SelectionForm
    workspace: Workspace | None
    is_everybodys: bool  # or one person's own
    caller: Caller
    saved_filters: Callable[[], list[SavedFilter]]
    may_share_filters: bool
    may_stop_any: Callable[[], bool]
    routes: Mapping[str, str]

    @classmethod
    def of_member(cls, request: MemberRequest) -> Self:
        membership = request.membership
        workspace = membership.workspace
        everybodys = membership.may(Right.READ_AUDIT)
        return cls(
            rows=AvatarSession.objects.shown_in(membership),
            form=SelectionForm(request.GET, workspace=workspace, everybodys=everybodys),
            workspace=workspace,
            is_everybodys=everybodys,
            caller=Caller.of(request),
            saved_filters=partial(_SAVED.rows, workspace=workspace.pk, user=membership.user_id),
            may_share_filters=membership.may(Right.SHARE_FILTERS),
            may_stop_any=partial(membership.may, Right.STOP_ANY_SESSION),
            routes=OF_MEMBERS,
        )

    @classmethod
    def of_staff(cls, request: StaffRequest) -> Self:
        return cls(
            rows=AvatarSession.objects.all(),
            form=EverywhereForm(request.GET),
            workspace=None,
            is_everybodys=True,
            caller=Caller.of_staff(request),
            saved_filters=partial(_SAVED_OF_STAFF.rows, user=request.user.pk),
            may_share_filters=True,
            may_stop_any=partial(request.user.has_perm, STAFF_RIGHTS[Right.STOP_ANY_SESSION]),
            routes=OF_STAFF,
        )

    @property
    def is_everywhere(self) -> bool:
        return self.workspace is None

    @property
    def concerned(self) -> Workspace | None:
        """The one workspace that is asked about, whose audit trail tells of what is done."""
        return self.workspace or self.form.within

    def watched(self) -> dict[str, Any]:
        """What a page needs to keep itself fresh."""
        assert self.caller.user is not None
        viewer = self.caller.user.public_id
        if self.workspace is None:
            return {
                "watch_url": watch.address(*changes.INSTALLATION, viewer=viewer),
                "version": changes.version_of_all(),
            }
        return {
            "watch_url": watch.address("workspace", self.workspace.public_id, viewer=viewer),
            "version": self.workspace.version,
        }
