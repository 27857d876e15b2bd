import pytest

from accounts.models import User, Workspace
from sessions_app.services.avatar_sessions import Wish
from tests import build


@pytest.fixture
def plan(workspace: Workspace, alice: User) -> Wish:
    """A session that may be asked for, where no cloud is needed."""
    return Wish(
        avatar=build.avatar(),
        provider_key=build.provider_key(workspace, alice),
        max_seconds=120,
    )
