"""The request of somebody who is signed in and works somewhere."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import Membership, User, Workspace
from accounts.services import workspaces

P = ParamSpec("P")

# The key of the browser's session, and the field of forms, that names a workspace by public id.
CHOSEN: Final = "workspace"
# The key under which a workspace's invitation waits while an account is made.
JOINING: Final = "joining"


class SecondStepMissing(PermissionDenied):
    """The workspace asks for two-step sign-in, which this person has not set up."""

    code = "second_step_missing"

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(f"“{workspace.name}” asks for two-step sign-in. Set it up first.")
        self.workspace = workspace


class SignedInRequest(HttpRequest):
    user: User


class MemberRequest(SignedInRequest):
    """`membership` is where this person works; objects still come through `visible_to(user)`."""

    membership: Membership


def memberships_of(request: HttpRequest) -> list[Membership]:
    """Where whoever asks belongs, read once a request, the oldest first."""
    if not hasattr(request, "memberships"):
        user = getattr(request, "user", None)
        found = workspaces.memberships_of(user) if isinstance(user, User) else []
        request.memberships = found  # type: ignore[attr-defined]
    return cast(list[Membership], request.memberships)  # type: ignore[attr-defined]


def membership_of(request: HttpRequest) -> Membership | None:
    """Where whoever asks works; None for strangers. On an object's page, where that object is."""
    if not hasattr(request, "membership"):
        request.membership = works_in(request)  # type: ignore[attr-defined]
    return cast(Membership | None, request.membership)  # type: ignore[attr-defined]


def works_in(request: HttpRequest) -> Membership | None:
    """The workspace that a form was shown in, or that was chosen in this browser, or the oldest.

    A form that names a workspace one does not belong to (any more) works in none, since what was
    meant for one must not happen in another.
    """
    memberships = memberships_of(request)
    told = request.POST.get(CHOSEN, "") if request.method == "POST" else ""
    wanted = told or request.session.get(CHOSEN, "") if memberships else ""
    chosen = next((each for each in memberships if str(each.workspace.public_id) == wanted), None)
    if chosen is not None or told:
        return chosen
    # What is fetched for a part of a page would show it to nobody.
    if wanted and "HX-Request" not in request.headers:
        del request.session[CHOSEN]
        words = "You are no longer in the workspace where you worked. This is another one of yours."
        messages.warning(request, words, fail_silently=True)
    return memberships[0] if memberships else None


def work_in(request: HttpRequest, workspace: Workspace) -> None:
    """From now on this browser works in that workspace."""
    request.session[CHOSEN] = str(workspace.public_id)


def stand_in(request: MemberRequest, workspace: Workspace) -> None:
    """What one may do on an object's page is decided in its workspace, wherever else one works."""
    for each in memberships_of(request):
        if each.workspace_id == workspace.pk:
            request.membership = each
            return
    raise Http404


def require_open(request: HttpRequest) -> None:
    """Raises SecondStepMissing where whoever asks works in a workspace that is not open to them."""
    membership = membership_of(request)
    if membership is not None and not membership.is_open:
        raise SecondStepMissing(membership.workspace)


def explain_absence(request: HttpRequest) -> None:
    """What was not found may be in a workspace that is not open yet: raises SecondStepMissing."""
    for each in memberships_of(request):
        if not each.is_open:
            raise SecondStepMissing(each.workspace)


def member_required(
    view: Callable[Concatenate[MemberRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Sends strangers to sign in; answers 403 to somebody who is in no workspace.

    Whoever lacks the second step that their workspace asks for is led to set it up.
    """

    @login_required
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if membership_of(request) is None:
            raise PermissionDenied("You do not belong to any workspace.")
        try:
            require_open(request)
            try:
                return view(cast(MemberRequest, request), *args, **kwargs)
            except Http404:
                explain_absence(request)
                raise
        except SecondStepMissing as missing:
            query = urlencode({CHOSEN: str(missing.workspace.public_id)})
            return redirect(f"{reverse('second_step')}?{query}")

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], wrapped)


class StaffRequest(SignedInRequest):
    """Of somebody who looks after the whole installation."""


def staff_required(
    view: Callable[Concatenate[StaffRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Sends strangers to sign in; for everybody but staff there is nothing here."""

    @login_required
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not (isinstance(request.user, User) and request.user.is_staff):
            raise Http404
        return view(cast(StaffRequest, request), *args, **kwargs)

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], wrapped)
