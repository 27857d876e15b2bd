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


@pytest.mark.parametrize(
    ("variable", "complaint"),
    [
        ("SECRET_KEY", "SECRET_KEY is missing; production does not start without its own"),
        ("VAULT_KEYS", "VAULT_KEYS is missing; production does not start without its own"),
        ("ALLOWED_HOSTS", "ALLOWED_HOSTS must not be empty in deployment"),
        ("DATABASE_URL", "DATABASE_URL is not set: SQLite is for one desk"),
        ("LIVEAVATAR_API_KEY", "LIVEAVATAR_API_KEY is not set"),
    ],
)
def test_what_is_missing_is_named(variable: str, complaint: str) -> None:
    checked = manage(*CHECK, **{**PRODUCTION, variable: ""})

    assert checked.returncode != 0
    assert complaint in checked.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [("SECRET_KEY", settings.DESK_SECRET_KEY), ("VAULT_KEYS", settings.DESK_VAULT_KEYS)],
)
def test_the_keys_of_the_desk_are_refused(variable: str, value: str) -> None:
    refused = manage("check", **{**PRODUCTION, variable: value})

    assert refused.returncode != 0
    assert f"{variable} is missing" in refused.stderr
    assert value not in refused.stderr


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"VAULT_KEYS": "own:dG9vIHNob3J0"}, "is not name:base64 of exactly 32 bytes"),
        (
            {"CLAIM_SECONDS": "40", "CLOUD_CALL_DEADLINE": "20"},
            "CLAIM_SECONDS must be more than twice CLOUD_CALL_DEADLINE",
        ),
        ({"SWEEP_SECONDS": "often"}, "SWEEP_SECONDS is 'often'; write a whole number from 1 up"),
        ({"SIGNUP": "maybe"}, "SIGNUP is 'maybe'; write one of open, invited, closed"),
        ({"PRODUCTION": "perhaps"}, "PRODUCTION is 'perhaps'; write yes or no"),
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
