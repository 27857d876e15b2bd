"""The search for secrets would find them: it is tried on what is known to be there."""

import html
import json
import zlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.leak.marks import Mark, leaks

KEY = Mark("key", b"sk-sim-LEAKMARK-0a1B2c3D4e5F6g7H8i9J")
PASSWORD = Mark("password", 'LEAKMARK & "pass/wörd" <+>'.encode())


def as_json(secret: bytes) -> bytes:
    return json.dumps({"value": secret.decode()}).encode()


def in_address(secret: bytes) -> bytes:
    return quote(secret.decode(), safe="").encode()


def in_page(secret: bytes) -> bytes:
    return html.escape(secret.decode()).encode()


def in_message(secret: bytes) -> bytes:
    """As a task's arguments stand in Redis: JSON, in base64, in JSON."""
    return json.dumps({"body": b64encode(as_json(secret)).decode()}).encode()


def in_dump(secret: bytes) -> bytes:
    """As PostgreSQL writes binary columns."""
    return b"\\x" + secret.hex().encode()


@pytest.mark.parametrize("mark", [KEY, PASSWORD])
@pytest.mark.parametrize("written", [as_json, in_address, in_page, in_message, in_dump])
def test_a_secret_is_found_however_it_is_written(
    mark: Mark, written: Callable[[bytes], bytes]
) -> None:
    evidence = {"log": b"nothing to see", "page": b"before " + written(mark.secret) + b" after"}

    assert leaks([mark], evidence) == {(mark.name, "page")}


@given(before=st.binary(max_size=8), after=st.binary(max_size=8), start=st.integers(0, 20))
def test_a_part_of_a_secret_is_found_wherever_it_stands_in_base64(
    before: bytes, after: bytes, start: int
) -> None:
    part = KEY.secret[start : start + 15]

    for encode in (b64encode, urlsafe_b64encode):
        evidence = {"token": encode(before + part + after)}
        assert leaks([KEY], evidence) == {("key", "token")}


def test_what_is_shown_on_purpose_is_no_leak() -> None:
    assert leaks([KEY], {"page": b"ends in " + KEY.secret[-4:]}) == set()


def test_a_secret_in_a_compressed_text_has_to_be_unpacked_first() -> None:
    compressed = zlib.compress(KEY.secret * 2)

    assert leaks([KEY], {"session": compressed}) == set()
    assert leaks([KEY], {"session": zlib.decompress(compressed)}) == {("key", "session")}
