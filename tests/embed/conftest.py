from typing import Any

import pytest
from django.core.cache import caches

from sessions_app.models import Widget
from sessions_app.services.acceptance import Wish
from tests import build
from tests.embed.visitor import Visitor


@pytest.fixture(autouse=True)
def nobody_throttled_yet() -> None:
    caches["default"].clear()


@pytest.fixture
def widget(wish: Wish, alice: Any) -> Widget:
    """Alice's widget on https://shop.example, which the cloud can start."""
    return build.widget(alice, wish)


@pytest.fixture
def visitor(widget: Widget) -> Visitor:
    return Visitor(widget)
