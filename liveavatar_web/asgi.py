"""The ASGI root: watch requests go to their own application, all else to Django."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liveavatar_web.settings")

django_application = get_asgi_application()

# Only importable once Django is set up.
from liveavatar_web import watch  # noqa: E402


async def application(scope: dict[str, Any], receive: watch.Receive, send: watch.Send) -> None:
    if scope["type"] == "http" and scope["path"].startswith("/watch/"):
        return await watch.application(scope, receive, send)
    return await django_application(scope, receive, send)  # type: ignore[arg-type]
