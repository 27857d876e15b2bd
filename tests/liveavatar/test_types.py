"""Answers become values: strict about what is needed, at ease with everything else."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from liveavatar import (
    Avatar,
    Context,
    ContextSummary,
    DefaultVoice,
    LiteSession,
    MintedSession,
    OpenAIRealtime,
    Page,
    Secret,
    SecretSummary,
    SessionEntry,
    StartedSession,
    Transcript,
    TranscriptLine,
)
from liveavatar.parsing import Fields, Malformed, each

STARTED = {
    "session_id": "s-1",
    "livekit_url": "wss://room.example",
    "livekit_client_token": "client-jwt",
}
AVATAR = {"id": "a-1", "name": "Wayne"}
ENTRY = {"id": "s-1"}

WHOLE = {
    MintedSession.parse: {"session_id": "s-1", "session_token": "jwt"},
    StartedSession.parse: STARTED,
    Secret.parse: {"id": "k-1"},
    Context.parse: {"id": "c-1", "name": "Guide"},
    Transcript.parse: {"transcript_data": []},
    Page.parser(Avatar.parse): {"results": [AVATAR]},
    Page.parser(ContextSummary.parse): {"results": [{"id": "c-1", "name": "Guide"}]},
    Page.parser(SessionEntry.parse): {"results": [ENTRY]},
}
"""Every parser of a call's data, with the least it can do with."""

anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.decimals() | some.text(max_size=5),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("parse", WHOLE, ids=lambda parse: parse.__qualname__)
@pytest.mark.parametrize("wrong", [None, 7, "", {}])
def test_each_needed_field_is_missed_by_name(parse, wrong):
    whole = WHOLE[parse]
    parse(whole)

    for name in whole:
        with pytest.raises(Malformed) as malformed:
            parse({**whole, name: wrong})
        assert malformed.value.field.removeprefix("data.") in {name, "secret_id"}


@pytest.mark.parametrize("parse", WHOLE, ids=lambda parse: parse.__qualname__)
@given(extra=some.dictionaries(some.text(), anything))
def test_new_fields_and_odd_optional_ones_do_no_harm(parse, extra):
    parse({**extra, **WHOLE[parse]})


@pytest.mark.parametrize("parse", WHOLE, ids=lambda parse: parse.__qualname__)
@given(data=anything)
def test_anything_else_is_malformed_and_nothing_worse(parse, data):
    with contextlib.suppress(Malformed):
        parse(data)


def test_a_started_session_has_all_its_parts():
    started = StartedSession.parse(
        {
            **STARTED,
            "max_session_duration": 60,
            "ws_url": "wss://bare.example",
            "livekit_agent_token": "agent-jwt",
        }
    )

    assert started == StartedSession(
        "s-1", "wss://room.example", "client-jwt", 60, "wss://bare.example", "agent-jwt"
    )


def test_a_connectors_session_has_neither_socket_nor_agent_token():
    started = StartedSession.parse({**STARTED, "max_session_duration": None, "ws_url": None})

    assert started == StartedSession("s-1", "wss://room.example", "client-jwt")


def test_credentials_are_kept_out_of_every_repr():
    minted = MintedSession("s-1", "session-jwt")
    started = StartedSession("s-1", "wss://room", "client-jwt", 60, None, "agent-jwt")

    assert repr(minted) == "MintedSession(session_id='s-1')"
    assert repr(started) == (
        "StartedSession(session_id='s-1', url='wss://room', max_session_duration=60, ws_url=None)"
    )


@pytest.mark.parametrize("name", ["id", "secret_id"])
def test_a_new_secret_is_known_by_either_name_of_its_id(name):
    assert Secret.parse({name: "k-1", "secret_name": "mine"}) == Secret("k-1", "mine")


def test_a_listed_secret_tells_its_kind_even_a_new_one():
    listed = {
        "id": "k-1",
        "secret_name": "mine",
        "secret_type": "CARTESIA_API_KEY",
        "created_at": "2026-03-01T10:00:00Z",
    }

    (secret,) = each([listed], SecretSummary.parse)

    assert secret == SecretSummary(
        "k-1", "mine", "CARTESIA_API_KEY", datetime(2026, 3, 1, 10, tzinfo=UTC)
    )


