"""People who register keys and write contexts in a storm, change them, and take them away again."""

import random
import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import httpx

from scripts.storm.insisting import insist
from scripts.visitor import Visitor

_ID = "[0-9a-f]{8}-[0-9a-f-]{27}"


@dataclass(frozen=True)
class Writing:
    """One key or one context; most of them are gone again in the end."""

    visitor: Visitor
    chance: random.Random
    refused: Counter[str]

    def live(self) -> None:
        name = str(UUID(int=self.chance.getrandbits(128)))
        if self.chance.random() < 0.5:
            self._key(name)
        else:
            self._context(name)

    def _key(self, name: str) -> None:
        answer = self._send("/keys/new/", {"name": name, "value": f"sk-sim-{name}"})
        if answer is None or (found := re.search(_ID, answer.headers.get("location", ""))) is None:
            # Also where an earlier try has registered it, and only its answer was lost.
            self.refused["a key"] += 1
            return
        self._pause()
        if self._is_given_up():
            self._send(f"/keys/{found[0]}/revoke/", {})

    def _context(self, name: str) -> None:
        words = {"name": name, "prompt": "Be brief.", "opening_text": "Hello."}
        self._send("/contexts/new", words)
        listed = insist(lambda: self.visitor.http.get("/contexts/"))
        found = re.search(f'/contexts/({_ID})/">{name}<', listed.text) if listed else None
        if found is None:
            self.refused["a context"] += 1
            return
        for number in range(self.chance.randint(0, 2)):
            self._pause()
            self._send(f"/contexts/{found[1]}/", {**words, "prompt": f"Be kind {number} times."})
        self._pause()
        if self._is_given_up():
            self._send(f"/contexts/{found[1]}/delete", {})

    def _send(self, path: str, form: Mapping[str, str]) -> httpx.Response | None:
        return insist(lambda: self.visitor.post(path, data=dict(form)))

    def _pause(self) -> None:
        """Sometimes none at all: what has just begun is changed or taken back."""
        time.sleep(self.chance.choice([0, self.chance.uniform(0, 4)]))

    def _is_given_up(self) -> bool:
        return self.chance.random() < 0.7
