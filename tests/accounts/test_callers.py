from typing import Any

import structlog
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from accounts.models import User
from accounts.services.callers import Caller


def request(rf: RequestFactory, who: Any, **meta: str) -> Any:
    made = rf.get("/", **meta)
    made.user = who
    return made


def test_a_caller_is_the_person_behind_a_request(rf: RequestFactory, alice: User) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        caller = Caller.of(request(rf, alice, HTTP_USER_AGENT="Browser " * 100))

    assert caller == Caller(
        user=alice,
        label=alice.label,
        request_id="r-1",
        address="127.0.0.1",
        agent=("Browser " * 100)[:300],
        email=alice.email,
    )


def test_somebody_not_signed_in_has_an_address_and_no_name(rf: RequestFactory) -> None:
    caller = Caller.of(request(rf, AnonymousUser()))

    assert (caller.user, caller.label, caller.email) == (None, "somebody not signed in", "")
    assert caller.address == "127.0.0.1"


def test_an_address_is_believed_from_trusted_proxies_only(
    rf: RequestFactory, settings: Any
) -> None:
    asked = request(rf, AnonymousUser(), HTTP_X_FORWARDED_FOR="192.0.2.1, 198.51.100.2")

    assert Caller.of(asked).address == "127.0.0.1"

    settings.TRUSTED_PROXIES = 1
    assert Caller.of(asked).address == "198.51.100.2"


def test_the_system_is_a_caller_without_a_person() -> None:
    assert Caller.system("sweep") == Caller(user=None, label="system: sweep")
