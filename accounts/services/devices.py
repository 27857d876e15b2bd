"""Devices on which somebody is signed in."""

import ua_parser
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import QuerySet

from accounts.services import audit
from accounts.services.audit import Action
from accounts.services.callers import Caller


def called(user_agent: str) -> str:
    """A browser by the header it sends, as its owner would call it: Firefox on Windows."""
    told = ua_parser.parse(user_agent)
    browser = told.user_agent.family if told.user_agent else "Unknown browser"
    return f"{browser} on {told.os.family}" if told.os else browser


def sign_out(devices: QuerySet[UserSession], *, caller: Caller) -> int:
    """The next request from each is nobody's any more; returns how many those were."""
    ended = 0
    for device in devices:
        with transaction.atomic():
            device.end()
            audit.record(Action.USER_DEVICE_SIGNED_OUT, caller=caller, obj=caller.user)
        ended += 1
    return ended
