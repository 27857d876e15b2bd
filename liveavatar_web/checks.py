"""System checks of what the environment must provide: `manage.py check --deploy`."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

from liveavatar_web import keys


@register(Tags.security)
def keys_can_be_read(**_: Any) -> list[CheckMessage]:
    messages: list[CheckMessage] = []
    for setting in ("VAULT_KEYS", "AUDIT_KEYS"):
        try:
            keys.parse(getattr(settings, setting), setting=setting)
        except ImproperlyConfigured as error:
            messages.append(Error(str(error), id="liveavatar_web.E001"))
    return messages


@register(Tags.security)
def claims_outlast_calls(**_: Any) -> list[CheckMessage]:
    """A start makes two calls under one claim, and the claim must outlast both."""
    if settings.CLAIM_SECONDS > 2 * settings.CLOUD_CALL_DEADLINE:
        return []
    return [
        Error(
            "CLAIM_SECONDS must be more than twice CLOUD_CALL_DEADLINE",
            hint="Otherwise a second worker may start a session that the first is still starting.",
            id="liveavatar_web.E002",
        )
    ]


@register(Tags.security, deploy=True)
def production_is_complete(**_: Any) -> list[CheckMessage]:
    messages: list[CheckMessage] = []
    if not settings.LIVEAVATAR_API_KEY:
        messages.append(checks.Warning("LIVEAVATAR_API_KEY is not set", id="liveavatar_web.W001"))
    if not settings.DATABASE_URL:
        messages.append(
            checks.Warning(
                "DATABASE_URL is not set: SQLite is for one desk", id="liveavatar_web.W002"
            )
        )
    return messages
