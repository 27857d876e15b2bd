"""An HTTP answer, turned into the envelope's data or into the error that it means.

Two bodies of refusals are in use: FastAPI's `{detail: …}`, which the specification declares, and
the envelope `{code, data, message}`, which live traffic shows. Both may also be missing.
Sources: the vendor's OpenAPI document; its forum for the live shape.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime

from liveavatar import errors

SUCCESS_CODES = frozenset({1000, 100})
"""Live answers and the web SDK use 1000; the specification's example is 100."""
NOT_AUTHENTICATED = 4003
REQUEST_ID_HEADERS = ("x-request-id", "x-amzn-requestid", "cf-ray")
LONGEST_MESSAGE = 500


@dataclass(frozen=True)
class Answer:
    """What came back over the wire. `headers` are found under lower-case names."""

    method: str
    route: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def request_id(self) -> str | None:
        found = (self.headers.get(name) for name in REQUEST_ID_HEADERS)
        return next((value[:100] for value in found if value and value.isprintable()), None)


def data_of(answer: Answer, *, is_needed: bool, hidden: Iterable[str] = ()) -> object:
    """The envelope's `data` of a success.

    Args:
      answer: what came back.
      is_needed: data are expected, so an empty or unreadable body is no success.
      hidden: credentials of this call, masked should the vendor repeat them in its words.

    Raises:
      errors.StatusError: the cloud refused or failed, by status or by code inside a 2xx.
      errors.UnexpectedResponse: neither a success nor a refusal that we can read.
    """
    envelope = _json_of(answer.body)
    if not 200 <= answer.status < 300:
        raise _refusal(answer, envelope, hidden)
    if not isinstance(envelope, dict):
        if is_needed:
            raise unexpected(answer, "body", "the body is not a JSON object")
        return None
    code = _code_of(envelope)
    if code is None and is_needed:
        raise unexpected(answer, "code", "code is not an integer")
    if code is not None and code not in SUCCESS_CODES:
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
    words = list(_words_of(envelope))
    code = _code_of(envelope)
    kind = _kind(answer.status, code, " ".join(words).lower())
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
        retry_after=_retry_after(answer, datetime.now(UTC)),
    )


def _kind(status: int, code: int | None, heard: str) -> type[errors.StatusError] | None:
    if 200 <= status < 300:
        # An application's refusal inside a success: read it as the status it should have had.
        status = 403 if code == NOT_AUTHENTICATED else 400
    if status in {400, 403, 409, 429} and "concurren" in heard:
        return errors.ConcurrencyReached
    if status == 402 or (status in {400, 403} and "credit" in heard):
        return errors.NoCredits
    if status in {400, 403, 422}:
        for words, kind in _SPOKEN.items():
            if words in heard:
                return kind
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:
        return errors.ServerFault
    return errors.BadRequest if status >= 400 else None


_SPOKEN: Mapping[str, type[errors.StatusError]] = {
    "exceeds the maximum allowed": errors.DurationTooLong,
    "access to this avatar": errors.AvatarNotAccessible,
    "sandbox": errors.AvatarNotInSandbox,
}
_BY_STATUS: Mapping[int, type[errors.StatusError]] = {
    401: errors.Unauthorised,
    403: errors.Forbidden,
    404: errors.NotFound,
    409: errors.Conflict,
    429: errors.RateLimited,
}


def _words_of(envelope: object) -> Iterator[str]:
    """What the vendor says, the most particular first; the order is that of its own demo."""
    if not isinstance(envelope, dict):
        return
    data, detail = envelope.get("data"), envelope.get("detail")
    particular = data[0] if isinstance(data, list) and data else data
    invalid = detail[0] if isinstance(detail, list) and detail else None
    candidates = (
        particular.get("message") if isinstance(particular, dict) else None,
        envelope.get("message"),
        envelope.get("error"),
        invalid.get("msg") if isinstance(invalid, dict) else None,
        detail,
    )
    yield from (words for words in candidates if isinstance(words, str) and words.strip())


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


def _retry_after(answer: Answer, now: datetime) -> float | None:
    """Seconds to wait: Retry-After as seconds or as a date, else what is left of the window."""
    asked = answer.headers.get("retry-after")
    if asked is None and answer.status == 429:
        asked = answer.headers.get("x-ratelimit-reset")
    if asked is None:
        return None
    try:
        seconds = float(asked)
    except ValueError:
        seconds = _seconds_until(asked, now)
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def _seconds_until(date: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return math.nan
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
