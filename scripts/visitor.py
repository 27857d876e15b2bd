"""Somebody with an HTTP client: signs in to a running stack and uses its API as a page does."""

import time
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx

from scripts.stack import Stack

KEY_READY_SECONDS = 30


class Visitor:
    """The demo workspace's owner, with one warm connection pool."""

    def __init__(self, running: Stack) -> None:
        self.http = httpx.Client(base_url=running.address, timeout=40)
        password = Path(running.environment["VAR_DIR"], "demo-password").read_text().strip()
        self.http.get("/account/login/")
        signed_in = self.post(
            "/account/login/", data={"login": "demo@example.com", "password": password}
        )
        assert signed_in.status_code == 302, signed_in.text
        self.choices = self._choices()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def start(self) -> dict[str, Any]:
        """Asks for a session; returns what the 202 says."""
        accepted = self.ask_for_session(str(uuid4()))
        assert accepted.status_code == 202, accepted.text
        return dict(accepted.json())

    def ask_for_session(self, key: str) -> httpx.Response:
        """The same key asks for the same session again."""
        return self.post("/api/sessions", json=self.choices, headers={"Idempotency-Key": key})

    def until_live(self, session: dict[str, Any]) -> dict[str, Any]:
        """Watches as the room page does, until the state it read is `live`."""
        version = session["version"]
        while session["state"] != "live":
            assert session["state"] in {"requested", "starting"}, session
            watched = self.http.get(session["watch_url"], params={"after": version})
            if watched.status_code == 200:
                version = watched.json()["version"]
                session = self.http.get(f"/api/sessions/{session['id']}").json()
        return session

    def stop(self, session: dict[str, Any]) -> None:
        self.post(f"/api/sessions/{session['id']}/stop").raise_for_status()

    def timed_start(self) -> float:
        """Seconds from the click to `live` in the browser; the session is stopped afterwards."""
        clicked = time.perf_counter()
        session = self.until_live(self.start())
        seconds = time.perf_counter() - clicked
        self.stop(session)
        return seconds

    def post(self, path: str, **given: Any) -> httpx.Response:
        headers = {
            "X-CSRFToken": self.http.cookies.get("csrf", ""),
            "Referer": str(self.http.base_url),
            **given.pop("headers", {}),
        }
        return self.http.post(path, headers=headers, **given)

    def _choices(self) -> dict[str, str]:
        """The first avatar and key that the form for a session offers, once the key is ready."""
        until = time.monotonic() + KEY_READY_SECONDS
        while "No key is ready" in (page := self.http.get("/sessions/new").text):
            assert time.monotonic() < until, "the demo's key does not become ready"
            time.sleep(0.1)
        return {
            "avatar": _after(page, 'name="avatar" value="'),
            "provider_key": _key(page),
        }


def _after(page: str, mark: str) -> str:
    assert mark in page, f"the form has no {mark}"
    return page.split(mark, 1)[1].split('"', 1)[0]


def _key(page: str) -> str:
    return _after(page.split('name="provider_key"', 1)[1], 'value="')
