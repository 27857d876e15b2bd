from collections.abc import Iterator
from typing import Any

import pytest
from celery.signals import before_task_publish

from accounts.models import User, Workspace
from sessions_app.services.acceptance import Wish
from tests import build

Bell = tuple[str, str, dict[str, Any]]


@pytest.fixture
def plan(workspace: Workspace, alice: User) -> Wish:
    """A session that may be asked for, where no cloud is needed."""
    return Wish(
        avatar=build.avatar(),
        provider_key=build.provider_key(workspace, alice),
        max_seconds=120,
    )


@pytest.fixture
def bells() -> Iterator[list[Bell]]:
    """Every bell that is rung during the test: task, queue and ids."""
    heard: list[Bell] = []

    def hear(sender: str, body: Any, routing_key: str, **_: Any) -> None:
        heard.append((sender, routing_key, body[1]))

    before_task_publish.connect(hear)
    yield heard
    before_task_publish.disconnect(hear)


@pytest.fixture
def ida(db: None) -> User:
    """May only look."""
    return build.user("ida", is_staff=True)
