"""An HTTP answer, turned into the envelope's data or into the error that it means."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime

from liveavatar import errors
from liveavatar.refusals import kind_of, words_of

SUCCESS_CODES = frozenset({1000, 100})
"""Live answers and the web SDK use 1000; the specification's example is 100."""
REQUEST_ID_HEADERS = ("x-request-id", "x-amzn-requestid", "cf-ray")
LONGEST_MESSAGE = 500


@dataclass(frozen=True)
class Answer:
    """What came back over the wire. `headers` are found under lower-case names."""

    method: str
    route: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def request_id(self) -> str | None:
        found = (self.headers.get(name) for name in REQUEST_ID_HEADERS)
        return next((value[:100] for value in found if value and value.isprintable()), None)

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait: Retry-After as seconds or date; after a 429 the window's rest."""
        asked = self.headers.get("retry-after")
        if asked is None and self.status == 429:
            asked = self.headers.get("x-ratelimit-reset")
        if asked is None:
            return None
        try:
            seconds = float(asked)
        except ValueError:
            seconds = _seconds_until(asked, datetime.now(UTC))
        return max(seconds, 0.0) if math.isfinite(seconds) else None


def data_of(answer: Answer, hidden: Iterable[str] = ()) -> object:
    """The envelope's `data` of a success; an empty body is a success without data.

    Args:
      answer: what came back.
      hidden: credentials of this call, masked should the vendor repeat them in its words.

    Raises:
      errors.StatusError: the cloud refused or failed, by status or by code inside a 2xx.
      errors.UnexpectedResponse: neither a success nor a refusal that we can read.
    """
    envelope = _json_of(answer.body)
    if not 200 <= answer.status < 300:
        raise _refusal(answer, envelope, hidden)
    if not answer.body:
        return None
    if not isinstance(envelope, dict):
        raise unexpected(answer, "body", "the body is not a JSON object")
    code = _code_of(envelope)
    if code is None:
        raise unexpected(answer, "code", "code is not an integer")
    if code not in SUCCESS_CODES:
        raise _refusal(answer, envelope, hidden)
    return envelope.get("data")


def unexpected(answer: Answer, field: str, message: str) -> errors.UnexpectedResponse:
    """The error for an answer that lacks `field` in the form we need."""
    return errors.UnexpectedResponse(
        message,
        field=field,
        method=answer.method,
        route=answer.route,
        status=answer.status,
        request_id=answer.request_id,
    )


def _refusal(answer: Answer, envelope: object, hidden: Iterable[str]) -> errors.LiveAvatarError:
    words = list(words_of(envelope))
    code = _code_of(envelope)
    kind = kind_of(answer.status, code, words)
    if kind is None:
        return unexpected(answer, "status", f"{answer.status} is neither success nor refusal")
    message = words[0] if words else f"HTTP {answer.status}"
    for credential in filter(None, hidden):
        message = message.replace(credential, "***")
    return kind(
        " ".join(message.split())[:LONGEST_MESSAGE],
        method=answer.method,
        route=answer.route,
        status=answer.status,
        code=code,
        request_id=answer.request_id,
        retry_after=answer.retry_after,
    )


def _json_of(body: bytes) -> object:
    """The parsed body, or None when it is empty or not JSON. Decimals keep their digits."""
    try:
        parsed: object = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None
    return parsed


def _code_of(envelope: object) -> int | None:
    code = envelope.get("code") if isinstance(envelope, dict) else None
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def _seconds_until(date: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return math.nan
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
