"""What is sealed opens in its own place, under a key of the ring, and nowhere else."""

import base64
import json
import logging
import os
import pickle
import string

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import assume, example, given
from hypothesis import strategies as st

from liveavatar_web.vault import CannotOpen, Keyring, Place, Secret

PLACE = Place("accounts_providerkey", "value", "row-1")
places = st.builds(Place, table=st.text(), field=st.text(), row=st.text())
secrets = st.builds(Secret, st.text())


def key(name: str) -> str:
    return f"{name}:{base64.b64encode(os.urandom(32)).decode()}"


OLD, NEW = key("old"), key("new")


@given(secret=secrets, place=places)
def test_every_secret_opens_where_it_was_sealed(secret: Secret, place: Place) -> None:
    ring = Keyring(NEW)

    assert ring.open(ring.seal(secret, place), place) == secret


@given(secret=secrets, place=places, other=places)
@example(Secret("sk-1"), Place("keys", "value", "1"), Place("keysv", "alue", "1"))
@example(Secret("sk-1"), Place("keys", "value", "11"), Place("keys", "value1", "1"))
def test_a_ciphertext_copied_elsewhere_does_not_open(
    secret: Secret, place: Place, other: Place
) -> None:
    assume(place != other)
    ring = Keyring(NEW)

    with pytest.raises(CannotOpen):
        ring.open(ring.seal(secret, place), other)


@given(data=st.data(), secret=secrets)
def test_an_altered_ciphertext_does_not_open(data: st.DataObject, secret: Secret) -> None:
    ring = Keyring(NEW)
    sealed = ring.seal(secret, PLACE)
    position = data.draw(st.integers(0, len(sealed) - 1))
    put = data.draw(st.sampled_from(string.ascii_letters + string.digits + "-_."))
    altered = sealed[:position] + put + sealed[position + 1 :]
    assume(altered != sealed)

    with pytest.raises(CannotOpen):
        ring.open(altered, PLACE)


def test_a_ciphertext_has_one_spelling_only() -> None:
    ring = Keyring(NEW)
    sealed = ring.seal(Secret("sk-1"), PLACE)  # 20 bytes: its last character has bits to spare
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    others = [sealed[:-1] + each for each in alphabet if each != sealed[-1]]

    for spelling in [*others, sealed + "=", sealed + "!", sealed + " "]:
        with pytest.raises(CannotOpen):
            ring.open(spelling, PLACE)


@given(text=st.text())
def test_text_that_was_never_sealed_does_not_open(text: str) -> None:
    with pytest.raises(CannotOpen):
        Keyring(NEW).open(text, PLACE)


@given(text=st.text(min_size=6))
def test_sealed_text_shows_nothing_of_the_secret_and_never_repeats(text: str) -> None:
    ring = Keyring(NEW)

    first, second = (ring.seal(Secret(text), PLACE) for _ in range(2))

    assert first != second
    assert text not in first


def test_the_newest_key_seals_and_every_key_opens() -> None:
    by_old = Keyring(OLD).seal(Secret("sk-1"), PLACE)
    ring = Keyring(f"{NEW},{OLD}")
    by_new = ring.seal(Secret("sk-1"), PLACE)

    assert ring.newest == "new"
    assert [ring.is_current(by_old), ring.is_current(by_new)] == [False, True]
    assert ring.open(by_old, PLACE) == ring.open(by_new, PLACE) == Secret("sk-1")


def test_a_missing_key_is_named() -> None:
    sealed = Keyring(OLD).seal(Secret("sk-1"), PLACE)

    with pytest.raises(CannotOpen, match="sealed under key 'old', which VAULT_KEYS does not hold"):
        Keyring(NEW).open(sealed, PLACE)


def test_another_key_of_the_same_name_does_not_open() -> None:
    sealed = Keyring(OLD).seal(Secret("sk-1"), PLACE)

    with pytest.raises(CannotOpen, match=r"sealed text of accounts_providerkey\.value"):
        Keyring(key("old")).open(sealed, PLACE)


@pytest.mark.parametrize(
    "keys",
    [
        "",
        " , ",
        "no-colon",
        "short:" + base64.b64encode(b"x" * 31).decode(),
        "long:" + base64.b64encode(b"x" * 33).decode(),
        "not base64:" + "!" * 43,
        "a.dot:" + base64.b64encode(b"x" * 32).decode(),
        pytest.param(f"{OLD},{OLD}", id="one name twice"),
    ],
)
def test_a_ring_without_a_usable_key_is_refused_without_showing_it(keys: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        Keyring(keys)

    assert keys.partition(":")[2] not in str(refused.value) or ":" not in keys


@given(one=secrets, other=secrets)
def test_fingerprints_are_equal_for_equal_secrets_only(one: Secret, other: Secret) -> None:
    ring = Keyring(f"{NEW},{OLD}")

    assert (ring.fingerprint(one) == ring.fingerprint(other)) == (one == other)
    assert ring.fingerprints(one) == [Keyring(NEW).fingerprint(one), Keyring(OLD).fingerprint(one)]
    assert len(set(ring.fingerprints(one))) == 2


def test_a_secret_prints_as_stars_everywhere(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret("sk-do-not-show-me")

    logging.getLogger("test").warning("%s %r", secret, {"key": secret})

    shown = [
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret:>20}",
        f"{secret!r}",
        str.format("{}", secret),
    ]
    assert {each.strip() for each in shown} == {"********"}
    assert caplog.messages == ["******** {'key': ********}"]


def test_a_secret_does_not_leave_in_clear_by_pickle_or_json() -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(Secret("sk-1"))
    with pytest.raises(TypeError, match="not JSON serializable"):
        json.dumps({"key": Secret("sk-1")})


@pytest.mark.parametrize(
    ("value", "last4"), [("sk-proj-0123456789", "6789"), ("0123456789a", ""), ("", "")]
)
def test_the_last_four_are_shown_only_where_they_are_a_small_part(value: str, last4: str) -> None:
    assert Secret(value).last4 == last4
