"""Readers of environment variables: typed, and loud where a value cannot be."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from liveavatar_web import env


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def give(value: str) -> None:
        monkeypatch.setenv("NAME", value)

    return give


READERS: list[tuple[Callable[[], Any], Any]] = [
    (lambda: env.text("NAME", "default"), "default"),
    (lambda: env.secret("NAME", "default"), "default"),
    (lambda: env.flag("NAME", True), True),
    (lambda: env.integer("NAME", 7), 7),
    (lambda: env.decimal("NAME", "0.5"), Decimal("0.5")),
    (lambda: env.items("NAME", "a,b"), ["a", "b"]),
    (lambda: env.choice("NAME", "open", ("open", "closed")), "open"),
]


@pytest.mark.parametrize(("read", "default"), READERS)
@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_variable_takes_its_default(
    blank: str, read: Callable[[], Any], default: Any, given: Callable[[str], None]
) -> None:
    assert read() == default
    given(blank)
    assert read() == default


@pytest.mark.parametrize(
    ("value", "read", "meant"),
    [
        (" some words ", lambda: env.text("NAME"), "some words"),
        ("Yes", lambda: env.flag("NAME", False), True),
        ("1", lambda: env.flag("NAME", False), True),
        ("off", lambda: env.flag("NAME", True), False),
        ("False", lambda: env.flag("NAME", True), False),
        ("0", lambda: env.integer("NAME", 7), 0),
        ("12", lambda: env.integer("NAME", 7, minimum=12), 12),
        ("1.25", lambda: env.decimal("NAME", "0"), Decimal("1.25")),
        ("a, b ,,c,", lambda: env.items("NAME"), ["a", "b", "c"]),
        (
            "a=0.5/1, b = 2/3 ",
            lambda: env.prices("NAME"),
            {"a": (Decimal("0.5"), Decimal(1)), "b": (Decimal(2), Decimal(3))},
        ),
        ("CLOSED", lambda: env.choice("NAME", "open", ("open", "closed")), "closed"),
    ],
)
def test_a_value_is_read_as_what_it_means(
    value: str, read: Callable[[], Any], meant: Any, given: Callable[[str], None]
) -> None:
    given(value)

    assert read() == meant


@pytest.mark.parametrize(
    ("value", "read", "complaint"),
    [
        ("perhaps", lambda: env.flag("NAME", True), "NAME is 'perhaps'; write yes or no"),
        ("-1", lambda: env.integer("NAME", 0), "NAME is '-1'; write a whole number from 0 up"),
        ("2", lambda: env.integer("NAME", 5, minimum=3), "a whole number from 3 up"),
        ("5s", lambda: env.integer("NAME", 5), "NAME is '5s'; write a whole number from 0 up"),
        ("much", lambda: env.decimal("NAME", "0"), "NAME is 'much'; write a number"),
        ("a=1", lambda: env.prices("NAME"), "NAME: write 'a=1' as model=heard/spoken"),
        ("a=1/much", lambda: env.prices("NAME"), "NAME: write 'a=1/much' as"),
        ("ajar", lambda: env.choice("NAME", "open", ("open", "closed")), "one of open, closed"),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_one_line(
    value: str, read: Callable[[], Any], complaint: str, given: Callable[[str], None]
) -> None:
    given(value)

    with pytest.raises(ImproperlyConfigured, match=complaint):
        read()


def test_a_secret_may_lie_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secret"
    file.write_text("in the file\n", encoding="utf-8")
    monkeypatch.setenv("NAME", "in the variable")
    monkeypatch.setenv("NAME_FILE", str(file))

    assert env.secret("NAME") == "in the file"


def test_a_file_that_cannot_be_read_is_named_and_its_secret_is_not_made_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAME", "in the variable")
    monkeypatch.setenv("NAME_FILE", str(tmp_path / "missing"))

    with pytest.raises(ImproperlyConfigured, match=r"NAME_FILE: cannot read .*No such file"):
        env.secret("NAME")
