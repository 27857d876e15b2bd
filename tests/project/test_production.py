"""Production starts complete or not at all."""

import json

import pytest
from django.conf import settings

from tests.project.processes import PRODUCTION, manage, python

CHECK = ("check", "--deploy", "--fail-level", "WARNING")


def test_the_checks_find_nothing_in_a_complete_production() -> None:
    checked = manage(*CHECK, **PRODUCTION)

    assert (checked.returncode, checked.stdout, checked.stderr) == (
        0,
        "System check identified no issues (0 silenced).\n",
        "",
    )


def test_everything_that_is_missing_is_named_at_once() -> None:
    missing = dict.fromkeys(["ALLOWED_HOSTS", "DATABASE_URL", "LIVEAVATAR_API_KEY"], "")

    checked = manage(*CHECK, **{**PRODUCTION, **missing})

    assert checked.returncode != 0
    assert "ALLOWED_HOSTS must not be empty in deployment" in checked.stderr
    assert "DATABASE_URL is not set: SQLite is for one desk" in checked.stderr
    assert "LIVEAVATAR_API_KEY is not set" in checked.stderr


@pytest.mark.parametrize("key", ["", settings.DESK_SECRET_KEY], ids=["none", "the desk's"])
def test_production_does_not_start_without_a_secret_key_of_its_own(key: str) -> None:
    started = manage("check", **{**PRODUCTION, "SECRET_KEY": key})

    assert started.returncode != 0
    assert "SECRET_KEY is missing; production does not start without its own" in started.stderr
    assert settings.DESK_SECRET_KEY not in started.stderr


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (
            {"CLAIM_SECONDS": "40", "CLOUD_CALL_DEADLINE": "20"},
            "CLAIM_SECONDS must be more than twice CLOUD_CALL_DEADLINE",
        ),
        ({"SWEEP_SECONDS": "often"}, "SWEEP_SECONDS is 'often'; write a whole number from 1 up"),
    ],
)
def test_a_value_that_cannot_work_stops_the_start_with_one_clear_line(
    given: dict[str, str], complaint: str
) -> None:
    checked = manage("check", **{**PRODUCTION, **given})

    assert checked.returncode != 0
    assert complaint in checked.stderr


def test_production_is_closed_to_strangers_and_to_plain_http() -> None:
    names = [
        "DEBUG",
        "SIGNUP",
        "ACCOUNT_EMAIL_VERIFICATION",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
        "SESSION_COOKIE_NAME",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_NAME",
        "CSRF_COOKIE_SECURE",
        "ALLOWED_HOSTS",
    ]
    show = (
        "import json; from django.conf import settings; "
        f"print(json.dumps({{name: getattr(settings, name) for name in {names}}}))"
    )

    shown = python("-c", show, **PRODUCTION, DEBUG="yes")

    assert json.loads(shown.stdout) == {
        "DEBUG": False,
        "SIGNUP": "closed",
        "ACCOUNT_EMAIL_VERIFICATION": "mandatory",
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SESSION_COOKIE_NAME": "__Host-session",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "CSRF_COOKIE_SECURE": True,
        "ALLOWED_HOSTS": ["avatars.example.com"],
    }
