"""Which request ids are believed, and that every answer bears one."""

import pytest
from django.test import Client

from accounts.models import AuditEvent, User
from tests import build


@pytest.mark.parametrize(
    "given", ["5f2c9f04", "0b7c2f3e-52a1-4e0e-9d1c-6a2f4b8e1c01", "proxy.7_A-b" + "x" * 53]
)
def test_an_id_that_looks_like_one_is_kept(client: Client, given: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": given})

    assert answer.headers["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given",
    [
        "",
        "short",
        "x" * 65,
        "two words here",
        "with\u00e9accents",
        "new\nline-forged",
        "<script>12",
    ],
)
def test_whatever_else_is_sent_is_replaced(client: Client, given: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": given})

    made = answer.headers["X-Request-ID"]
    assert made != given
    assert len(made) == 36


def test_the_audit_trail_keeps_the_id_of_the_request(client: Client, alice: User) -> None:
    form = {"login": alice.email, "password": build.PASSWORD}

    client.post("/account/login/", form, headers={"X-Request-ID": "sign-in-of-alice"})

    assert AuditEvent.objects.get(action="user.signed_in").request_id == "sign-in-of-alice"
