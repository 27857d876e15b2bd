"""The request of somebody who is signed in and works somewhere."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from accounts.models import Membership, User
from accounts.services import workspaces

P = ParamSpec("P")


class MemberRequest(HttpRequest):
    """`membership` is where this person works; objects still come through `visible_to(user)`."""

    user: User
    membership: Membership


def membership_of(request: HttpRequest) -> Membership | None:
    """Where whoever asks works, read once a request; None for strangers."""
    if not hasattr(request, "membership"):
        user = getattr(request, "user", None)
        found = workspaces.of(user) if isinstance(user, User) else None
        request.membership = found  # type: ignore[attr-defined]
    return cast(Membership | None, request.membership)  # type: ignore[attr-defined]


def member_required(
    view: Callable[Concatenate[MemberRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Sends strangers to sign in; answers 403 to somebody who is in no workspace."""

    @login_required
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if membership_of(request) is None:
            raise PermissionDenied("You do not belong to a workspace.")
        return view(cast(MemberRequest, request), *args, **kwargs)

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], wrapped)
