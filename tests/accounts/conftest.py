from uuid import uuid4

import pytest
from django.core.cache import caches

from accounts.models import User, Workspace
from liveavatar_web import bell
from sessions_app.services.acceptance import Wish
from tests import build

Bells = list[tuple[str, dict[str, int]]]


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> Bells:
    """The tasks that were rung for, as name and ids, instead of a broker with nobody behind it."""
    rung: Bells = []

    def note(task: str, *, queue: str, **ids: int) -> None:
        rung.append((task, ids))

    monkeypatch.setattr(bell, "ring", note)
    return rung


@pytest.fixture(autouse=True)
def forgotten_attempts(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rate limits count in Redis, which outlives a test and is shared by those beside it."""
    monkeypatch.setattr(caches["default"], "key_prefix", uuid4().hex)


@pytest.fixture
def plan(workspace: Workspace, alice: User) -> Wish:
    """A session that may be asked for, where no cloud is needed."""
    key = build.provider_key(workspace, alice)
    return Wish(avatar=build.avatar(), provider_key=key, max_seconds=120)
