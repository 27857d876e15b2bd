"""Whether an address has an account is not told by how much work a wrong password makes."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import User, Workspace
from tests.routes.effort import Effort, counted

pytestmark = pytest.mark.django_db


def guess(email: str) -> Effort:
    client = Client(REMOTE_ADDR="192.0.2.1")
    client.get("/account/login/")
    with counted() as effort:
        answer = client.post("/account/login/", {"login": email, "password": "wrong"})
    assert "not correct" in str(answer.context["form"].errors)
    return effort


@pytest.mark.parametrize(
    "kind", ["confirmed", "not confirmed", "without an address", "suspended", "without a password"]
)
def test_a_wrong_password_makes_the_same_work_whether_the_address_is_known(
    kind: str, alice: User, workspace: Workspace
) -> None:
    if kind != "without an address":
        confirmed = kind != "not confirmed"
        EmailAddress.objects.create(user=alice, email=alice.email, verified=confirmed, primary=True)
    if kind == "without a password":
        alice.set_unusable_password()
    alice.is_active = kind != "suspended"
    alice.save()
    # The first event of a chain finds no head of it.
    for known in (alice.email, "nobody@example.com"):
        guess(known)

    known, unknown = guess(alice.email), guess("nobody@example.com")

    assert known.hashings == unknown.hashings == 1
    assert known.queries == unknown.queries
