"""A file that is touched while a process without HTTP does its work; its age tells its health.

A worker touches it from its own timer, once it consumes. Beat touches it when it has published a
message, so that a beat whose broker is away grows old too.
"""

from pathlib import Path
from typing import Any

from celery import Celery, bootsteps
from celery.signals import after_task_publish, beat_init
from django.conf import settings

from liveavatar_web import cloud_trouble

SECONDS = 5


def install(app: Celery) -> None:
    """Gives the workers and the beat of `app` a heartbeat, where HEARTBEAT_FILE names the file."""
    app.steps["consumer"].add(WorkerHeartbeat)
    beat_init.connect(_watch_publications)


class WorkerHeartbeat(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery has no types
    """Begins when the consumer is connected, ends when it is not."""

    requires = {"celery.worker.consumer.tasks:Tasks"}

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._timer: Any = None

    def start(self, parent: Any) -> None:
        _touch()
        self._timer = parent.timer.call_repeatedly(SECONDS, _beat)

    def stop(self, _: Any) -> None:
        if self._timer is not None:
            self._timer.cancel()


def _beat() -> None:
    _touch()
    cloud_trouble.hand_over()


def _watch_publications(**_: Any) -> None:
    after_task_publish.connect(_touch)


def _touch(**_: Any) -> None:
    if settings.HEARTBEAT_FILE:
        Path(settings.HEARTBEAT_FILE).touch()
