"""A session's page tells its whole story, to each as much of it as is theirs to know."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditPersonalData, User
from sessions_app.models import AvatarSession
from sessions_app.services import contexts, openai_costs, stories
from sessions_app.services.acceptance import Wish
from sessions_app.services.contexts import Script
from tests import build


@pytest.mark.parametrize(
    ("model", "seconds", "dollars"),
    [
        ("gpt-realtime", 120, "3.0000"),
        ("gpt-realtime-2025-08-28", 60, "1.5000"),
        ("gpt-realtime-mini", 90, "0.2250"),
        ("gpt-realtime", 1, "0.0250"),
        ("gpt-realtime", 0, None),
        ("another-model", 60, None),
    ],
)
def test_openais_cost_is_estimated_from_the_billed_time(
    model: str, seconds: int, dollars: str | None, settings: Any
) -> None:
    settings.OPENAI_PRICES = {
        "gpt-realtime": (Decimal(1), Decimal(2)),
        "gpt-realtime-mini": (Decimal("0.1"), Decimal("0.2")),
    }
    estimate = openai_costs.of(AvatarSession(model=model, billed_seconds=seconds))

    assert (str(estimate.dollars) if estimate else None) == dollars


@pytest.fixture
def session(bob: User, plan: Wish) -> AvatarSession:
    """Bob's, as he just asked for it from an address of his own."""
    return build.avatar_session(bob, plan)


def page(session: AvatarSession, reader: User) -> str:
    client = Client()
    client.force_login(reader)
    return str(client.get(f"/sessions/{session.public_id}/").content.decode())


def test_the_address_is_shown_to_those_who_may_read_the_audit_trail_until_it_is_erased(
    session: AvatarSession, people: SimpleNamespace
) -> None:
    AuditPersonalData.objects.update(address="192.0.2.7")

    assert "192.0.2.7" in page(session, people.auditor)
    assert "192.0.2.7" not in page(session, people.colleague)

    AuditPersonalData.objects.all().delete()

    assert "erased, or never kept" in page(session, people.auditor)


def test_the_prompt_is_shown_as_it_was_used_whatever_became_of_the_context(
    session: AvatarSession, alice: User
) -> None:
    context = build.context(session.workspace, alice, prompt="Be brief.")
    AvatarSession.objects.update(context=context, context_number=1)
    caller, now = build.caller(alice), timezone.now()
    contexts.edit(context, caller=caller, script=Script("Guide", "Be long."), now=now)
    contexts.delete(context, caller=caller, now=now)
    session = AvatarSession.objects.get()

    prompt = stories.prompt_of(session)

    assert prompt is not None
    assert (prompt.number, prompt.prompt) == (1, "Be brief.")
    assert "Be brief." in page(session, alice)


def test_both_costs_are_told_and_the_estimate_is_said_to_be_one(alice: User, plan: Wish) -> None:
    told = page(build.past_session(alice, plan, billed_seconds=125, credits=Decimal(3)), alice)

    assert "OpenAI, an estimate" in told
    assert "about $0.10" in told
    assert "Half of 2:05 counted as heard, half as spoken" in told


def test_how_it_ended_is_said_to_the_asker_and_about_them_to_others(
    bob: User, ada: User, plan: Wish
) -> None:
    session = build.past_session(bob, plan, end_reason="person")

    assert "You ended the conversation." in page(session, bob)
    assert "You ended the conversation." not in page(session, ada)
    assert "Ended: By the person" in page(session, ada)
