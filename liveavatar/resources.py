"""The cloud's resources: one method per endpoint.

Every method raises errors.LiveAvatarError in whichever form fits. Endpoints and fields are those
of https://api.liveavatar.com/openapi.json; other sources stand at the method that needs them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Literal, TypeVar

from liveavatar.call import Call
from liveavatar.exchange import Exchange
from liveavatar.parsing import Fields, each
from liveavatar.types import (
    Avatar,
    Context,
    ContextSummary,
    LiteSession,
    MintedSession,
    Page,
    Secret,
    SecretSummary,
    SessionEntry,
    Transcript,
)

T = TypeVar("T")

LARGEST_PAGE = 100


class _Resource:
    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange


class Secrets(_Resource):
    """Provider keys stored with the cloud. https://docs.liveavatar.com/docs/core-concepts/secrets"""

    def create(self, *, name: str, value: str, kind: str = "OPENAI_API_KEY") -> Secret:
        """Store a key. The cloud does not try it, and two may bear one name."""
        body = {"secret_name": name, "secret_value": value, "secret_type": kind}
        call = Call("POST", "/v1/secrets", body=body, hidden=(value,))
        return self._exchange.fetch(call, Secret.parse)

    def list(self) -> tuple[SecretSummary, ...]:
        """All stored keys, newest first; this list has no pages."""
        return self._exchange.fetch(
            Call("GET", "/v1/secrets"), lambda data: each(data, SecretSummary.parse)
        )

    def delete(self, secret_id: str) -> None:
        """Delete a key; whatever still refers to it is not warned."""
        self._exchange.send(Call("DELETE", "/v1/secrets/{secret_id}", {"secret_id": secret_id}))


class Contexts(_Resource):
    """Instructions for avatars. https://docs.liveavatar.com/docs/core-concepts/contexts"""

    _one = "/v1/contexts/{context_id}"

    def list(self, *, page: int = 1, page_size: int = LARGEST_PAGE) -> Page[ContextSummary]:
        return _page(self._exchange, "/v1/contexts", ContextSummary.parse, page, page_size)

    def iterate(self) -> Iterator[ContextSummary]:
        """All contexts, page by page as they are asked for."""
        return _all_pages(lambda page: self.list(page=page))

    def create(self, *, name: str, prompt: str, opening_text: str) -> Context:
        body = {"name": name, "prompt": prompt, "opening_text": opening_text}
        return self._exchange.fetch(Call("POST", "/v1/contexts", body=body), Context.parse)

    def get(self, context_id: str) -> Context:
        return self._exchange.fetch(
            Call("GET", self._one, {"context_id": context_id}), Context.parse
        )

    def update(self, context_id: str, *, name: str, prompt: str, opening_text: str) -> Context:
        """Replace all three texts: the cloud's PATCH asks for every one of them."""
        body = {"name": name, "prompt": prompt, "opening_text": opening_text}
        call = Call("PATCH", self._one, {"context_id": context_id}, body=body)
        return self._exchange.fetch(call, Context.parse)

    def delete(self, context_id: str) -> None:
        self._exchange.send(Call("DELETE", self._one, {"context_id": context_id}))


class Avatars(_Resource):
    """The catalogue. https://docs.liveavatar.com/docs/core-concepts/avatars"""

    def public(self) -> Iterator[Avatar]:
        """The stock avatars, page by page as they are asked for."""
        return self._all("/v1/avatars/public")

    def own(self) -> Iterator[Avatar]:
        """The account's own avatars, page by page as they are asked for."""
        return self._all("/v1/avatars")

    def get(self, avatar_id: str) -> Avatar:
        """One avatar. Being able to see it does not prove that it may be used."""
        call = Call("GET", "/v1/avatars/{avatar_id}", {"avatar_id": avatar_id})
        return self._exchange.fetch(call, lambda data: Avatar.parse(Fields(data)))

    def _all(self, route: str) -> Iterator[Avatar]:
        return _all_pages(
            lambda page: _page(self._exchange, route, Avatar.parse, page, LARGEST_PAGE)
        )


class Sessions(_Resource):
    """Sessions, seen with the account's key. Starting one takes its own token: SessionClient."""

    def mint(self, session: LiteSession) -> MintedSession:
        """Get a session's id and token; free, and nothing runs yet.

        https://docs.liveavatar.com/api-reference/sessions/create-session-token
        """
        call = Call("POST", "/v1/sessions/token", body=session.as_json())
        return self._exchange.fetch(call, MintedSession.parse)

    def stop(self, session_id: str, reason: str = "USER_CLOSED") -> None:
        """End a session. One that is already over may be answered by errors.NotFound."""
        body = {"session_id": session_id, "reason": reason}
        self._exchange.send(Call("POST", "/v1/sessions/stop", body=body))

    def keep_alive(self, session_id: str) -> None:
        """Reset the idle timer (5 minutes); the maximum duration stays as it is."""
        body = {"session_id": session_id}
        self._exchange.send(Call("POST", "/v1/sessions/keep-alive", body=body))

    def list(
        self,
        kind: Literal["active", "historic"],
        *,
        page: int = 1,
        page_size: int = LARGEST_PAGE,
        avatar_id: str | None = None,
        context_id: str | None = None,
    ) -> Page[SessionEntry]:
        query = {"type": kind, "avatar_id": avatar_id, "context_id": context_id}
        return _page(self._exchange, "/v1/sessions", SessionEntry.parse, page, page_size, query)

    def iterate(self, kind: Literal["active", "historic"]) -> Iterator[SessionEntry]:
        """All sessions of the kind, page by page as they are asked for."""
        return _all_pages(lambda page: self.list(kind, page=page))

    def get(self, session_id: str) -> SessionEntry:
        call = Call("GET", "/v1/sessions/{session_id}", {"session_id": session_id})
        return self._exchange.fetch(call, lambda data: SessionEntry.parse(Fields(data)))

    def transcript(self, session_id: str) -> Transcript:
        """The conversation as the cloud kept it; announced for FULL sessions only."""
        call = Call("GET", "/v1/sessions/{session_id}/transcript", {"session_id": session_id})
        return self._exchange.fetch(call, Transcript.parse)


def _page(
    exchange: Exchange,
    route: str,
    parse: Callable[[Fields], T],
    page: int,
    page_size: int,
    query: dict[str, str | None] | None = None,
) -> Page[T]:
    call = Call("GET", route, query={**(query or {}), "page": page, "page_size": page_size})
    return exchange.fetch(call, Page.parser(parse))


def _all_pages(read: Callable[[int], Page[T]]) -> Iterator[T]:
    # By number: the address of the next page in the answer could lead the key to another host.
    for number in count(1):
        page = read(number)
        yield from page.items
        if not page.has_more:
            return
