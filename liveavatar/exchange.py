"""One call to the cloud: attempts, deadline, brief retries, each attempt told to who observes."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import httpx

from liveavatar import deadline, errors
from liveavatar.answers import Answer, data_of, unexpected
from liveavatar.attempt import Attempt, Observer, log
from liveavatar.call import Call
from liveavatar.parsing import Malformed
from liveavatar.retry import wait_before_retry

T = TypeVar("T")

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


class Exchange:
    """Makes calls with one credential, over an httpx client that may be shared. Thread-safe."""

    def __init__(
        self,
        http: httpx.Client,
        timeouts: Timeouts,
        observe: Observer,
        *,
        header: str,
        credential: str,
        prefix: str,
    ) -> None:
        # The HTTP library's own error would quote a header that it cannot send.
        if not re.fullmatch(r"[!-~]+", credential):
            raise ValueError("a credential is printable ASCII without spaces, and not empty")
        self._http = http
        self._timeouts = timeouts
        self._observe = observe
        self._credential = credential
        self._headers = {header: prefix + credential}

    @classmethod
    def with_account_key(
        cls, http: httpx.Client, timeouts: Timeouts, api_key: str, observe: Observer = log
    ) -> Exchange:
        return cls(http, timeouts, observe, header="X-API-KEY", credential=api_key, prefix="")

    def with_session_token(self, token: str) -> Exchange:
        """The same connections and timeouts, with a session token for the credential."""
        return Exchange(
            self._http,
            self._timeouts,
            self._observe,
            header="Authorization",
            credential=token,
            prefix="Bearer ",
        )

    def fetch(self, call: Call, parse: Callable[[object], T]) -> T:
        """Make the call and parse the envelope's data; `parse` may raise Malformed.

        Raises:
          errors.LiveAvatarError: in whichever form fits.
        """

        def read(answer: Answer) -> T:
            data = data_of(answer, hidden=(self._credential, *call.hidden))
            try:
                return parse(data)
            except Malformed as malformed:
                raise unexpected(answer, malformed.field, str(malformed)) from malformed

        return self._persist(call, read)

    def send(self, call: Call) -> None:
        """Make a call whose success carries nothing; raises like `fetch`."""
        self.fetch(call, lambda _: None)

    def _persist(self, call: Call, read: Callable[[Answer], T]) -> T:
        ends_at = time.monotonic() + self._timeouts.total
        attempt = 1
        while True:
            try:
                with deadline.until(ends_at):
                    return self._attempt(call, read, attempt)
            except errors.LiveAvatarError as error:
                chance = random.random()  # noqa: S311 - spreads retries, guards nothing
                wait = wait_before_retry(error, attempt, is_safe=call.is_safe, chance=chance)
                if wait is None or time.monotonic() + wait >= ends_at:
                    raise
            time.sleep(wait)
            attempt += 1

    def _attempt(self, call: Call, read: Callable[[Answer], T], number: int) -> T:
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
            self._observe(
                Attempt(
                    call.method,
                    call.route,
                    number,
                    outcome,
                    status=None if answer is None else answer.status,
                    seconds=time.monotonic() - began,
                    vendor_request_id=None if answer is None else answer.request_id,
                )
            )
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
