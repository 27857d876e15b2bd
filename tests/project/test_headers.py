"""The headers of every kind of page: nothing is opened that the page does not need."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from sessions_app.lifecycle import State
from sessions_app.services.acceptance import Wish
from tests import build
from tests.sessions_app.rows import placed

PAGES = [
    "/",
    "/contexts/",
    "/contexts/new",
    "/avatars/",
    "/sessions/",
    "/sessions/new",
    "/sessions/{session}/",
    "/sessions/{session}/room",
    "/keys/",
    "/keys/new/",
    "/audit/",
    "/account/password/change/",
    "/nowhere",
    "/api/sessions/{session}",
    "/api/nowhere",
    "/healthz",
]
STRICT = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.fixture
def answer(path: str, alice: User, workspace: Any) -> Any:
    key = build.provider_key(workspace, alice)
    session = placed(alice, Wish(avatar=build.avatar(), provider_key=key), State.LIVE)
    client = Client()
    client.force_login(alice)
    return client.get(path.format(session=session.public_id), follow=True)


def policy(answer: Any) -> dict[str, set[str]]:
    directives = answer.headers["Content-Security-Policy"].split(";")
    return {name: set(rest) for name, *rest in (each.split() for each in directives)}


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_framed_sniffed_or_told_of_elsewhere(answer: Any) -> None:
    assert {name: answer.headers.get(name) for name in STRICT} == STRICT


@pytest.mark.parametrize("path", PAGES)
def test_the_policy_allows_what_is_ours_and_nothing_by_default(answer: Any) -> None:
    allowed = policy(answer)

    nonces = {each for each in allowed["script-src"] if each.startswith("'nonce-")}
    assert allowed["default-src"] == allowed["base-uri"] == {"'none'"}
    assert allowed["frame-ancestors"] == {"'none'"}
    assert allowed["script-src"] - nonces == {"'self'"}
    assert allowed["style-src"] == allowed["font-src"] == allowed["form-action"] == {"'self'"}
    assert not {each for rest in allowed.values() for each in rest if "unsafe" in each}


@pytest.mark.parametrize("path", PAGES)
def test_every_script_in_a_page_is_a_file_of_ours_or_bears_the_nonce(answer: Any) -> None:
    if answer.headers["Content-Type"].startswith("application/json"):
        assert "<script" not in answer.content.decode()
    nonces = re.findall(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
    scripts = re.findall(r"<script([^>]*)>", answer.content.decode())

    strange = [
        each
        for each in scripts
        if 'src="/static/' not in each
        and 'type="application/json"' not in each
        and not any(f'nonce="{nonce}"' in each for nonce in nonces)
    ]
    assert strange == []
    assert not re.findall(r"<[^>]+\s(?:style|on[a-z]+)=", answer.content.decode())


@pytest.mark.parametrize("path", PAGES)
def test_the_microphone_is_for_the_room_alone(path: str, answer: Any) -> None:
    granted = "(self)" if path.endswith("/room") else "()"

    permissions = dict(
        each.strip().split("=") for each in answer.headers["Permissions-Policy"].split(",")
    )
    assert permissions["microphone"] == granted
    assert permissions["camera"] == permissions["geolocation"] == "()"


@pytest.mark.parametrize("path", ["/sessions/{session}/room", "/api/sessions/{session}"])
def test_what_is_live_is_stored_nowhere(answer: Any) -> None:
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/account/login/", "/account/signup/"])
def test_pages_for_strangers_are_as_strict(path: str, db: None) -> None:
    answer = Client().get(path)

    assert {name: answer.headers.get(name) for name in STRICT} == STRICT
    assert policy(answer)["default-src"] == {"'none'"}
    assert "microphone=()" in answer.headers["Permissions-Policy"]
