"""Django behind ASGI with one change of threads a request.

Django's own handler goes back and forth between the event loop and a thread made for the request:
at its signals, around the middleware, at the view and at the end, although all that is ours is
synchronous. Here a whole request runs in one thread out of a pool. The threads live on, and with
them what Django builds once a thread; the database's connection is given back after each request.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Final

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.db import close_old_connections
from django.http import FileResponse
from django.urls import set_script_prefix

from liveavatar_web.plain_asgi import Receive, Scope, Send

# More than the database's connections: some wait for other things, such as a check of a key.
THREADS: Final = 64


class ThreadedHandler(ASGIHandler):
    """For synchronous views and middleware; an asynchronous view would get a loop of its own."""

    def __init__(self) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002 (never)
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # type: ignore[override]  # plainer types than asgiref's
        assert scope["type"] == "http", "only HTTP is served here"
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        with body:
            response = await self._in_thread(self._respond, scope, body)
            if response.streaming:
                await self._stream(response, receive, send)
            else:
                await self.send_response(response, send)  # type: ignore[arg-type]  # as above

    async def _in_thread(self, work: Callable[..., Any], *arguments: Any) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, copy_context().run, work, *arguments)

    def _respond(self, scope: Scope, body: Any) -> Any:
        """The response; closed already, where its content is all there."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, body)
        response: Any = self.get_response(request) if request is not None else refusal
        response._handler_class = self.__class__
        if not response.streaming:
            response.close()
            return response
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
            content: Any = response.streaming_content
            response.streaming_content = self._parts(content)
        # Whatever the rest is read by has a thread, and a connection, of its own.
        close_old_connections()
        return response

    async def _stream(self, response: Any, receive: Receive, send: Send) -> None:
        """Sends part by part, for as long as somebody takes them."""
        async with ThreadSensitiveContext():
            sending = asyncio.create_task(self.send_response(response, send))  # type: ignore[arg-type]  # as above
            gone = asyncio.ensure_future(receive())
            try:
                await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
                if sending.done():
                    sending.result()
            finally:
                sending.cancel()
                gone.cancel()
                await asyncio.wait({sending, gone})
                await sync_to_async(response.close)()

    async def _parts(self, content: Iterator[bytes]) -> AsyncIterator[bytes]:
        """Of a file, which Django would first read to its end."""
        while (part := await self._in_thread(next, content, None)) is not None:
            yield part
