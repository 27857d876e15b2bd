"""What workers do for the project itself. `**_` lets a message of another release pass."""

from typing import Any

from celery import shared_task

from liveavatar_web import queues


@shared_task(name=queues.PING)
def ping(*, name: str, **_: Any) -> None:
    queues.answered(name)
