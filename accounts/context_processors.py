from typing import Any

from django.http import HttpRequest

from accounts.models import User
from accounts.requests import membership_of, memberships_of, works_in
from accounts.rights import RIGHTS, Role
from accounts.services import workspaces


def workspace(request: HttpRequest) -> dict[str, Any]:
    """`workspace`, `membership` and `rights` (as in `rights.Right`) of whoever is signed in.

    `works_elsewhere` is where they work, on the page of something in another of their workspaces.
    """
    membership, home = membership_of(request), works_in(request)
    user = getattr(request, "user", None)
    return {
        "workspace": membership.workspace if membership else None,
        "membership": membership,
        "rights": RIGHTS[Role(membership.role)] if membership else frozenset(),
        "memberships": memberships_of(request),
        "works_elsewhere": home.workspace if home and home != membership else None,
        "may_create_workspace": isinstance(user, User) and workspaces.may_create(user),
    }
