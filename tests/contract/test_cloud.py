"""What the client does and every cloud keeps to, the stand-in as well as the vendor's."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from liveavatar import Client, OpenAIRealtime, SecretSummary, errors
from tests.contract.clouds import SANDBOX_AVATAR, SANDBOX_SECONDS, eventually

NOBODY = "00000000-0000-4000-8000-000000000000"


def found(client: Client, name: str) -> list[SecretSummary]:
    return [listed for listed in client.secrets.list() if listed.name == name]


def test_a_secret_is_found_by_its_name_until_it_is_deleted(client, unique, secret):
    (listed,) = found(client, unique)
    client.secrets.delete(secret.id)

    assert (listed.id, listed.kind) == (secret.id, "OPENAI_API_KEY")
    assert found(client, unique) == []
    with pytest.raises(errors.NotFound):
        client.secrets.delete(secret.id)


def test_a_name_may_be_given_to_two_secrets_so_a_stray_can_be_seen(client, unique, secret):
    second = client.secrets.create(name=unique, value=f"sk-sim-{uuid4()}")

    ids = {listed.id for listed in found(client, unique)}
    client.secrets.delete(second.id)

    assert ids == {secret.id, second.id}


def test_a_context_is_written_read_replaced_listed_and_deleted(client, unique):
    context = client.contexts.create(name=unique, prompt="Be kind.", opening_text="Hello!")
    try:
        changed = client.contexts.update(
            context.id, name=unique, prompt="Be brief, ${guest}.", opening_text=""
        )
        read = client.contexts.get(context.id)
        listed = [one.id for one in client.contexts.iterate() if one.name == unique]
    finally:
        client.contexts.delete(context.id)

    assert (context.prompt, context.opening_text) == ("Be kind.", "Hello!")
    assert (changed.id, changed.prompt) == (context.id, "Be brief, ${guest}.")
    assert (read.prompt, read.opening_text) == ("Be brief, ${guest}.", "")
    assert read.required_dynamic_variables == ("guest",)
    assert listed == [context.id]
    with pytest.raises(errors.NotFound):
        client.contexts.get(context.id)


def test_the_catalogue_has_the_sandbox_avatar_ready_for_use(client):
    (wayne,) = (avatar for avatar in client.avatars.public() if avatar.id == SANDBOX_AVATAR)

    assert wayne.is_usable
    assert client.avatars.get(SANDBOX_AVATAR).name == wayne.name


def test_own_avatars_can_each_be_read_by_id(client):
    for avatar in client.avatars.own():
        assert client.avatars.get(avatar.id).name == avatar.name


def test_credits_are_a_number_or_not_counted(client):
    left = client.credits()

    assert left is None or (isinstance(left, Decimal) and left >= 0)


@pytest.mark.parametrize(
    "read",
    [
        lambda client: client.avatars.get(NOBODY),
        lambda client: client.contexts.get(NOBODY),
        lambda client: client.sessions.get(NOBODY),
        lambda client: client.secrets.delete(NOBODY),
    ],
    ids=["avatar", "context", "session", "secret"],
)
def test_an_unknown_id_is_not_found(client, read):
    with pytest.raises(errors.NotFound) as missing:
        read(client)

    assert not missing.value.retryable


def test_a_wrong_key_is_unauthorised(account):
    url, _ = account

    with Client("not-a-key", url) as stranger, pytest.raises(errors.Unauthorised):
        stranger.secrets.list()


def test_a_token_that_is_none_starts_nothing(client):
    with pytest.raises(errors.StatusError) as refused:
        client.session("header.payload.signature").start()

    assert isinstance(refused.value, errors.Forbidden | errors.Unauthorised)


def test_another_avatar_is_refused_in_the_sandbox(client, sandboxed):
    (other, *_) = (
        avatar
        for avatar in client.avatars.public()
        if avatar.id != SANDBOX_AVATAR and avatar.is_usable
    )

    with pytest.raises(errors.AvatarNotInSandbox):
        client.sessions.mint(replace(sandboxed, avatar_id=other.id))


def test_a_duration_over_the_limit_is_refused(client, sandboxed):
    too_long = replace(sandboxed, max_session_duration=SANDBOX_SECONDS * 3)

    with pytest.raises(errors.DurationTooLong):
        client.sessions.mint(too_long)


def test_a_voice_that_openai_does_not_have_is_a_bad_request(client, secret, sandboxed):
    mute = replace(sandboxed, openai=OpenAIRealtime(secret.id, voice="nobody"))

    with pytest.raises(errors.BadRequest):
        client.sessions.mint(mute)


def test_a_minted_session_does_not_run(client, sandboxed):
    minted = client.sessions.mint(sandboxed)

    active = [entry.id for entry in client.sessions.iterate("active")]

    assert minted.session_id not in active


def test_a_started_session_has_a_room_and_a_limit(client, sandboxed):
    minted = client.sessions.mint(sandboxed)
    try:
        started = client.session(minted.session_token).start()
    finally:
        with suppress(errors.NotFound):
            client.sessions.stop(minted.session_id)

    assert started.session_id == minted.session_id
    assert started.url.split("://")[0] in {"ws", "wss"}
    assert started.client_token.count(".") == 2
    assert started.ws_url is None
    assert started.max_session_duration in {None, SANDBOX_SECONDS}


def test_a_running_session_is_listed_kept_alive_and_then_over(client, running):
    listed = [one for one in client.sessions.iterate("active") if one.id == running.session_id]
    client.sessions.keep_alive(running.session_id)
    client.session(running.session_token).keep_alive()
    client.sessions.stop(running.session_id)

    eventually(lambda: client.sessions.get(running.session_id).is_ended)
    past = client.sessions.get(running.session_id)
    assert [(one.mode, one.is_sandbox, one.is_ended) for one in listed] == [("LITE", True, False)]
    assert (past.end_reason, past.credits_consumed) == ("USER_CLOSED", 0)
    assert running.session_id in [one.id for one in client.sessions.list("historic").items]


def test_the_sessions_own_token_can_end_it(client, running):
    client.session(running.session_token).stop("USER_DISCONNECTED")

    eventually(lambda: client.sessions.get(running.session_id).is_ended)
    assert client.sessions.get(running.session_id).end_reason == "USER_DISCONNECTED"


def test_stopping_twice_is_as_good_as_once(client, running):
    client.sessions.stop(running.session_id)

    with suppress(errors.NotFound):
        client.sessions.stop(running.session_id)

    eventually(lambda: client.sessions.get(running.session_id).is_ended)


def test_a_token_starts_once(client, running):
    with pytest.raises(errors.StatusError) as refused:
        client.session(running.session_token).start()

    assert not refused.value.may_have_happened
