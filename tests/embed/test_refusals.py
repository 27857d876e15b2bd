"""What everybody else gets: the same short refusal, and nothing billed."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone
from joserfc.jwk import ECKey

from sessions_app.models import AvatarSession, Widget
from sessions_app.services import tallies
from sessions_app.services.tickets import Forged, Grant, Ticket
from tests.embed.visitor import API, SITE, Visitor
from tests.sessions_app.rows import running
from tests.simulator.cloud import SimulatedCloud
from tests.work import drain

pytestmark = pytest.mark.django_db

REFUSAL = {
    "code": "refused",
    "message": "This avatar cannot be reached from here.",
    "retryable": False,
}


@pytest.fixture(autouse=True)
def nothing_billed(cloud: SimulatedCloud, db: None) -> Any:
    """Whatever a test tries, the cloud has never heard of it."""
    yield
    drain()
    assert cloud.state()["sessions"] == []


def assert_refused(answer: Any) -> None:
    assert (answer.status_code, answer.json()["error"]) == (403, REFUSAL)
    assert not AvatarSession.objects.exists()


def refusals(widget: Widget) -> dict[str, int]:
    return tallies.usage(widget, days=1, now=timezone.now())[0].refused


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"referer": "https://evil.example/"},
        {"referer": "https://shop.example.evil.example/"},
        {"referer": "http://shop.example/"},
        {"referer": "https://shop.example:8443/"},
        {"referer": "not an address"},
        {"origin": SITE},
        {"referer": f"{SITE}/", "sec-fetch-dest": "document"},
    ],
    ids=["plain curl", "foreign", "lookalike", "http", "port", "noise", "forged Origin", "top"],
)
def test_the_document_is_for_frames_of_allowed_pages_alone(
    widget: Widget, headers: dict[str, str]
) -> None:
    answer = Client().get(f"/embed/v1/{widget.public_id}", headers=headers)

    assert answer.status_code == 403
    assert "grant" not in answer.content.decode()
    assert refusals(widget) == {"origin": 1}


def test_only_the_widgets_origins_may_frame_it_and_an_empty_list_is_nobody(
    visitor: Visitor,
) -> None:
    Widget.objects.update(origins=[SITE, "https://*.example.org"])
    assert f"frame-ancestors {SITE} https://*.example.org" in policy(visitor.open_frame())

    Widget.objects.update(origins=[])
    answer = visitor.open_frame()
    assert answer.status_code == 403
    assert "frame-ancestors 'none'" in policy(answer)


def test_a_page_that_only_lacks_https_is_told_so(visitor: Visitor) -> None:
    visitor.origin = "http://shop.example"

    answer = visitor.open_frame()

    assert "This page is not secure" in answer.content.decode()
    assert f"frame-ancestors {SITE} http://shop.example" in policy(answer)


def policy(answer: Any) -> str:
    assert "X-Frame-Options" not in answer.headers
    return str(answer.headers["Content-Security-Policy"])


def switch_off(widget: Widget) -> None:
    Widget.objects.filter(pk=widget.pk).update(is_enabled=False)


def pause(widget: Widget) -> None:
    Widget.objects.filter(pk=widget.pk).update(paused_at=timezone.now())


def delete(widget: Widget) -> None:
    Widget.objects.filter(pk=widget.pk).update(deleted_at=timezone.now())


def forbid_the_site(widget: Widget) -> None:
    Widget.objects.filter(pk=widget.pk).update(origins=["https://other.example"])


SHUT = pytest.mark.parametrize("shut", [switch_off, pause, delete, forbid_the_site])


@SHUT
def test_a_widget_that_is_shut_gives_no_document(
    visitor: Visitor, shut: Callable[[Widget], None]
) -> None:
    shut(visitor.widget)

    assert visitor.open_frame().status_code == 403


@SHUT
def test_a_grant_from_before_gives_no_ticket(
    visitor: Visitor, shut: Callable[[Widget], None]
) -> None:
    visitor.open_frame()
    shut(visitor.widget)

    assert_refused(visitor.ask_for_ticket())


@SHUT
def test_a_ticket_from_before_starts_nothing(
    visitor: Visitor, shut: Callable[[Widget], None]
) -> None:
    visitor.open_frame()
    visitor.ask_for_ticket()
    shut(visitor.widget)

    assert_refused(visitor.start())


@pytest.mark.parametrize("shut", [switch_off, pause, delete])
def test_an_old_snippet_loads_a_script_that_does_nothing(
    widget: Widget, shut: Callable[[Widget], None]
) -> None:
    shut(widget)
    unknown = Client().get("/embed/v1/00000000-0000-4000-8000-000000000000.js")

    answer = Client().get(f"/embed/v1/{widget.public_id}.js")

    assert (answer.status_code, answer.content) == (200, unknown.content)
    assert str(widget.public_id) not in answer.content.decode()


def a_forged_grant(visitor: Visitor) -> None:
    visitor.grant = visitor.grant[:-2] + "xx"


def a_grant_for_another_purpose(visitor: Visitor) -> None:
    visitor.grant = signing.dumps([str(visitor.widget.public_id), SITE], salt="watch")


def a_grant_for_a_foreign_site(visitor: Visitor) -> None:
    visitor.grant = Grant(visitor.widget.public_id, "https://evil.example").signed()


@pytest.mark.parametrize(
    "spoil", [a_forged_grant, a_grant_for_another_purpose, a_grant_for_a_foreign_site]
)
def test_a_ticket_needs_the_documents_own_grant(
    visitor: Visitor, spoil: Callable[[Visitor], None]
) -> None:
    visitor.open_frame()
    spoil(visitor)

    assert_refused(visitor.ask_for_ticket())


@pytest.mark.parametrize(
    "key",
    [
        {},
        {"kty": "EC", "crv": "P-256"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        ECKey.generate_key("P-384").as_dict(private=False),
        ECKey.generate_key("P-256").as_dict(private=True),
        {"kty": "oct", "k": "c2VjcmV0"},
    ],
    ids=["none", "no point", "not on the curve", "other curve", "private", "symmetric"],
)
def test_a_ticket_is_bound_to_a_public_p256_key_and_no_other(
    visitor: Visitor, key: dict[str, Any]
) -> None:
    visitor.open_frame()

    answer = visitor.post(f"{API}/tickets", {"grant": visitor.grant, "key": key})

    assert_refused(answer)


def ready(visitor: Visitor) -> str:
    visitor.open_frame()
    visitor.ask_for_ticket()
    return visitor.solve()


@pytest.mark.parametrize(
    "proof",
    [
        {"key": ECKey.generate_key("P-256")},
        {"ticket": None},
        {"ticket": "another ticket"},
        {"jti": ""},
        {"ahead": timedelta(minutes=-3)},
        {"ahead": timedelta(minutes=3)},
        {"typ": "JWT"},
    ],
    ids=["another key", "no ticket in it", "other ticket", "no id", "old", "future", "not DPoP"],
)
def test_a_start_proves_that_it_holds_the_tickets_key(
    visitor: Visitor, proof: dict[str, Any]
) -> None:
    solution = ready(visitor)
    if ahead := proof.get("ahead"):
        proof = {"at": timezone.now() + ahead}
    assert_refused(visitor.start(solution, **proof))


@pytest.mark.parametrize("claims", [{"htu": "http://["}, {"iat": 10**400}, {"iat": "now"}])
def test_a_proof_of_what_makes_no_sense_is_refused_like_any_other(
    visitor: Visitor, claims: dict[str, Any]
) -> None:
    solution = ready(visitor)

    assert_refused(visitor.start(solution, claims=claims))


def test_a_proof_whose_header_makes_no_sense_is_refused_too(visitor: Visitor) -> None:
    visitor.open_frame()
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": visitor.public_key, "crit": 5}
    strange = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    _, claims, signature = visitor.proof("POST", f"{API}/resume").split(".")
    headers = {"DPoP": f"{strange}.{claims}.{signature}"}
    body = {"resume": "any", "key": visitor.public_key}

    assert_refused(visitor.post(f"{API}/resume", body, headers))


def test_a_ticket_that_is_no_text_is_forged() -> None:
    with pytest.raises(Forged):
        Ticket.read("\ud800:a:b", now=timezone.now())


def test_a_copied_ticket_is_worth_nothing_without_its_key(visitor: Visitor) -> None:
    solution = ready(visitor)
    thief = Visitor(visitor.widget)
    thief.ticket = visitor.ticket

    assert_refused(thief.start(solution))


def test_a_proof_is_for_one_address_and_method(visitor: Visitor) -> None:
    solution = ready(visitor)
    other = visitor.proof("POST", f"{API}/tickets")
    headers = {"Authorization": f"DPoP {visitor.ticket}", "DPoP": other}

    assert_refused(visitor.post(f"{API}/sessions", {"solution": solution}, headers))


def test_a_request_that_is_replayed_is_refused(visitor: Visitor) -> None:
    solution = ready(visitor)
    proof = visitor.proof("POST", f"{API}/sessions")
    headers = {"Authorization": f"DPoP {visitor.ticket}", "DPoP": proof}
    wrong = {"solution": "bm90IHNvbHZlZA=="}
    visitor.post(f"{API}/sessions", wrong, headers)

    assert_refused(visitor.post(f"{API}/sessions", {"solution": solution}, headers))


def test_while_redis_cannot_say_whether_a_proof_is_new_nobody_starts(
    visitor: Visitor, settings: Any
) -> None:
    solution = ready(visitor)
    away = {**settings.CACHES["strict"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {**settings.CACHES, "strict": away}

    answer = visitor.start(solution)

    assert (answer.status_code, answer.json()["error"]["retryable"]) == (503, True)
    assert not AvatarSession.objects.exists()


@pytest.mark.parametrize("solution", ["", "bm90IHNvbHZlZA==", "e30="])
def test_work_that_was_not_done_starts_nothing(visitor: Visitor, solution: str) -> None:
    ready(visitor)

    answer = visitor.start(solution)

    assert answer.status_code in {400, 403}
    assert not AvatarSession.objects.exists()


def test_work_done_for_another_ticket_does_not_count(visitor: Visitor) -> None:
    done = ready(visitor)
    visitor.ask_for_ticket()

    assert_refused(visitor.start(done))
    assert refusals(visitor.widget) == {"challenge": 1}


def test_a_ticket_starts_soon_or_never(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    solution = ready(visitor)
    later = timezone.now() + timedelta(minutes=6)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)

    assert_refused(visitor.start(solution, at=later))


def test_a_hammering_address_is_slowed_down(visitor: Visitor) -> None:
    visitor.open_frame()

    answers = [visitor.ask_for_ticket().status_code for _ in range(31)]

    assert (set(answers[:30]), answers[30]) == ({201}, 429)


def test_members_have_no_way_into_a_visitors_conversation(
    visitor: Visitor, alice: Any, cloud: SimulatedCloud
) -> None:
    member = Client()
    member.force_login(alice)

    answer = member.get(f"{API}/sessions/00000000-0000-4000-8000-000000000000")

    assert (answer.status_code, answer.json()["error"]) == (403, REFUSAL)
    assert running(cloud) == []