def test_an_avatar_without_a_status_is_not_ready_yet():
    avatar = Avatar.parse(Fields(AVATAR))

    assert (avatar.status, avatar.kind, avatar.is_usable) == ("INIT", "VIDEO", False)


@pytest.mark.parametrize(
    ("status", "is_expired", "is_usable"),
    [("ACTIVE", False, True), ("ACTIVE", True, False), ("FAILED", False, False)],
)
def test_an_avatar_is_usable_while_active_and_not_expired(status, is_expired, is_usable):
    avatar = Avatar.parse(Fields({**AVATAR, "status": status, "is_expired": is_expired}))

    assert avatar.is_usable is is_usable


def test_an_avatar_keeps_its_default_voice():
    avatar = Avatar.parse(Fields({**AVATAR, "default_voice": {"id": "v-1", "name": "Ann"}}))

    assert avatar.default_voice == DefaultVoice("v-1", "Ann")


def test_a_running_session_has_no_end_and_a_past_one_has():
    running = SessionEntry.parse(Fields(ENTRY))
    past = SessionEntry.parse(
        Fields({**ENTRY, "end_reason": "A_NEW_REASON", "credits_consumed": Decimal("1.5")})
    )

    assert (running.is_ended, past.is_ended) == (False, True)
    assert (past.end_reason, past.credits_consumed) == ("A_NEW_REASON", Decimal("1.5"))


def test_a_transcript_has_lines_with_their_times():
    transcript = Transcript.parse(
        {
            "session_active": True,
            "next_timestamp": 9,
            "transcript_data": [
                {
                    "role": "user",
                    "transcript": "Hello",
                    "absolute_timestamp": 1_700_000_000,
                    "relative_timestamp": 4,
                }
            ],
        }
    )

    assert transcript == Transcript(True, (TranscriptLine("user", "Hello", 1_700_000_000, 4),), 9)


@pytest.mark.parametrize(
    ("given_next", "results", "has_more"),
    [
        ("https://cloud/p2", [AVATAR], True),
        (None, [AVATAR], False),
        ("https://cloud/p2", [], False),
    ],
)
def test_a_page_has_more_only_while_it_has_anything(given_next, results, has_more):
    page = Page.parser(Avatar.parse)({"count": 3, "next": given_next, "results": results})

    assert (page.count, page.has_more, len(page.items)) == (3, has_more, len(results))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01T10:00:00Z", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01T10:00:00", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        (
            "2026-03-01T10:00:00+02:00",
            datetime(2026, 3, 1, 10, tzinfo=timezone(timedelta(hours=2))),
        ),
        ("yesterday", None),
        (1_700_000_000, None),
    ],
)
def test_a_moment_is_read_as_utc_unless_it_says_otherwise(text, moment):
    assert Fields({"at": text}).optional_moment("at") == moment


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("12.50", Decimal("12.50")),
        (7, Decimal(7)),
        (Decimal("0.1"), Decimal("0.1")),
        ("NaN", None),
        ("Infinity", None),
        ("many", None),
        (True, None),
        ([1], None),
    ],
)
def test_a_number_may_come_as_a_decimal_string(value, number):
    assert Fields({"n": value}).optional_number("n") == number


def test_an_absurdly_large_count_reads_as_none():
    assert Fields({"n": Decimal("1e999999")}).optional_integer("n") is None


def test_a_session_is_asked_for_with_its_mode_and_one_connector():
    session = LiteSession(
        "a-1",
        OpenAIRealtime("k-1", context_id="c-1", voice="cedar", model="next", temperature=0.7),
        is_sandbox=True,
        max_session_duration=60,
    )

    assert session.as_json() == {
        "mode": "LITE",
        "avatar_id": "a-1",
        "is_sandbox": True,
        "max_session_duration": 60,
        "openai_realtime_config": {
            "secret_id": "k-1",
            "context_id": "c-1",
            "voice": "cedar",
            "model": "next",
            "temperature": 0.7,
        },
    }


def test_what_is_not_chosen_is_not_sent():
    assert LiteSession("a-1", OpenAIRealtime("k-1")).as_json() == {
        "mode": "LITE",
        "avatar_id": "a-1",
        "is_sandbox": False,
        "openai_realtime_config": {
            "secret_id": "k-1",
            "voice": "alloy",
            "model": "gpt-realtime",
            "temperature": 0.8,
        },
    }
