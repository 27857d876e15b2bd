"""The cache while Redis is away."""

from django.core.cache import caches
from django.test import Client

from accounts.models import User
from liveavatar_web.cache import ForgivingRedisCache
from scripts.serving import free_port
from tests import build


def away() -> ForgivingRedisCache:
    return ForgivingRedisCache(f"redis://127.0.0.1:{free_port()}/0", {})


def test_a_redis_that_is_away_makes_an_empty_cache() -> None:
    cache = away()

    cache.set("key", 1)

    assert (cache.get("key", "nothing"), cache.add("key", 1), cache.delete("key")) == (
        "nothing",
        True,
        False,
    )


def test_people_can_sign_in_while_redis_is_away(alice: User, client: Client) -> None:
    kept = caches["default"]
    caches["default"] = away()
    try:
        answer = client.post("/account/login/", {"login": alice.email, "password": build.PASSWORD})
    finally:
        caches["default"] = kept

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
