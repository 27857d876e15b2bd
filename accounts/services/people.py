"""Staff keep a person out, or let them in again; and whose account they may do anything about."""

from django.db import transaction

from accounts.models import User
from accounts.services import audit, workspaces
from accounts.services.audit import Action
from accounts.services.callers import Caller
from liveavatar_web import bell


class NotYours(Exception):
    """Staff who may not change people, or who would lock out themselves or a superuser."""


def suspend(user: User, *, caller: Caller) -> None:
    """Signs the person out everywhere for good, and ends their conversations. Raises NotYours."""
    require(caller, user)
    _set(user, caller, is_active=False, action=Action.USER_SUSPENDED)


def reinstate(user: User, *, caller: Caller) -> None:
    """Lets the person sign in again. Raises NotYours."""
    require(caller, user)
    _set(user, caller, is_active=True, action=Action.USER_REINSTATED)


def require(caller: Caller, user: User) -> None:
    """Raises NotYours."""
    who = caller.user
    if who is None or not who.has_perm("accounts.change_user"):
        raise NotYours("You may not change people.")
    if who == user:
        raise NotYours("Ask somebody else of the staff to do this to your account.")
    if user.is_superuser and not who.is_superuser:
        raise NotYours("Only a superuser may do this to a superuser.")


def _set(user: User, caller: Caller, *, is_active: bool, action: Action) -> None:
    membership = workspaces.of(user)
    workspace = membership.workspace if membership else None
    with transaction.atomic():
        audit.hold(workspace)
        rows = User.objects.filter(pk=user.pk, is_active=not is_active)
        if not rows.update(is_active=is_active):
            return
        audit.record(action, caller=caller, workspace=workspace, obj=user)
        # Whoever is signed in as them is nobody from now on; what they started, the sweep ends.
        bell.ring("sessions_app.sweep", queue="sweep")
