from typing import Any

from django.http import HttpRequest

from accounts.requests import membership_of
from accounts.rights import RIGHTS, Role


def workspace(request: HttpRequest) -> dict[str, Any]:
    """`workspace`, `membership` and `rights` (as in `rights.Right`) of whoever is signed in."""
    membership = membership_of(request)
    return {
        "workspace": membership.workspace if membership else None,
        "membership": membership,
        "rights": RIGHTS[Role(membership.role)] if membership else frozenset(),
    }
