"""Many who ask for a session at the same moment, in threads of a process of their own."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from accounts.models import ProviderKey, User
from accounts.services.callers import Caller
from sessions_app.models import Avatar, AvatarSession, Widget
from sessions_app.services import acceptance
from sessions_app.services.acceptance import Wish
from sessions_app.services.limits import QuotaReached, Stranger
from tests import build
from tests.sessions_app.racing import race


@dataclass(frozen=True)
class Crowd:
    """How many there are, and what they ask for; at a widget they are strangers to each other."""

    size: int
    user: int
    avatar: int
    provider_key: int
    widget: int | None = None
    settings: dict[str, Any] = field(default_factory=dict)


def ask_at_once(crowd: Crowd) -> Counter[str]:
    """How often each state, or each reason for a refusal, was the answer."""
    wish = Wish(
        avatar=Avatar.objects.get(pk=crowd.avatar),
        provider_key=ProviderKey.objects.select_related("workspace").get(pk=crowd.provider_key),
        max_seconds=120,
    )
    user = User.objects.get(pk=crowd.user)

    def ask() -> str:
        try:
            if crowd.widget is None:
                return build.avatar_session(user, wish).state
            return _ask_as_stranger(Widget.objects.get(pk=crowd.widget), wish).state
        except QuotaReached as refused:
            return refused.code

    with override_settings(**crowd.settings):
        return Counter(race(ask, runners=crowd.size))


def _ask_as_stranger(widget: Widget, wish: Wish) -> AvatarSession:
    with transaction.atomic():
        return acceptance.accept(
            caller=Caller(user=None, label="a visitor"),
            workspace=wish.provider_key.workspace,
            wish=wish,
            idempotency_key=str(uuid4()),
            now=timezone.now(),
            stranger=Stranger(widget, visitor=uuid4().hex),
        )
