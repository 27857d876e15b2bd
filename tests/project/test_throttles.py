from typing import Any

import pytest
from django.test import RequestFactory

from liveavatar_web.throttles import client_ip


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, None, "127.0.0.1"),
        (0, "203.0.113.7", "127.0.0.1"),  # whoever has no proxy believes nobody's word
        (1, None, "127.0.0.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "1.2.3.4, 203.0.113.7", "203.0.113.7"),  # what the client wrote stands to the left
        (2, "1.2.3.4, 203.0.113.7, 10.0.0.1", "203.0.113.7"),
        (2, "203.0.113.7", "203.0.113.7"),
        (1, " , ", "127.0.0.1"),
    ],
)
def test_the_client_is_who_the_outermost_trusted_proxy_saw(
    proxies: int, forwarded: str | None, seen: str, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}

    assert client_ip(RequestFactory().get("/", headers=headers)) == seen
