"""Devices on which somebody is signed in."""

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import QuerySet

from accounts.services import audit
from accounts.services.audit import Action
from accounts.services.callers import Caller


def sign_out(devices: QuerySet[UserSession], *, caller: Caller) -> int:
    """The next request from each is nobody's any more; returns how many those were."""
    ended = 0
    for device in devices:
        with transaction.atomic():
            device.end()
            audit.record(Action.USER_DEVICE_SIGNED_OUT, caller=caller, obj=caller.user)
        ended += 1
    return ended
