import uuid
from typing import Any

import pytest
import redis
from django.db import transaction

from accounts import watch_topics
from accounts.models import ProviderKey, User, Workspace
from accounts.services import changes
from liveavatar_web import watch
from tests import build


@pytest.fixture
def heard(settings: Any) -> Any:
    """Reads the next topics that watchers are woken for."""
    with redis.Redis.from_url(settings.REDIS_URL) as client, client.pubsub() as subscription:
        subscription.subscribe("liveavatar-web:watch")
        subscription.get_message(timeout=5)

        def next_topics(count: int) -> list[str]:
            messages = [subscription.get_message(timeout=5) for _ in range(count)]
            return [message["data"].decode() for message in messages]

        yield next_topics


@pytest.mark.django_db(transaction=True)
def test_a_change_wakes_the_watchers_once_it_is_committed(heard: Any) -> None:
    workspace, key_id = build.workspace(), uuid.uuid4()

    with transaction.atomic():
        changes.announce(workspace.pk, ("provider_key", key_id))

    topics = f"workspace:{workspace.public_id} provider_key:{key_id} installation:all"
    assert heard(1) == [topics]
    workspace.refresh_from_db()
    assert workspace.version == 2


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_undone_wakes_nobody(heard: Any) -> None:
    undone, done = build.workspace(), build.workspace()

    with transaction.atomic():
        changes.announce(undone.pk)
        transaction.set_rollback(True)
    with transaction.atomic():
        changes.announce(done.pk)

    assert heard(1) == [f"workspace:{done.public_id} installation:all"]


def test_versions_are_read_by_public_id(workspace: Workspace, alice: User) -> None:
    key = build.provider_key(workspace, alice)
    ProviderKey.objects.filter(pk=key.pk).update(version=5)

    assert watch_topics is not None
    assert watch._readers["workspace"](str(workspace.public_id)) == 1
    assert watch._readers["provider_key"](str(key.public_id)) == 5
    assert watch._readers["provider_key"](str(uuid.uuid4())) is None
