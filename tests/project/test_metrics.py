"""Who may read the numbers of a web process, and that reading them hurts nobody."""

from typing import Any

import httpx
import pytest
from django.db import connection
from prometheus_client.parser import text_string_to_metric_families

TOKEN = "a-token-of-the-scraper"


@pytest.fixture(autouse=True)
def token(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


def ask(http: httpx.Client, **headers: str) -> httpx.Response:
    return http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}", **headers})


def names(answer: httpx.Response) -> dict[str, list[float]]:
    """The values under each name."""
    return {
        family.name: [sample.value for sample in family.samples]
        for family in text_string_to_metric_families(answer.text)
    }


def test_without_a_token_in_the_settings_there_is_nothing_here(
    http: httpx.Client, settings: Any
) -> None:
    settings.METRICS_TOKEN = ""

    answers = [ask(http), http.get("/metrics"), ask(http, Authorization="Bearer")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


@pytest.mark.parametrize("given", ["", "Bearer", f"Basic {TOKEN}", f"Bearer {TOKEN}x", TOKEN])
def test_whoever_does_not_know_the_token_is_told_nothing(http: httpx.Client, given: str) -> None:
    answer = ask(http, Authorization=given)

    assert (answer.status_code, answer.content) == (401, b"")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.django_db(transaction=True)
def test_whoever_knows_the_token_may_call_us_by_any_name(http: httpx.Client) -> None:
    answer = ask(http, Host="10.0.0.7:8000")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.headers["cache-control"] == "no-store"
    assert names(answer)["liveavatar_figures_readable"] == [1]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_cannot_be_read_leaves_the_rest_to_be_told(http: httpx.Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sessions_app_cloudstranger RENAME TO away")
    try:
        told = names(ask(http))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO sessions_app_cloudstranger")

    assert told["liveavatar_figures_readable"] == [0]
    assert "liveavatar_sessions_open" not in told
    assert "liveavatar_cache_operations_lost" in told
