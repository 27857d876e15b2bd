from typing import Any

from django.http import HttpRequest

from accounts.models import User
from accounts.rights import RIGHTS, Role
from accounts.services import workspaces


def workspace(request: HttpRequest) -> dict[str, Any]:
    """`workspace`, `membership` and `rights` (as in `rights.Right`) of whoever is signed in."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"workspace": None, "membership": None, "rights": frozenset()}
    membership = getattr(request, "membership", None) or workspaces.of(user)
    if membership is None:
        return {"workspace": None, "membership": None, "rights": frozenset()}
    return {
        "workspace": membership.workspace,
        "membership": membership,
        "rights": RIGHTS[Role(membership.role)],
    }
