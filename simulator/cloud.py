"""Everything the simulated cloud holds, in memory."""

import asyncio
from collections import Counter
from decimal import Decimal
from typing import TypeVar

from aiohttp import web

from simulator.catalogue import AVATARS
from simulator.clock import Clock
from simulator.envelope import NotFound
from simulator.faults import Faults
from simulator.records import Avatar, Context, Secret, Session
from simulator.settings import Latency, Switches

STARTING_CREDITS = Decimal(1000)

T = TypeVar("T")


class Cloud:
    """One account's world, and how this cloud is set."""

    def __init__(self, switches: Switches, latency: Latency, public_url: str | None = None) -> None:
        self.switches = switches
        self.latency = latency
        self.public_url = public_url
        self.faults = Faults()
        self.calls: Counter[tuple[str, int]] = Counter()
        self.changed = asyncio.Event()
        self._first = (switches.as_dict(), latency.as_dict())
        self.reset()

    def reset(self) -> None:
        """Forget everything and return to the settings the process was started with."""
        self.clock = Clock()
        self.secrets: dict[str, Secret] = {}
        self.contexts: dict[str, Context] = {}
        self.avatars: dict[str, Avatar] = {each.id: each for each in AVATARS}
        self.sessions: dict[str, Session] = {}
        self.active: dict[str, Session] = {}
        self.credits = STARTING_CREDITS
        self.calls.clear()
        self.faults.clear(then="drop")
        self.switches.adjust(self._first[0])
        self.latency.adjust(self._first[1])

    def secret(self, secret_id: str) -> Secret:
        """Return the secret, or raise `NotFound`."""
        return _found(self.secrets, secret_id, "Secret")

    def context(self, context_id: str) -> Context:
        """Return the context, or raise `NotFound`."""
        return _found(self.contexts, context_id, "Context")

    def avatar(self, avatar_id: str) -> Avatar:
        """Return the avatar, or raise `NotFound`."""
        return _found(self.avatars, avatar_id, "Avatar")

    def session(self, session_id: str) -> Session:
        """Return the session, started or not, or raise `NotFound`."""
        return _found(self.sessions, session_id, "Session")

    def address(self, request: web.Request) -> str:
        """Return the simulator's own http address, by the name the caller used for it."""
        return self.public_url or f"{request.scheme}://{request.host}"


def _found(shelf: dict[str, T], key: str, what: str) -> T:
    try:
        return shelf[key]
    except KeyError:
        raise NotFound(what) from None


CLOUD: web.AppKey[Cloud] = web.AppKey("cloud", Cloud)
