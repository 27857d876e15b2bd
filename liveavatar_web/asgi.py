"""The ASGI root: watch requests and metrics go to applications of their own, all else to Django."""

import gc
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liveavatar_web.settings")
django.setup(set_prefix=False)

# Only importable once Django is set up.
from django.urls import get_resolver  # noqa: E402

from liveavatar_web import metrics, watch  # noqa: E402
from liveavatar_web.handler import ThreadedHandler  # noqa: E402
from liveavatar_web.plain_asgi import Receive, Scope, Send  # noqa: E402

django_application = ThreadedHandler()
# Loads every view, before a first request would.
assert get_resolver().url_patterns
# What stays for as long as the process does is not gone through for garbage any more: that took an
# eighth of a second each time, while nobody was answered.
gc.collect()
gc.freeze()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        if scope["path"].startswith("/watch/"):
            return await watch.application(scope, receive, send)
        if scope["path"] == "/metrics":
            return await metrics.application(scope, receive, send)
    return await django_application(scope, receive, send)
