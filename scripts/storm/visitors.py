"""People who talk through a storm: they insist, talk for a while, and leave somehow."""

import random
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from scripts.storm.insisting import insist, once
from scripts.visitor import Visitor

GIVES_UP_SECONDS = 40
RENEWS_SECONDS = 1.5
_OVER = {"ended", "failed"}


@dataclass(frozen=True)
class Conversation:
    """One session, from the click to whichever way of leaving chance has for it."""

    visitor: Visitor
    chance: random.Random
    refused: Counter[str]

    def live(self) -> None:
        session = self._ask()
        if session is None:
            return
        address = f"/api/sessions/{session['id']}"
        if self._is_let_in(address):
            insist(lambda: self.visitor.http.get(f"{address}/room"))
            insist(lambda: self.visitor.post(f"{address}/timeline", json=_joined_now()))
            self._talk(address, seconds=self.chance.uniform(0.5, 6))
        self._leave(address)

    def _ask(self) -> dict[str, Any] | None:
        key = str(UUID(int=self.chance.getrandbits(128)))
        answer = insist(lambda: self.visitor.ask_for_session(key))
        if answer is None or answer.status_code != 202:
            self.refused["no answer" if answer is None else str(answer.status_code)] += 1
            return None
        return dict(answer.json())

    def _is_let_in(self, address: str) -> bool:
        until = time.monotonic() + GIVES_UP_SECONDS
        while time.monotonic() < until:
            self._renew(address)
            answer = insist(lambda: self.visitor.http.get(address))
            state = answer.json()["state"] if answer is not None and answer.is_success else ""
            if state == "live" or state in _OVER:
                return state == "live"
            time.sleep(0.3)
        return False

    def _talk(self, address: str, *, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._renew(address)
            time.sleep(min(left, RENEWS_SECONDS))

    def _leave(self, address: str) -> None:
        """Ends it, says goodbye, or is gone without a word; a second click does no harm."""
        match self.chance.choices(["stop", "twice", "goodbye", "vanish"], [5, 2, 2, 2])[0]:
            case "stop":
                insist(lambda: self.visitor.post(f"{address}/stop"))
            case "twice":
                for _ in range(2):
                    insist(lambda: self.visitor.post(f"{address}/stop"))
            case "goodbye":
                once(lambda: self.visitor.post(f"{address}/presence", json={"gone": True}))

    def _renew(self, address: str) -> None:
        once(lambda: self.visitor.post(f"{address}/presence", json={}))


def _joined_now() -> dict[str, str]:
    now = datetime.now(UTC).isoformat()
    return {"told": now, "joined": now}
