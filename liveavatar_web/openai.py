"""Asks OpenAI whether a key is good before it is kept: the list of models, one call.

https://platform.openai.com/docs/api-reference/models/list
"""

import json
import time
from enum import StrEnum
from typing import Final

import httpx
import structlog
from django.conf import settings

from liveavatar.deadline import DeadlineTransport, until
from liveavatar_web.vault import Secret

log = structlog.get_logger(__name__)

DEADLINE_SECONDS: Final = 5


class Verdict(StrEnum):
    """What OpenAI said of a key.

    UNREACHABLE covers whatever leaves the question open: no connection, an answer that is no
    answer, and a restricted key that may not list models yet may well speak.
    """

    ACCEPTED = "accepted"
    REFUSED = "refused"
    NO_REALTIME = "no_realtime"
    UNREACHABLE = "unreachable"


def check(secret: Secret) -> Verdict:
    """Takes at most five seconds, and never raises for what OpenAI or the network did."""
    try:
        verdict = _verdict(_ask(secret))
    except (httpx.HTTPError, ValueError) as error:
        log.info("openai.key_not_checked", error=type(error).__name__)
        return Verdict.UNREACHABLE
    log.info("openai.key_checked", verdict=verdict.value)
    return verdict


def _ask(secret: Secret) -> httpx.Response:
    transport = DeadlineTransport(httpx.Limits(max_connections=1))
    with (
        until(time.monotonic() + DEADLINE_SECONDS),
        httpx.Client(transport=transport, timeout=DEADLINE_SECONDS) as client,
    ):
        return client.get(
            f"{settings.OPENAI_BASE_URL}/models",
            headers={"Authorization": f"Bearer {secret.reveal()}"},
        )


def _verdict(answer: httpx.Response) -> Verdict:
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        return Verdict.REFUSED
    if answer.status_code != httpx.codes.OK:
        return Verdict.UNREACHABLE
    if any("realtime" in name for name in _models(answer.content)):
        return Verdict.ACCEPTED
    return Verdict.NO_REALTIME


def _models(content: bytes) -> list[str]:
    """The ids in OpenAI's list. Raises ValueError where the answer is no such list."""
    answer = json.loads(content)
    entries = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(entries, list):
        raise ValueError("not a list of models")
    return [str(entry.get("id", "")) for entry in entries if isinstance(entry, dict)]
