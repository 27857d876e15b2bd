"""Somebody who starts sessions as a page does, over a lean connection of their own."""

import time
from typing import Self

from bench.wire import Wire
from scripts.visitor import Visitor


class Person:
    """The demo workspace's owner at one more page."""

    def __init__(self, wire: Wire, choices: dict[str, str]) -> None:
        self._wire = wire
        self._choices = choices

    @classmethod
    async def at_page_of(cls, visitor: Visitor) -> Self:
        cookies = visitor.http.cookies
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "X-CSRFToken": cookies["csrf"],
            "Accept": "application/json",
        }
        return cls(await Wire.open(str(visitor.http.base_url), headers), visitor.choices)

    async def start(self) -> str:
        """The click, and all that the page asks until the state it has read is `live`."""
        accepted = await self._wire.ask("POST", "/api/sessions", **self._choices)
        assert accepted.status == 202, accepted.body
        session = accepted.json()
        version = session["version"]
        while session["state"] != "live":
            assert session["state"] in {"requested", "starting"}, session
            watched = await self._wire.ask("GET", f"{session['watch_url']}?after={version}")
            assert watched.status == 200, watched
            version = watched.json()["version"]
            session = (await self._wire.ask("GET", f"/api/sessions/{session['id']}")).json()
        return str(session["id"])

    async def timed_start(self) -> float:
        """Seconds from the click to `live` in the page; the session is stopped afterwards."""
        clicked = time.perf_counter()
        session = await self.start()
        seconds = time.perf_counter() - clicked
        stopped = await self._wire.ask("POST", f"/api/sessions/{session}/stop")
        assert stopped.status == 202, stopped.body
        return seconds

    def leave(self) -> None:
        self._wire.close()
