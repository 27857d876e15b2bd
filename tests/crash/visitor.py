"""Somebody at the web process, with cookies and form tokens, who remembers every answer."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx


class Visitor:
    def __init__(self, address: str) -> None:
        self.answers: list[httpx.Response] = []
        self._http = httpx.Client(
            base_url=address, timeout=30, event_hooks={"response": [self._remember]}
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def get(self, path: str) -> httpx.Response:
        return self._http.get(path)

    def post(self, path: str, form: Mapping[str, Any] | None = None) -> httpx.Response:
        """Sends a form, with the token that every page sets."""
        return self._http.post(path, data=form, headers=self._token())

    def call(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Calls the API as a page does."""
        return self._http.post(path, json=body or {}, headers={**self._token(), **headers})

    def sign_in(self, email: str, password: str) -> None:
        self.get("/account/login/")
        answer = self.post("/account/login/", {"login": email, "password": password})
        assert answer.is_redirect, answer.text

    def _token(self) -> dict[str, str]:
        return {"X-CSRFToken": self._http.cookies["csrf"]}

    def _remember(self, answer: httpx.Response) -> None:
        answer.read()
        self.answers.append(answer)
