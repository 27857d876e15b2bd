"""Waits for something to change: one request per page, held open without a thread.

    GET /watch/<signed topic>?after=<version>

answers `{"version": n}` at once if the version is above `after`, else waits up to 25 s for a nudge
over Redis pub/sub and reads again; 204 when nothing happened. The signature is the permission: it
is made by a view that knew who asked, and it runs out. Subscribing comes before reading, so a
change between the two is never missed, and a lost nudge costs no more than the wait.

An ASGI application of its own, because an async Django view holds a thread per waiting request.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final
from urllib.parse import parse_qs

import redis
import redis.asyncio
import structlog
from django.conf import settings
from django.core import signing
from django.db import close_old_connections, transaction

from liveavatar_web.plain_asgi import Receive, Scope, Send, answer

log = structlog.get_logger(__name__)

WAIT_SECONDS: Final = 25
ADDRESS_SECONDS: Final = 900
_CHANNEL: Final = "liveavatar-web:watch"
_SALT: Final = "watch"

# What is watched: its kind, and its public id or the key of what has none.
Topic = tuple[str, object]
Reader = Callable[[str], int | None]
ViewersReader = Callable[[str, str], int | None]
_readers: dict[str, Reader] = {}
_viewers_readers: dict[str, ViewersReader] = {}


class _NotTheirsAnyMore(Exception):
    """The address was made for somebody who may not watch this topic any more."""


def register(kind: str, reader: Reader, for_viewer: ViewersReader | None = None) -> None:
    """Says how the version of a topic `<kind>:<id>` is read; None means that it is gone.

    `for_viewer(viewer, id)` reads it for addresses with a viewer; None means, too, that they may
    not know it (any more).
    """
    _readers[kind] = reader
    if for_viewer is not None:
        _viewers_readers[kind] = for_viewer


def address(kind: str, identifier: object, *, viewer: object = "") -> str:
    """A watch address for one page. Give it only to somebody who may know that this changed.

    With a `viewer`, a person's public id, it ends at once when they may not know it any more.
    """
    signed = signing.dumps([f"{kind}:{identifier}", str(viewer)], salt=_SALT)
    return f"/watch/{signed}"


def nudge(*topics: Topic) -> None:
    """Wakes the waiters of these topics once the current transaction has committed."""
    # Not a partial: where a robust hook fails, Django asks it for a name that partials have not.
    transaction.on_commit(lambda: _publish(topics), robust=True)


_publisher: redis.Redis | None = None


def _publish(topics: tuple[Topic, ...]) -> None:
    global _publisher
    if _publisher is None:
        _publisher = redis.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=0.5, socket_timeout=0.5
        )
    try:
        _publisher.publish(
            _CHANNEL, " ".join(f"{kind}:{identifier}" for kind, identifier in topics)
        )
    except redis.RedisError as error:
        log.warning("watch.nudge_lost", topics=topics, error=type(error).__name__)


def _read(topic: str, viewer: str) -> int | None:
    kind, _, identifier = topic.partition(":")
    close_old_connections()
    try:
        if not viewer or kind not in _viewers_readers:
            return _readers[kind](identifier)
        version = _viewers_readers[kind](viewer, identifier)
        if version is None:
            raise _NotTheirsAnyMore
        return version
    finally:
        close_old_connections()


class Waiters:
    """The waiting requests of one process, woken by its one subscription."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._listener: asyncio.Task[None] | None = None
        self._subscribed = asyncio.Event()

    async def join(self, topic: str) -> asyncio.Event:
        if self._listener is None or self._listener.done():
            self._subscribed.clear()
            self._listener = asyncio.create_task(self._listen())
        if not self._subscribed.is_set():
            # Without Redis the answer is still right, only later: the row is read after the wait.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._subscribed.wait(), timeout=1)
        event = asyncio.Event()
        self._waiting[topic].add(event)
        return event

    def leave(self, topic: str, event: asyncio.Event) -> None:
        waiting = self._waiting[topic]
        waiting.discard(event)
        if not waiting:
            del self._waiting[topic]

    async def _listen(self) -> None:
        while True:
            try:
                client = redis.asyncio.Redis.from_url(
                    settings.REDIS_URL, socket_connect_timeout=2, health_check_interval=10
                )
                async with client, client.pubsub(ignore_subscribe_messages=True) as subscription:
                    await subscription.subscribe(_CHANNEL)
                    self._subscribed.set()
                    self._wake_all()
                    async for message in subscription.listen():
                        for topic in message["data"].decode().split():
                            self._wake(topic)
            except (redis.RedisError, OSError) as error:
                log.warning("watch.subscription_lost", error=type(error).__name__)
                self._subscribed.clear()
                await asyncio.sleep(1)

    def _wake(self, topic: str) -> None:
        for event in self._waiting.get(topic, ()):
            event.set()

    def _wake_all(self) -> None:
        """After a gap in the subscription anything may have changed."""
        for topic in list(self._waiting):
            self._wake(topic)


_waiters = Waiters()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application behind /watch/."""
    if scope["method"] != "GET":
        return await _answer(send, 405)
    try:
        signed = scope["path"].removeprefix("/watch/")
        topic, viewer = signing.loads(signed, salt=_SALT, max_age=ADDRESS_SECONDS)
        after = int(parse_qs(scope["query_string"].decode()).get("after", ["0"])[0])
    except signing.SignatureExpired:
        return await _answer(send, 410)
    except (signing.BadSignature, ValueError):
        return await _answer(send, 403)
    try:
        version = await _wait(topic, viewer, after, receive)
    except _NotTheirsAnyMore:
        return await _answer(send, 410)
    if version is None:
        return await _answer(send, 204)
    return await _answer(send, 200, {"version": version})


async def _wait(topic: str, viewer: str, after: int, receive: Receive) -> int | None:
    """The version once it is above `after`; None when time ran out or the browser went away."""
    read = partial(asyncio.get_running_loop().run_in_executor, None, _read, topic, viewer)
    event = await _waiters.join(topic)
    gone = asyncio.create_task(_disconnected(receive, event))
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            while not gone.done():
                event.clear()
                version = await read()
                if version is None or version > after:
                    return version
                await event.wait()
            return None
    except TimeoutError:
        # Once more, for a nudge may have been lost.
        version = await read()
        return version if version is not None and version > after else None
    finally:
        gone.cancel()
        _waiters.leave(topic, event)


async def _disconnected(receive: Receive, event: asyncio.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    event.set()


async def _answer(send: Send, status: int, body: dict[str, int] | None = None) -> None:
    content = json.dumps(body).encode() if body else b""
    await answer(send, status, content, headers={"content-type": "application/json"})
