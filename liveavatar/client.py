"""The two clients: one holds the account's key, the other a single session's token."""

from __future__ import annotations

from decimal import Decimal
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Self

import httpx

from liveavatar.attempt import Attempt, Observer, log
from liveavatar.call import Call
from liveavatar.deadline import DeadlineTransport
from liveavatar.exchange import Exchange, Timeouts
from liveavatar.parsing import Fields
from liveavatar.resources import Avatars, Contexts, Secrets, Sessions
from liveavatar.types import StartedSession

CLOUD_URL = "https://api.liveavatar.com"

_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=40, keepalive_expiry=30.0)


class Client:
    """The LiveAvatar API with an account's key. Thread-safe; keeps its connections open.

    Args:
      api_key: of LiveAvatar; a HeyGen key is refused by the cloud with 401.
      base_url: the cloud, or what stands in for it.
      timeouts: seconds per phase, and for a call with all its retries.
      transport: carries the requests instead of the network. Only the own one can hold
        `timeouts.total` against a server that drips its answer.
      observe: told of every attempt beside the log, for whoever counts them.

    Raises:
      ValueError: the key cannot be sent in a header, or the URL is not a plain http(s) one.
    """

    def __init__(
        self,
        api_key: str,
        base_url: str = CLOUD_URL,
        timeouts: Timeouts | None = None,
        transport: httpx.BaseTransport | None = None,
        observe: Observer | None = None,
    ) -> None:
        self._base_url = _plain(base_url)
        self._http = httpx.Client(
            base_url=self._base_url,
            transport=transport or DeadlineTransport(_LIMITS),
            # A cookie set for one credential must not travel with another.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            trust_env=False,
        )
        self._exchange = Exchange.with_account_key(
            self._http, timeouts or Timeouts(), api_key, _telling(observe)
        )
        self.secrets = Secrets(self._exchange)
        self.contexts = Contexts(self._exchange)
        self.avatars = Avatars(self._exchange)
        self.sessions = Sessions(self._exchange)

    def session(self, session_token: str) -> SessionClient:
        """A client for one session, over the same connections."""
        return SessionClient(self._exchange.with_session_token(session_token))

    def credits(self) -> Decimal | None:
        """Credits left; None when the account is not counted in them."""
        return self._exchange.fetch(
            Call("GET", "/v1/users/credits"),
            lambda data: Fields(data).number_or_null("credits_left"),
        )

    def close(self) -> None:
        """Close the connections, those of the session clients included."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client(base_url={str(self._base_url)!r})"


class SessionClient:
    """What a session's token allows. Made by `Client.session`, closed with that client."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def start(self) -> StartedSession:
        """Start the session: the room opens and billing begins. A token starts once.

        https://docs.liveavatar.com/api-reference/sessions/start-session
        """
        return self._exchange.fetch(Call("POST", "/v1/sessions/start"), StartedSession.parse)

    def stop(self, reason: str = "USER_CLOSED") -> None:
        """End the session. One that is already over may be answered by errors.NotFound."""
        self._exchange.send(Call("POST", "/v1/sessions/stop", body={"reason": reason}))

    def keep_alive(self) -> None:
        """Reset the idle timer (5 minutes); the maximum duration stays as it is."""
        self._exchange.send(Call("POST", "/v1/sessions/keep-alive", body={}))


def _telling(observe: Observer | None) -> Observer:
    def tell(attempt: Attempt) -> None:
        log(attempt)
        if observe is not None:
            observe(attempt)

    return tell


def _plain(base_url: str) -> httpx.URL:
    url = httpx.URL(base_url)
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError("the base URL begins with http:// or https:// and names a host")
    if url.userinfo or url.query or url.fragment:
        raise ValueError("the base URL carries no user, query or fragment")
    return url
