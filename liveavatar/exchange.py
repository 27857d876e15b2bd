"""One call to the cloud: attempts, deadline, brief retries, one log record per attempt."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar
from urllib.parse import quote

import httpx

from liveavatar import deadline, errors
from liveavatar.answers import Answer, data_of, unexpected
from liveavatar.parsing import Malformed
from liveavatar.retry import wait_before_retry

T = TypeVar("T")

logger = logging.getLogger("liveavatar")

# httpx raises these before the first byte of a request is written, and never after.
_BEFORE_SENDING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


@dataclass(frozen=True)
class Timeouts:
    """Seconds allowed: per phase of an attempt, and `total` for the call with all its retries."""

    connect: float = 3.0
    read: float = 10.0
    write: float = 5.0
    pool: float = 1.0
    total: float = 20.0


@dataclass(frozen=True)
class Call:
    """What is asked: a route's pattern such as `/v1/secrets/{id}`, and what fills it.

    `hidden` are credentials inside the body, to be masked in anything that is told about the call.
    """

    method: str
    route: str
    ids: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str | int | None] = field(default_factory=dict)
    body: Mapping[str, object] | None = field(default=None, repr=False)
    hidden: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_safe(self) -> bool:
        return self.method == "GET"

    @property
    def path(self) -> str:
        if any(value.strip(".") == "" for value in self.ids.values()):
            raise ValueError("an id must be more than dots, or it would name another route")
        return self.route.format(**{name: quote(value, "") for name, value in self.ids.items()})


class Exchange:
    """Makes calls with one credential, over an httpx client that may be shared. Thread-safe."""

    def __init__(
        self, http: httpx.Client, timeouts: Timeouts, *, header: str, credential: str, prefix: str
    ) -> None:
        # The HTTP library's own error would quote a header that it cannot send.
        if not credential.isascii() or not credential.isprintable() or " " in credential:
            raise ValueError("a credential is printable ASCII without spaces")
        if not credential:
            raise ValueError("a credential is not empty")
        self._http = http
        self._timeouts = timeouts
        self._credential = credential
        self._headers = {header: prefix + credential}

    @classmethod
    def with_account_key(cls, http: httpx.Client, timeouts: Timeouts, api_key: str) -> Exchange:
        return cls(http, timeouts, header="X-API-KEY", credential=api_key, prefix="")

    def with_session_token(self, token: str) -> Exchange:
        """The same connections and timeouts, with a session token for the credential."""
        return Exchange(
            self._http, self._timeouts, header="Authorization", credential=token, prefix="Bearer "
        )

    def fetch(self, call: Call, parse: Callable[[object], T]) -> T:
        """Make the call and parse the envelope's data; `parse` may raise Malformed.

        Raises:
          errors.LiveAvatarError: in whichever form fits.
        """

        def read(answer: Answer) -> T:
            data = data_of(answer, is_needed=True, hidden=(self._credential, *call.hidden))
            try:
                return parse(data)
            except Malformed as malformed:
                raise unexpected(answer, malformed.field, str(malformed)) from malformed

        return self._persist(call, read)

    def send(self, call: Call) -> None:
        """Make a call whose success carries nothing; raises like `fetch`."""

        def read(answer: Answer) -> None:
            data_of(answer, is_needed=False, hidden=(self._credential, *call.hidden))

        self._persist(call, read)

    def _persist(self, call: Call, read: Callable[[Answer], T]) -> T:
        ends_at = time.monotonic() + self._timeouts.total
        for attempt in count(1):
            try:
                with deadline.until(ends_at):
                    return self._attempt(call, read, attempt)
            except errors.LiveAvatarError as error:
                chance = random.random()  # noqa: S311 - spreads retries, guards nothing
                wait = wait_before_retry(error, attempt, is_safe=call.is_safe, chance=chance)
                if wait is None or time.monotonic() + wait >= ends_at:
                    raise
            time.sleep(wait)
        raise AssertionError("unreachable: attempts are counted without end")

    def _attempt(self, call: Call, read: Callable[[Answer], T], attempt: int) -> T:
        began = time.monotonic()
        answer: Answer | None = None
        outcome = "interrupted"
        try:
            answer = self._answer(call)
            result = read(answer)
            outcome = "ok"
        except errors.LiveAvatarError as error:
            outcome = type(error).__name__
            raise
        finally:
            _log(call, attempt, outcome, answer, time.monotonic() - began)
        return result

    def _answer(self, call: Call) -> Answer:
        request = self._http.build_request(
            call.method,
            call.path,
            params={name: value for name, value in call.query.items() if value is not None},
            json=call.body,
            headers=self._headers,
            timeout=self._phases(),
        )
        try:
            response = self._http.send(request)
        except _BEFORE_SENDING as error:
            reason = f"not sent ({type(error).__name__}: {error})"
            raise errors.NeverSent(reason, method=call.method, route=call.route) from error
        except httpx.RequestError as error:
            reason = f"no whole answer ({type(error).__name__})"
            raise errors.OutcomeUnknown(reason, method=call.method, route=call.route) from error
        return Answer(
            call.method, call.route, response.status_code, response.headers, response.content
        )

    def _phases(self) -> httpx.Timeout:
        allowed = self._timeouts
        return httpx.Timeout(
            connect=allowed.connect,
            read=allowed.read,
            write=allowed.write,
            pool=min(allowed.pool, max(deadline.time_left(), 0.0)),
        )


def _log(call: Call, attempt: int, outcome: str, answer: Answer | None, seconds: float) -> None:
    # What the vendor did is an event, not an error: whether a person must act is not known here.
    logger.info(
        "cloud.called",
        extra={
            "method": call.method,
            "route": call.route,
            "attempt": attempt,
            "outcome": outcome,
            "status": answer.status if answer else None,
            "duration_ms": round(seconds * 1000, 1),
            "vendor_request_id": answer.request_id if answer else None,
        },
    )
